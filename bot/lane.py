"""The edits of one message: the latest state wins, one edit in flight, an interval apart, and the end for certain.

A lane keeps no card. When it may edit, it has one composed of what is true then, so nothing stale is ever shown.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot import logs
from bot.clock import Sleep, wait_at_most
from bot.job import PICTURED, UNDER_WAY, JobState
from bot.messenger import Card, ChannelGoneError, MessageGoneError, Messenger, UnreachableError

log = logging.getLogger(__name__)

OPENING_S: Final = 30.0
"""How long a job's first message may take; then it is looked for in the channel, or sent anew."""
LONGEST_PAUSE_S: Final = 60.0

Remember = Callable[[int, int], Awaitable[None]]


class Lane:
    """Shows one message, from now until nothing in it changes by itself any more.

    Args:
        lead_id: The job whose message it is.
        compose: Makes the card that is true now; None when there is nothing to show any more.
        messenger: Speaks.
        remember: Keeps (job id, message id) of a message that was sent here.
        settled: Called once, with the last card and its message, if something came of it while this lane was there.
        interval_s: Gives the seconds between two edits.
        sleep: Waits for the message to be opened, between edits, and before another try.
    """

    def __init__(
        self,
        lead_id: int,
        compose: Callable[[], Awaitable[Card | None]],
        messenger: Messenger,
        remember: Remember,
        settled: Callable[[Card, int], Awaitable[None]],
        interval_s: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        self._lead_id = lead_id
        self._compose = compose
        self._messenger = messenger
        self._remember = remember
        self._settled: Callable[[Card, int], Awaitable[None]] | None = settled
        self._interval_s = interval_s
        self._sleep = sleep
        self._message_id: int | None = None
        self._remembered: int | None = None
        self._opened = asyncio.Event()
        self._news = asyncio.Event()
        self._urgent = asyncio.Event()
        self._posted: set[int] = set()
        self._turned = asyncio.Event()
        self._replaced = False
        self._awaited = False
        self.task = asyncio.create_task(self._serve(), name=f"message of job {lead_id}")
        self.task.add_done_callback(_report)

    def open(self, message_id: int | None) -> None:
        """The message is known; or, if None, nobody will tell."""
        if message_id is not None:
            self._message_id = self._remembered = message_id
        self._opened.set()

    def changed(self, *, urgent: bool = False) -> None:
        """Something is different. What is urgent, such as an end, does not wait for the interval."""
        self._news.set()
        if urgent:
            self._urgent.set()

    async def posted(self, job_id: int) -> None:
        """Waits until a job's picture is shown, or has nowhere to be shown any more."""
        while job_id not in self._posted and not self.task.done():
            self._turned.clear()
            turned = asyncio.create_task(self._turned.wait())
            await asyncio.wait({turned, self.task}, return_when=asyncio.FIRST_COMPLETED)
            turned.cancel()
        if self.task.done():
            await asyncio.shield(self.task)

    async def _serve(self) -> None:
        logs.bind(job=self._lead_id)
        await wait_at_most(OPENING_S, self._opened.wait(), self._sleep)
        visible = True
        while True:
            await self._news.wait()
            self._news.clear()
            self._urgent.clear()
            card = await self._compose()
            if card is None:
                return
            self._awaited = self._awaited or any(
                job.state in UNDER_WAY or job.state is JobState.POSTING for job in card.jobs
            )
            if visible or card.settled:
                visible = await self._show(card)
            if card.settled and not self._news.is_set():
                return
            await wait_at_most(self._interval_s(), self._urgent.wait(), self._sleep)

    async def _show(self, card: Card) -> bool:
        """Shows a card, the last one however long it takes. Returns whether there is a message left to edit."""
        pause = 1.0
        while True:
            try:
                await self._once(card)
            except MessageGoneError:
                # Whoever removed it wants no progress; the end is still told, once, in a new message.
                self._message_id, self._replaced = None, True
                if not card.settled or await self._compose() is None:
                    return False
            except ChannelGoneError:
                log.info("job %d: its channel is gone", self._lead_id)
                self._message_id = None
                self._tell(card)
                return False
            except UnreachableError as error:
                if not card.settled:
                    return True
                log.warning("job %d: not shown yet (%s)", self._lead_id, error)
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                await self._end(card)
                self._tell(card)
                return True

    async def _once(self, card: Card) -> None:
        if self._message_id is None and not self._replaced:
            self._message_id = self._remembered = card.lead.message_id
        if self._message_id is None and not self._replaced:
            self._message_id = await self._messenger.find(card.lead)
        if self._message_id is not None:
            await self._messenger.edit(self._message_id, card)
        else:
            self._message_id = await self._messenger.send(card)
        if self._message_id != self._remembered:
            await self._remember(self._lead_id, self._message_id)
            self._remembered = self._message_id

    async def _end(self, card: Card) -> None:
        made = any(job.state in PICTURED for job in card.jobs)
        if card.settled and made and self._awaited and self._settled is not None and self._message_id is not None:
            settled, self._settled = self._settled, None
            await settled(card, self._message_id)

    def _tell(self, card: Card) -> None:
        self._posted |= {job.id for job in card.jobs if job.state in PICTURED}
        self._turned.set()


def _report(task: "asyncio.Task[None]") -> None:
    """A lane that broke is a bug of ours; without this it would show only as a message that stands still."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s stopped", task.get_name(), exc_info=error)
