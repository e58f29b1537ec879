"""A person's wish to be forgotten: their jobs end, their words and pictures go, their messages are removed."""

import logging
from collections.abc import Awaitable, Callable

from bot.jobs.job_control import JobControl
from bot.store.history import History
from bot.store.people import People
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

Remove = Callable[[int, int], Awaitable[None]]
"""Deletes the message (channel, message) that the bot once sent."""


class Erasure:
    """Forgets people."""

    def __init__(
        self, people: People, history: History, pictures: Pictures, job_control: JobControl, remove: Remove
    ) -> None:
        self._people = people
        self._history = history
        self._pictures = pictures
        self._job_control = job_control
        self._remove = remove

    async def erase(self, person_id: int) -> None:
        """Takes everything away that can be taken away at once; the name itself follows a day later."""
        for job in await self._history.unfinished_of(person_id):
            await self._job_control.cancel(job)
        messages = await self._people.messages_of(person_id)
        unused = await self._people.erase(person_id)
        await self._pictures.drop(unused)
        for channel_id, message_id in messages:
            try:
                await self._remove(channel_id, message_id)
            except RuntimeError as error:
                # A channel that the bot cannot reach any more; what it kept itself is gone in any case.
                log.info("a message of an erased person stays in channel %d (%s)", channel_id, error)
        log.info("a person was erased on request, with %d files and %d messages", len(unused), len(messages))
