"""Edits one message: at most one edit at a time, an interval apart, always with the latest state.

A card is composed only when it can be sent, so an edit never shows an old state. The final card is retried with growing
pauses until it is shown or refused.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from typing import Final, Protocol

from bot.clock import Sleep, wait_at_most
from bot.delivery.message_state import MessageState
from bot.delivery.messenger import (
    Card,
    ChannelGoneError,
    DeliveryError,
    MessageGoneError,
    Messenger,
    PostRefusedError,
    UnreachableError,
)
from bot.jobs.job import ACTIVE, PICTURED, JobState
from bot.operations import logs

log = logging.getLogger(__name__)

OPENING_S: Final = 30.0
"""Seconds in which chat may send a job's first message; after that the updater finds it in the channel or sends it."""
PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Pauses between attempts to show the final card. While Discord cannot be reached, the last one is repeated."""
GIVE_UP_S: Final = 86400.0
"""Total of the pauses after which the final card is given up."""
REASONS: Final[Mapping[type[Exception], str]] = {
    PostRefusedError: "reason-refused",
    ChannelGoneError: "reason-no-access",
    UnreachableError: "reason-unreachable",
}
BROKEN: Final = "reason-broken"
"""Ids of texts: why a finished picture is not in its channel. BROKEN is an unexpected error."""

Compose = Callable[[int, MessageState], Awaitable[Card | None]]


class MessageIds(Protocol):
    """Stores which message shows a batch. `bot.store.jobs.Jobs` implements it."""

    async def begin_message(self, job_id: int, search_from: int) -> None:
        """Called before a message is sent."""
        ...

    async def set_message(self, job_id: int, message_id: int) -> None:
        """Called when a message was sent or found."""
        ...

    async def set_shown(self, job_id: int, ends: int) -> None:
        """Called when the message shows `Job.unshown` more ends of jobs, or will never show them."""
        ...


class NotPostedError(RuntimeError):
    """A finished picture cannot be shown in its channel. `reason` is the id of a text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MessageUpdater:
    """Edits the message of a batch from now until the batch is settled.

    Args:
        batch_id: The batch that the message shows.
        compose: Returns the current card of (batch id, state); None if the message was removed on request.
        messenger: Sends and edits messages.
        message_ids: Stores the message's id, and before it is sent, that it will be.
        on_settled: Called once with the final card and its message, if a job became finished while this updater ran.
        on_given_up: Called with a final card that cannot be shown.
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
        message_ids: MessageIds,
        on_settled: Callable[[Card, int], Awaitable[None]],
        on_given_up: Callable[[Card], Awaitable[None]],
        interval_s: Callable[[], float],
        sleep: Sleep,
        context: Context,
    ) -> None:
        self.state = MessageState()
        self._batch_id = batch_id
        self._compose = compose
        self._messenger = messenger
        self._message_ids = message_ids
        self._on_settled = on_settled
        self._on_given_up = on_given_up
        self._interval_s = interval_s
        self._sleep = sleep
        self._opened = asyncio.Event()
        self._outdated = asyncio.Event()
        self._urgent = asyncio.Event()
        self._gone: set[int] = set()
        self._posted: set[int] = set()
        self._refused: dict[int, str] = {}
        self._posted_changed = asyncio.Event()
        self._was_active = False
        self._reported = False
        own_context = logs.context_with(context, job=batch_id)
        # Created inside the context, so that a task factory sees it too.
        self.task = own_context.run(lambda: asyncio.create_task(self._run(), name=f"message of job {batch_id}"))
        self.task.add_done_callback(_log_failure)

    @property
    def opened(self) -> bool:
        """Whether edits may begin."""
        return self._opened.is_set()

    def open(self) -> None:
        """Chat has sent the message, or will not send it: edits may begin."""
        self._opened.set()

    def changed(self, *, urgent: bool = False) -> None:
        """Requests an edit; an urgent one, such as a job's end, does not wait for the interval."""
        self._outdated.set()
        if urgent:
            self._urgent.set()

    async def posted(self, job_id: int) -> None:
        """Waits until the job's picture is shown, or was removed on request.

        Raises:
            NotPostedError: The picture cannot be shown.
            Exception: What the updater's task raised.
        """
        while not ({job_id} & (self._posted | self._refused.keys()) or self.task.done()):
            self._posted_changed.clear()
            posted_changed = asyncio.create_task(self._posted_changed.wait())
            try:
                await asyncio.wait({posted_changed, self.task}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                posted_changed.cancel()
        if job_id in self._refused:
            raise NotPostedError(self._refused[job_id])
        if self.task.done():
            await asyncio.shield(self.task)

    async def _run(self) -> None:
        await wait_at_most(OPENING_S, self._opened.wait(), self._sleep)
        visible = True
        while True:
            await self._outdated.wait()
            self._outdated.clear()
            self._urgent.clear()
            card = await self._current_card()
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

    async def _current_card(self) -> Card | None:
        """The current card; None if the message was removed on request. A database that fails is tried again."""
        for pause in PAUSES_S:
            try:
                return await self._compose(self._batch_id, self.state)
            except Exception:
                log.exception("job %d: its card could not be composed", self._batch_id)
                await self._sleep(pause)
        return await self._compose(self._batch_id, self.state)

    async def _show(self, card: Card | None) -> bool:
        """Shows a card, and retries a settled one until it is shown or refused.

        Returns False if no further progress is shown: there is no message to edit, or it is refused.
        """
        waited = 0.0
        pauses = itertools.chain(PAUSES_S, itertools.repeat(PAUSES_S[-1]))
        while card is not None:
            try:
                message_id = await self._edit_or_send(card)
            except MessageGoneError:
                # Progress does not replace a deleted message; the settled card is sent as a new one, unless the
                # picture was removed on request.
                if not card.settled:
                    return False
            except Exception as error:  # noqa: BLE001 - a job must reach an end whatever happens here
                if not card.settled:
                    log.info("job %d: its progress could not be shown (%r)", self._batch_id, error)
                    return isinstance(error, UnreachableError)
                if waited >= _patience_s(error):
                    await self._give_up(card, error)
                    return False
                log.warning("job %d: the final message could not be shown (%r); retrying", self._batch_id, error)
                pause = next(pauses)
                await self._sleep(pause)
                waited += pause
            else:
                await self._report_settled(card, message_id)
                await self._mark_shown(card)
                return True
            card = await self._current_card()
        return False

    async def _edit_or_send(self, card: Card) -> int:
        """Shows a card in its stored message, in one found in the channel, or in a new one. Returns the message's id.

        A message that is gone is not tried again.
        """
        job = card.first_job
        message_id = job.message_id
        if job.unconfirmed and (found := await self._messenger.find(job)) is not None:
            message_id = found
            await self._message_ids.set_message(self._batch_id, found)
        if message_id is not None and message_id not in self._gone:
            try:
                await self._messenger.edit(message_id, card)
            except MessageGoneError:
                self._gone.add(message_id)
                raise
            return message_id
        await self._message_ids.begin_message(self._batch_id, self._messenger.mark())
        try:
            message_id = await self._messenger.send(card)
        except MessageGoneError as error:
            raise PostRefusedError(str(error)) from error
        await self._message_ids.set_message(self._batch_id, message_id)
        return message_id

    async def _give_up(self, card: Card, error: Exception) -> None:
        """Ends the attempts to show a settled card. Its pictures are not posted."""
        known = isinstance(error, DeliveryError)
        reason = REASONS.get(type(error), BROKEN)
        log.warning("job %d: its message is given up (%r)", self._batch_id, error, exc_info=None if known else error)
        self._refused |= {job.id: reason for job in card.jobs if job.state is JobState.POSTING}
        await self._on_given_up(card)
        await self._mark_shown(card)

    async def _report_settled(self, card: Card, message_id: int) -> None:
        has_picture = any(job.state in PICTURED for job in card.jobs)
        if card.settled and has_picture and self._was_active and not self._reported:
            self._reported = True
            await self._on_settled(card, message_id)

    async def _mark_shown(self, card: Card) -> None:
        self._posted |= {job.id for job in card.jobs if job.state in PICTURED} - self._refused.keys()
        self._posted_changed.set()
        if card.settled and card.first_job.unshown:
            await self._message_ids.set_shown(self._batch_id, card.first_job.unshown)


def _patience_s(error: Exception) -> float:
    """How long a settled card is tried again after this error: the total of the pauses."""
    if isinstance(error, UnreachableError):
        return GIVE_UP_S
    return 0.0 if isinstance(error, DeliveryError) else sum(PAUSES_S)


def _log_failure(task: "asyncio.Task[None]") -> None:
    """Logs the exception of a task that nobody may be waiting for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s stopped", task.get_name(), exc_info=error)
