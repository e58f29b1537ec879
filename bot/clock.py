"""Waiting with an end, on a clock that is given: a test turns one by hand where the bot takes the machine's."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""Returns after so many seconds."""


async def wait_at_most(seconds: float, awaited: Coroutine[Any, Any, object], sleep: Sleep) -> bool:
    """Waits for something that raises nothing; what does not come in time is cancelled. Returns whether it came."""
    wanted, timer = asyncio.create_task(awaited), asyncio.create_task(sleep(seconds))
    try:
        await asyncio.wait({wanted, timer}, return_when=asyncio.FIRST_COMPLETED)
        return wanted.done()
    finally:
        wanted.cancel()
        timer.cancel()
