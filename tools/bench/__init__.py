"""Benchmarks: speed relative to the bare CLIP passes, memory, and picture quality per second."""
