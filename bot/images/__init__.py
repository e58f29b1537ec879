"""Pictures that come in or are put together. Knows no jobs, no Discord and no torch."""
