"""What depends on the device: random generators, captured graphs."""
