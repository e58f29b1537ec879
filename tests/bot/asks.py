"""Asks for tests, short to write."""

from bot.job import Ask, Origin
from guidance.request import Request


def ask(
    requester_id: int = 1, *, prompt: str = "a cat", origin: Origin = Origin.COMMAND, parent_id: int | None = None
) -> Ask:
    """A plain ask of one person."""
    return Ask(
        request=Request.resolve(prompt, seed=7),
        requester_id=requester_id,
        guild_id=100,
        channel_id=200,
        origin=origin,
        parent_id=parent_id,
    )
