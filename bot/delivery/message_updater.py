"""Edits one message: at most one edit at a time, an interval apart, always with the latest state.

A card is composed only when it can be sent, so an edit never shows an old state. The final card is retried until
it is shown.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Final

from bot.clock import Sleep, wait_at_most
from bot.delivery.message_state import MessageState
from bot.delivery.messenger import Card, ChannelGoneError, MessageGoneError, Messenger, UnreachableError
from bot.jobs.job import ACTIVE, PICTURED, JobState
from bot.operations import logs

log = logging.getLogger(__name__)

OPENING_S: Final = 30.0
"""Seconds in which chat may send a job's first message; after that the updater finds it in the channel or sends it."""
MAX_PAUSE_S: Final = 60.0
"""Maximum pause between two attempts to show the final card."""

Compose = Callable[[int, MessageState], Awaitable[Card | None]]
SaveMessage = Callable[[int, int], Awaitable[None]]


class MessageUpdater:
    """Edits the message of a batch from now until the batch is settled.

    Args:
        batch_id: The batch that the message shows.
        compose: Returns the current card of (batch id, state); None if the message was removed on request.
        messenger: Sends and edits messages.
        save_message: Stores (batch id, message id) of a message that was found or sent here.
        on_settled: Called once with the final card and its message, if a job became finished while this updater ran.
        interval_s: Returns the seconds between two edits.
        sleep: Sleeps for so many seconds.
        context: The base context of the task, which outlives the interaction or job that created the updater.

    Attributes:
        state: What the message shows besides its jobs' rows.
        task: The task that edits; done when the final card is shown or cannot be shown.
    """

    def __init__(
        self,
        batch_id: int,
        compose: Compose,
        messenger: Messenger,
        save_message: SaveMessage,
        on_settled: Callable[[Card, int], Awaitable[None]],
        interval_s: Callable[[], float],
        sleep: Sleep,
        context: Context,
    ) -> None:
        self.state = MessageState()
        self._batch_id = batch_id
        self._compose = compose
        self._messenger = messenger
        self._save_message = save_message
        self._on_settled = on_settled
        self._interval_s = interval_s
        self._sleep = sleep
        self._opened = asyncio.Event()
        self._outdated = asyncio.Event()
        self._urgent = asyncio.Event()
        self._gone: set[int] = set()
        self._posted: set[int] = set()
        self._posted_changed = asyncio.Event()
        self._was_active = False
        self._reported = False
        own_context = logs.context_with(context, job=batch_id)
        # Created inside the context, so that a task factory sees it too.
        self.task = own_context.run(lambda: asyncio.create_task(self._run(), name=f"message of job {batch_id}"))
        self.task.add_done_callback(_log_failure)

    def open(self) -> None:
        """Chat has sent the message, or will not send it: edits may begin."""
        self._opened.set()

    def changed(self, *, urgent: bool = False) -> None:
        """Requests an edit; an urgent one, such as a job's end, does not wait for the interval."""
        self._outdated.set()
        if urgent:
            self._urgent.set()

    async def posted(self, job_id: int) -> None:
        """Waits until the job's picture is shown or cannot be shown. Raises what the updater's task raised."""
        while job_id not in self._posted and not self.task.done():
            self._posted_changed.clear()
            posted_changed = asyncio.create_task(self._posted_changed.wait())
            await asyncio.wait({posted_changed, self.task}, return_when=asyncio.FIRST_COMPLETED)
            posted_changed.cancel()
        if self.task.done():
            await asyncio.shield(self.task)

    async def _run(self) -> None:
        await wait_at_most(OPENING_S, self._opened.wait(), self._sleep)
        visible = True
        while True:
            await self._outdated.wait()
            self._outdated.clear()
            self._urgent.clear()
            card = await self._compose(self._batch_id, self.state)
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
        """Shows a card, and retries a settled one until it is shown. Returns False if there is no message to edit."""
        pause = 1.0
        while True:
            try:
                message_id = await self._edit_or_send(card)
            except MessageGoneError:
                # Progress does not replace a deleted message; the settled card is sent as a new one, unless the
                # picture was removed on request.
                if not card.settled or await self._compose(self._batch_id, self.state) is None:
                    return False
            except ChannelGoneError:
                log.info("job %d: the channel is gone", self._batch_id)
                self._mark_posted(card)
                return False
            except UnreachableError as error:
                if not card.settled:
                    return True
                log.warning("job %d: the final message could not be shown (%s); retrying", self._batch_id, error)
                await self._sleep(pause)
                pause = min(2 * pause, MAX_PAUSE_S)
            else:
                await self._report_settled(card, message_id)
                self._mark_posted(card)
                return True

    async def _edit_or_send(self, card: Card) -> int:
        """Shows a card in its stored message, in one found in the channel, or in a new one. Returns the message's id.

        A message that is gone is not tried again, and then none is looked for.
        """
        stored_id = card.first_job.message_id
        message_id = stored_id
        if message_id is None and not self._gone:
            message_id = await self._messenger.find(card.first_job)
        if message_id is None or message_id in self._gone:
            message_id = await self._messenger.send(card)
        else:
            try:
                await self._messenger.edit(message_id, card)
            except MessageGoneError:
                self._gone.add(message_id)
                raise
        if message_id != stored_id:
            await self._save_message(self._batch_id, message_id)
        return message_id

    async def _report_settled(self, card: Card, message_id: int) -> None:
        has_picture = any(job.state in PICTURED for job in card.jobs)
        if card.settled and has_picture and self._was_active and not self._reported:
            self._reported = True
            await self._on_settled(card, message_id)

    def _mark_posted(self, card: Card) -> None:
        self._posted |= {job.id for job in card.jobs if job.state in PICTURED}
        self._posted_changed.set()


def _log_failure(task: "asyncio.Task[None]") -> None:
    """Logs the exception of a task that nobody may be waiting for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s stopped", task.get_name(), exc_info=error)
