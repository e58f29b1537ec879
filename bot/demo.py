"""`bot sandbox`: a loopback Discord and the unmodified bot beside it, for somebody who has neither.

This process serves the sandbox; the bot runs in one of its own and knows nothing of the arrangement.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Final

from bot.config import TOKEN_VARIABLE
from bot.sandbox.server import Sandbox

CONFIG: Final = """\
# Written by `python -m bot sandbox` at each start.
[discord]
api_url = {api_url}
gateway_url = {gateway_url}

[storage]
data_dir = {data_dir}

[progress]
interval_s = 1.0
"""
PATIENCE_S: Final = 10.0
"""How long the bot may take to stop; and how long it must have run to be started again when it breaks down."""


class DemoError(RuntimeError):
    """The sandbox cannot run; the message is one sentence."""


async def demo(port: int, data: Path) -> int:
    """Serves until SIGINT or SIGTERM; returns the exit status.

    Raises:
        DemoError: The port is taken, the folder cannot be written, or the bot does not start.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        folder = data.resolve()
        (folder / "discord").mkdir(parents=True, exist_ok=True)
        sandbox = Sandbox(port, data=folder / "discord")
        await sandbox.start()
    except OSError as error:
        raise DemoError(
            f"the sandbox cannot start ({error.strerror or error}); try another --port or --data"
        ) from error
    try:
        print(f"\n  The sandbox is at {sandbox.page_url}  (Ctrl-C stops it)\n", flush=True)  # noqa: T201
        await _keep_bot(sandbox, _configure(sandbox, folder), stop)
    finally:
        await sandbox.stop()
    return 0


def _configure(sandbox: Sandbox, folder: Path) -> Path:
    path = folder / "config.toml"
    # A JSON string is a TOML string.
    path.write_text(
        CONFIG.format(
            api_url=json.dumps(sandbox.api_url),
            gateway_url=json.dumps(sandbox.gateway_url),
            data_dir=json.dumps(str(folder / "bot")),
        ),
        encoding="utf-8",
    )
    return path


async def _keep_bot(sandbox: Sandbox, config: Path, stop: asyncio.Event) -> None:
    """Runs the bot until `stop`, and again when it breaks down, as a host's service manager would."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        began = loop.time()
        bot = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run", "--config", str(config)),
            env=os.environ | {TOKEN_VARIABLE: sandbox.bot_token},
        )
        ended = asyncio.create_task(bot.wait())
        await asyncio.wait([stopping, ended], return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):
                bot.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await asyncio.shield(ended)
            with contextlib.suppress(ProcessLookupError):
                bot.kill()
            await ended
        elif not stop.is_set():
            if loop.time() - began < PATIENCE_S:
                raise DemoError(f"the bot does not start (exit status {ended.result()}); what it said is above")
            print(f"The bot broke down (exit status {ended.result()}) and starts again.", file=sys.stderr)  # noqa: T201
    stopping.cancel()
