"""A heartbeat file for Docker's health check and other monitors: its modification time is recent while connected."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.clock import Sleep

log = logging.getLogger(__name__)

PERIOD_S: Final = 15.0


async def write_heartbeat(path: Path, connected: Callable[[], bool], sleep: Sleep = asyncio.sleep) -> None:
    """Deletes the file of an earlier run, then touches the file every 15 s while `connected` returns True.

    A file that the disk refuses grows old, as monitors should see; the log has one line about it.
    """
    beating, failed = False, False
    while True:
        try:
            if not beating:
                await asyncio.to_thread(path.unlink, missing_ok=True)
                beating = True
            if connected():
                await asyncio.to_thread(path.touch)
            failed = False
        except OSError as error:
            if not failed:
                log.error("the heartbeat %s cannot be written (%s)", path, error.strerror)  # noqa: TRY400
            failed = True
        await sleep(PERIOD_S)
