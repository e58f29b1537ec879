"""Waiting with a timeout on a given clock: the bot uses the system's, tests advance their own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""Sleeps for that many seconds."""


async def wait_at_most(seconds: float, awaited: Coroutine[Any, Any, object], sleep: Sleep) -> bool:
    """Awaits a coroutine, and cancels it after a time limit.

    Args:
        seconds: The time limit.
        awaited: Must not raise.
        sleep: Measures the time.

    Returns:
        Whether the coroutine finished in time.
    """
    wanted, timer = asyncio.create_task(awaited), asyncio.create_task(sleep(seconds))
    try:
        await asyncio.wait({wanted, timer}, return_when=asyncio.FIRST_COMPLETED)
        return wanted.done()
    finally:
        wanted.cancel()
        timer.cancel()
