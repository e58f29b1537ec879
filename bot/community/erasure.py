"""Deletes a person's data on request: jobs are cancelled, prompts and pictures deleted, messages removed."""

import logging
from collections.abc import Awaitable, Callable

from bot.jobs.job_control import JobControl
from bot.store.history import History
from bot.store.people import People
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

Remove = Callable[[int, int], Awaitable[None]]
"""Deletes a message of the bot, given (channel id, message id)."""


class Erasure:
    """Deletes people's data.

    Args:
        people, history, pictures: The stored data.
        job_control: Cancels unfinished jobs.
        remove: Deletes a message.
    """

    def __init__(
        self, people: People, history: History, pictures: Pictures, job_control: JobControl, remove: Remove
    ) -> None:
        self._people = people
        self._history = history
        self._pictures = pictures
        self._job_control = job_control
        self._remove = remove

    async def erase(self, person_id: int) -> None:
        """Deletes everything but the user id, which is deleted a day later because daily limits need it."""
        for job in await self._history.unfinished_of(person_id):
            await self._job_control.cancel(job)
        messages = await self._people.messages_of(person_id)
        unused = await self._people.erase(person_id)
        await self._pictures.drop(unused)
        for channel_id, message_id in messages:
            try:
                await self._remove(channel_id, message_id)
            except RuntimeError as error:
                # The bot cannot reach the channel any more. The stored data is deleted in any case.
                log.info("a message of an erased person could not be removed from channel %d (%s)", channel_id, error)
        log.info("erased a person on request: %d files, %d messages", len(unused), len(messages))
