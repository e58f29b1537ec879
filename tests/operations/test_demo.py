"""`python -m bot sandbox` as a process."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.harness.channel import until
from tests.processes import children, exists


async def test_the_bot_of_a_killed_sandbox_ends_although_it_is_stopped(tmp_path: Path) -> None:
    sandbox = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port", "0", "--data", str(tmp_path)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await until(lambda: children(sandbox.pid) and (tmp_path / "bot" / "lock").exists())
    (bot,) = children(sandbox.pid)
    below = children(bot)
    os.kill(bot, signal.SIGSTOP)
    sandbox.kill()
    await sandbox.wait()
    await until(lambda: not any(map(exists, (bot, *below))))
