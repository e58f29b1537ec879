"""Checks uploaded pictures and arranges pictures in contact sheets. Does not import Discord, jobs or torch."""
