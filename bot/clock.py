"""Waiting with a timeout on a given clock: the bot uses the machine's, and a test advances one by hand."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""Sleeps for so many seconds."""


async def wait_at_most(seconds: float, awaited: Coroutine[Any, Any, object], sleep: Sleep) -> bool:
    """Awaits a coroutine, and cancels it when the time is up.

    Args:
        seconds: The time.
        awaited: Must not raise.
        sleep: Sleeps for so many seconds.

    Returns:
        Whether it finished in time.
    """
    wanted, timer = asyncio.create_task(awaited), asyncio.create_task(sleep(seconds))
    try:
        await asyncio.wait({wanted, timer}, return_when=asyncio.FIRST_COMPLETED)
        return wanted.done()
    finally:
        wanted.cancel()
        timer.cancel()
