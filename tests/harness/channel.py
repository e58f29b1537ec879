"""A Messenger in memory, and waiting until something is true."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.delivery.messenger import Card, MessageGoneError
from bot.jobs.job import Job


@dataclass
class InMemoryMessenger:
    """A Messenger whose failures a test decides.

    Attributes:
        messages: The cards that each message has shown, oldest first.
        mentions: (requester, message) of each reply.
        failures: Raised by the next calls, one each.
        holding: Whether calls wait until they are released.
        held: Those that wait, the oldest first.
        lost: Messages whose id was not stored, by job.
        refuses: Says of which card an edit or a send fails, and how.
        told: (requester, reason) of each private message.
        searches: Jobs whose message was looked for.
    """

    messages: dict[int, list[Card]] = field(default_factory=dict)
    mentions: list[tuple[int, int]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    holding: bool = False
    held: list[asyncio.Event] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    lost: dict[int, int] = field(default_factory=dict)
    refuses: Callable[[Card], Exception | None] = lambda card: None
    told: list[tuple[int, str | None]] = field(default_factory=list)
    searches: list[int] = field(default_factory=list)

    def mark(self) -> int:
        return 900

    async def send(self, card: Card) -> int:
        await self._call()
        if (error := self.refuses(card)) is not None:
            raise error
        message_id = 1_300_000_000_000_000_000 + len(self.messages)
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
        self.searches.append(job.id)
        return self.lost.get(job.id)

    async def mention(self, job: Job, message_id: int) -> None:
        await self._call()
        self.mentions.append((job.requester_id, message_id))

    async def tell(self, job: Job) -> None:
        await self._call()
        self.told.append((job.requester_id, job.reason))

    async def release(self) -> None:
        """Waits for a call, and lets it go on."""
        await until(lambda: self.held)
        self.held.pop(0).set()

    async def _call(self) -> None:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            if self.holding:
                self.held.append(asyncio.Event())
                await self.held[-1].wait()
            if self.failures:
                raise self.failures.pop(0)
        finally:
            self.in_flight -= 1


HANG_S = 60.0
"""What takes longer will never come. It says nothing of how quick something is."""
POLL_S = 0.002


async def until(condition: Callable[[], object]) -> None:
    """Waits until something is so."""
    async with asyncio.timeout(HANG_S):
        while not condition():
            await asyncio.sleep(POLL_S)
