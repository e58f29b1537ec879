"""The Discord service around `guidance`."""
