"""Deletes old data every hour: files of old jobs, unused files, and the user ids of people who asked for erasure."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from bot.clock import Sleep
from bot.store.history import History
from bot.store.people import People
from bot.store.pictures import Pictures
from bot.store.storage_error import outlast

log = logging.getLogger(__name__)

PERIOD_S: Final = 3600.0
ORPHAN_S: Final = 86400.0
"""Age in seconds at which a file that no job refers to is deleted, such as an upload that was never used."""


async def run(
    history: History,
    people: People,
    pictures: Pictures,
    days: int,
    clock: Callable[[], float] = time.time,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Deletes what is due, now and every hour, until cancelled.

    Args:
        history: The finished jobs.
        people: The people who asked for erasure.
        pictures: The files.
        days: Days for which a file is kept after the last job that refers to it.
        clock: Returns seconds since 1970.
        sleep: Sleeps until the next round.
    """

    async def delete_due() -> None:
        now = clock()
        dropped = await pictures.drop(await history.files_before(now - days * 86400))
        if dropped:
            log.info("deleted %d files older than %d days", dropped, days)
        orphans = await pictures.drop(await pictures.older_than(now - ORPHAN_S) - await history.files())
        if orphans:
            log.info("deleted %d files that no job refers to", orphans)
        if forgotten := await people.forget():
            log.info("deleted the user ids of %d people who asked for erasure", forgotten)

    while True:
        await outlast("retention", delete_due, sleep)
        await sleep(PERIOD_S)
