"""Pictures are not kept for ever: each goes some days after the last job that shows it."""

import asyncio
import logging
import time
from typing import Final

from bot.store.jobs import Jobs
from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

PERIOD_S: Final = 3600.0


async def keep(jobs: Jobs, pictures: Pictures, days: int) -> None:
    """Drops old pictures, now and every hour, until it is cancelled."""
    while True:
        dropped = await pictures.drop(await jobs.pictures_before(time.time() - days * 86400))
        if dropped:
            log.info("%d pictures were older than %d days and are gone", dropped, days)
        await asyncio.sleep(PERIOD_S)
