"""The edits of one job's message: latest wins, one in flight, an interval apart, and the last one for certain."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot import logs
from bot.job import Job
from bot.messenger import Card, ChannelGoneError, MessageGoneError, Messenger, UnreachableError

log = logging.getLogger(__name__)

OPENING_S: Final = 30.0
"""How long a job's first message may take; then it is looked for in the channel, or sent anew."""
LONGEST_PAUSE_S: Final = 60.0

Remember = Callable[[int, int], Awaitable[None]]


class Lane:
    """Shows cards of one job, from now until its last.

    Args:
        job: Whose message it is.
        messenger: Speaks.
        remember: Keeps (job id, message id) of a message that was sent here.
        interval_s: Between two edits.
    """

    def __init__(self, job: Job, messenger: Messenger, remember: Remember, interval_s: float) -> None:
        self._job = job
        self._messenger = messenger
        self._remember = remember
        self._interval_s = interval_s
        self._message_id = self._remembered = job.message_id
        self._opened = asyncio.Event()
        self._news = asyncio.Event()
        self._final = asyncio.Event()
        self._latest: Card | None = None
        self._replaced = False
        if job.message_id is not None:
            self._opened.set()
        # Not about the interaction that made it: a lane serves its job, whoever speaks of it.
        self.task = asyncio.create_task(self._serve(), name=f"message of job {job.id}", context=logs.only(job=job.id))
        self.task.add_done_callback(_report)

    def open(self, message_id: int | None) -> None:
        """The job's message is known; or, if None, nobody will tell."""
        if message_id is not None:
            self._message_id = self._remembered = message_id
        self._opened.set()

    def put(self, card: Card, *, last: bool = False) -> None:
        """Shows the card as soon as it may be. After the last one, others are ignored."""
        if self._final.is_set():
            return
        self._latest = card
        self._news.set()
        if last:
            self._final.set()

    async def finished(self) -> int | None:
        """Waits until the last card is shown; returns its message, or None if the channel is gone."""
        await asyncio.shield(self.task)
        return self._message_id

    async def _serve(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._opened.wait(), OPENING_S)
        visible = True
        while True:
            await self._news.wait()
            self._news.clear()
            last = self._final.is_set()
            card, self._latest = self._latest, None
            if card is not None and (visible or last):
                visible = await self._show(card, last=last)
            if last:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._final.wait(), self._interval_s)

    async def _show(self, card: Card, *, last: bool) -> bool:
        """Shows a card, the last one however long it takes. Returns whether there is a message left to edit."""
        pause = 1.0
        while True:
            try:
                await self._once(card)
            except MessageGoneError:
                # Whoever removed it wants no progress; the end is still told, once, in a new message.
                self._message_id, self._replaced = None, True
                if not last:
                    return False
            except ChannelGoneError:
                log.info("job %d: its channel is gone", self._job.id)
                self._message_id = None
                return False
            except UnreachableError as error:
                if not last:
                    return True
                log.warning("job %d: not shown yet (%s)", self._job.id, error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                return True

    async def _once(self, card: Card) -> None:
        if self._message_id is None and not self._replaced:
            self._message_id = await self._messenger.find(self._job)
        if self._message_id is not None:
            await self._messenger.edit(self._message_id, card)
        else:
            self._message_id = await self._messenger.send(card)
        if self._message_id != self._remembered:
            await self._remember(self._job.id, self._message_id)
            self._remembered = self._message_id


def _report(task: "asyncio.Task[None]") -> None:
    """A lane that broke is a bug of ours; without this it would show only as a message that stands still."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s stopped", task.get_name(), exc_info=error)
