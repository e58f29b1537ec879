"""Shared model fixtures."""

from tests.clip_models import pair, pocket, quick, threads, threads_as_shipped, tiny

__all__ = ["pair", "pocket", "quick", "threads", "threads_as_shipped", "tiny"]
