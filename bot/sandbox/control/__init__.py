"""The control API: causes faults and changes what exists, for tests of bots. See docs/sandbox.md."""
