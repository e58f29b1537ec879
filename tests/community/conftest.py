"""Fixtures of these tests."""

from tests.harness.fixtures import database, harness, idle

__all__ = ["database", "harness", "idle"]
