"""Fixtures that these tests use."""

from tests.harness.fixtures import database

__all__ = ["database"]
