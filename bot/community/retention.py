"""Nothing is kept for ever: files go some days after the last job that names them, people a day after they asked."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from bot.clock import Sleep
from bot.store.history import History
from bot.store.people import People
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

PERIOD_S: Final = 3600.0
ORPHAN_S: Final = 86400.0
"""A file that no job names a day after it was written is one that somebody brought and never used."""


async def keep(
    history: History,
    people: People,
    pictures: Pictures,
    days: int,
    clock: Callable[[], float] = time.time,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Drops what is due, now and every hour, until it is cancelled.

    Args:
        history: Finished jobs.
        people: Persons, and when they asked to be forgotten.
        pictures: Files.
        days: How long a file is kept after the last job that names it.
        clock: Seconds since 1970.
        sleep: Waits for the next round.
    """
    while True:
        now = clock()
        dropped = await pictures.drop(await history.files_before(now - days * 86400))
        if dropped:
            log.info("%d files were older than %d days and are gone", dropped, days)
        orphans = await pictures.drop(await pictures.older_than(now - ORPHAN_S) - await history.files())
        if orphans:
            log.info("%d files that no job names are gone", orphans)
        if forgotten := await people.forget():
            log.info("%d people who had asked for it are forgotten", forgotten)
        await sleep(PERIOD_S)
