"""From a request to a posted picture: admission, queue, wait times, worker, posting. Knows no Discord."""
