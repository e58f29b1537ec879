"""The bot's harness, which checks after each test that nothing failed, was logged as an error or mentions anybody."""

from tests.chat.conftest import database, harness, migrated

__all__ = ["database", "harness", "migrated"]
