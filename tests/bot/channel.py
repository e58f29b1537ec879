"""A channel in memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.job import Job
from bot.messenger import Card, MessageGoneError


@dataclass
class Channel:
    """A Messenger that a test can break.

    Attributes:
        messages: The cards that each message has shown, oldest first.
        mentions: (requester, message) of each reply.
        failures: Raised by the next calls, one each.
        slowness_s: What a call takes.
        lost: Messages that hold a job but that nobody remembered, by job.
        refuses: Says of which card an edit fails, and how.
    """

    messages: dict[int, list[Card]] = field(default_factory=dict)
    mentions: list[tuple[int, int]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    slowness_s: float = 0.0
    in_flight: int = 0
    most_in_flight: int = 0
    lost: dict[int, int] = field(default_factory=dict)
    refuses: Callable[[Card], Exception | None] = lambda card: None

    async def send(self, card: Card) -> int:
        await self._call()
        message_id = 1000 + len(self.messages)
        self.messages[message_id] = [card]
        return message_id

    async def edit(self, message_id: int, card: Card) -> None:
        await self._call()
        if (error := self.refuses(card)) is not None:
            raise error
        if message_id not in self.messages:
            raise MessageGoneError("deleted")
        self.messages[message_id].append(card)

    async def find(self, job: Job) -> int | None:
        return self.lost.get(job.id)

    async def mention(self, job: Job, message_id: int) -> None:
        await self._call()
        self.mentions.append((job.requester_id, message_id))

    async def _call(self) -> None:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.slowness_s)
            if self.failures:
                raise self.failures.pop(0)
        finally:
            self.in_flight -= 1


async def until(condition: Callable[[], object]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)
