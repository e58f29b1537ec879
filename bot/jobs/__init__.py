"""A job's way from a request to its picture: admission, queue, wait times, the worker. Knows no Discord."""
