"""A job's way to its message: what is shown, and when it is edited. Knows no Discord and no engine."""
