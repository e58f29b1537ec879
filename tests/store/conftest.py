"""Fixtures of these tests."""

from tests.harness.fixtures import database

__all__ = ["database"]
