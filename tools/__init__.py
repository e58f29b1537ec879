"""What builds, judges and measures the library; not part of the wheel."""
