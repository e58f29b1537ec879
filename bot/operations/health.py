"""A heartbeat file for Docker's health check and other monitors: its modification time is recent while connected."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

PERIOD_S: Final = 15.0


async def write_heartbeat(path: Path, connected: Callable[[], bool]) -> None:
    """Deletes the file of an earlier run, then touches the file every 15 s while `connected` returns True."""
    await asyncio.to_thread(path.unlink, missing_ok=True)
    while True:
        if connected():
            await asyncio.to_thread(path.touch)
        await asyncio.sleep(PERIOD_S)
