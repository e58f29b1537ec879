"""Fixtures that these tests use."""

from tests.harness.fixtures import pocket

__all__ = ["pocket"]
