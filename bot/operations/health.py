"""A file that is fresh while the bot is connected, for Docker's health check and any other watcher."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

PERIOD_S: Final = 15.0


async def write_heartbeat(path: Path, connected: Callable[[], bool]) -> None:
    """Touches the file while `connected`, until it is cancelled; a file left by an earlier run goes first."""
    await asyncio.to_thread(path.unlink, missing_ok=True)
    while True:
        if connected():
            await asyncio.to_thread(path.touch)
        await asyncio.sleep(PERIOD_S)
