"""Fixtures for the people in the sandbox's guild. They need a `sandbox` fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.person import Person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.server import Sandbox

__all__ = ["ada", "ben", "chiyo", "dan", "eve", "mo", "olive"]


@pytest.fixture
async def ada(sandbox: Sandbox) -> AsyncIterator[Person]:
    """A member."""
    async with Person(sandbox.page_url, "Ada") as person:
        yield person


@pytest.fixture
async def ben(sandbox: Sandbox) -> AsyncIterator[Person]:
    """A member."""
    async with Person(sandbox.page_url, "Ben") as person:
        yield person


@pytest.fixture
async def chiyo(sandbox: Sandbox) -> AsyncIterator[Person]:
    """A member whose Discord is in German."""
    async with Person(sandbox.page_url, "Chiyo") as person:
        yield person


@pytest.fixture
async def dan(sandbox: Sandbox) -> AsyncIterator[Person]:
    """A member."""
    async with Person(sandbox.page_url, "Dan") as person:
        yield person


@pytest.fixture
async def eve(sandbox: Sandbox) -> AsyncIterator[Person]:
    """A new member: her account is 15 days old, and she joined 5 days ago."""
    async with Person(sandbox.page_url, "Eve") as person:
        yield person


@pytest.fixture
async def mo(sandbox: Sandbox) -> AsyncIterator[Person]:
    """A moderator."""
    async with Person(sandbox.page_url, "Mo") as person:
        yield person


@pytest.fixture
async def olive(sandbox: Sandbox) -> AsyncIterator[Person]:
    """The guild's owner."""
    async with Person(sandbox.page_url, "Olive") as person:
        yield person
