"""The edits of one message: the latest state wins, one edit in flight, an interval apart, and the end for certain.

An updater keeps no card. When it may edit, it has one composed of what is true then, so nothing stale is ever shown.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.clock import Sleep, wait_at_most
from bot.delivery.messenger import Card, ChannelGoneError, MessageGoneError, Messenger, UnreachableError
from bot.jobs.job import ACTIVE, PICTURED, JobState
from bot.operations import logs

log = logging.getLogger(__name__)

OPENING_S: Final = 30.0
"""How long a job's first message may take; then it is looked for in the channel, or sent anew."""
LONGEST_PAUSE_S: Final = 60.0

SaveMessage = Callable[[int, int], Awaitable[None]]


class MessageUpdater:
    """Shows one message, from now until nothing in it changes by itself any more.

    Args:
        batch_id: The job whose message it is.
        compose: Makes the card that is true now; None when there is nothing to show any more.
        messenger: Speaks.
        save_message: Keeps (job id, message id) of a message that was sent here.
        on_settled: Called once, with the last card and its message, if a picture was made while this updater ran.
        interval_s: Gives the seconds between two edits.
        sleep: Waits for the message to be opened, between edits, and before another try.
    """

    def __init__(
        self,
        batch_id: int,
        compose: Callable[[], Awaitable[Card | None]],
        messenger: Messenger,
        save_message: SaveMessage,
        on_settled: Callable[[Card, int], Awaitable[None]],
        interval_s: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        self._batch_id = batch_id
        self._compose = compose
        self._messenger = messenger
        self._save_message = save_message
        self._on_settled: Callable[[Card, int], Awaitable[None]] | None = on_settled
        self._interval_s = interval_s
        self._sleep = sleep
        self._message_id: int | None = None
        self._saved_id: int | None = None
        self._opened = asyncio.Event()
        self._outdated = asyncio.Event()
        self._urgent = asyncio.Event()
        self._posted: set[int] = set()
        self._posted_changed = asyncio.Event()
        self._replaced = False
        self._was_active = False
        self.task = asyncio.create_task(self._run(), name=f"message of job {batch_id}")
        self.task.add_done_callback(_log_failure)

    def open(self, message_id: int | None) -> None:
        """The message is known; or, if None, nobody will tell."""
        if message_id is not None:
            self._message_id = self._saved_id = message_id
        self._opened.set()

    def changed(self, *, urgent: bool = False) -> None:
        """Something is different. What is urgent, such as an end, does not wait for the interval."""
        self._outdated.set()
        if urgent:
            self._urgent.set()

    async def posted(self, job_id: int) -> None:
        """Waits until a job's picture is shown, or has nowhere to be shown any more."""
        while job_id not in self._posted and not self.task.done():
            self._posted_changed.clear()
            posted_changed = asyncio.create_task(self._posted_changed.wait())
            await asyncio.wait({posted_changed, self.task}, return_when=asyncio.FIRST_COMPLETED)
            posted_changed.cancel()
        if self.task.done():
            await asyncio.shield(self.task)

    async def _run(self) -> None:
        logs.bind(job=self._batch_id)
        await wait_at_most(OPENING_S, self._opened.wait(), self._sleep)
        visible = True
        while True:
            await self._outdated.wait()
            self._outdated.clear()
            self._urgent.clear()
            card = await self._compose()
            if card is None:
                return
            self._was_active = self._was_active or any(
                job.state in ACTIVE or job.state is JobState.POSTING for job in card.jobs
            )
            if visible or card.settled:
                visible = await self._show(card)
            if card.settled and not self._outdated.is_set():
                return
            await wait_at_most(self._interval_s(), self._urgent.wait(), self._sleep)

    async def _show(self, card: Card) -> bool:
        """Shows a card, the last one however long it takes. Returns whether there is a message left to edit."""
        pause = 1.0
        while True:
            try:
                await self._send_or_edit(card)
            except MessageGoneError:
                # Whoever removed it wants no progress; the end is still told, once, in a new message.
                self._message_id, self._replaced = None, True
                if not card.settled or await self._compose() is None:
                    return False
            except ChannelGoneError:
                log.info("job %d: its channel is gone", self._batch_id)
                self._message_id = None
                self._mark_posted(card)
                return False
            except UnreachableError as error:
                if not card.settled:
                    return True
                log.warning("job %d: not shown yet (%s)", self._batch_id, error)
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                await self._report_settled(card)
                self._mark_posted(card)
                return True

    async def _send_or_edit(self, card: Card) -> None:
        if self._message_id is None and not self._replaced:
            self._message_id = self._saved_id = card.first_job.message_id
        if self._message_id is None and not self._replaced:
            self._message_id = await self._messenger.find(card.first_job)
        if self._message_id is not None:
            await self._messenger.edit(self._message_id, card)
        else:
            self._message_id = await self._messenger.send(card)
        if self._message_id != self._saved_id:
            await self._save_message(self._batch_id, self._message_id)
            self._saved_id = self._message_id

    async def _report_settled(self, card: Card) -> None:
        made = any(job.state in PICTURED for job in card.jobs)
        if card.settled and made and self._was_active and self._on_settled is not None and self._message_id is not None:
            on_settled, self._on_settled = self._on_settled, None
            await on_settled(card, self._message_id)

    def _mark_posted(self, card: Card) -> None:
        self._posted |= {job.id for job in card.jobs if job.state in PICTURED}
        self._posted_changed.set()


def _log_failure(task: "asyncio.Task[None]") -> None:
    """An updater that broke is a bug of ours; without this it would show only as a message that stands still."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s stopped", task.get_name(), exc_info=error)
