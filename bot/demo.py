"""`python -m bot sandbox`: serves the sandbox in this process and runs the unmodified bot in a child process."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Final

from bot.discord_token import TOKEN_VARIABLE
from bot.sandbox.server import Sandbox

CONFIG_FILE: Final = "config.toml"
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
STOP_TIMEOUT_S: Final = 10.0
"""Seconds until a bot that was told to stop is killed."""
MIN_RUN_S: Final = 10.0
"""A bot that crashes is started again only if it ran for at least this many seconds."""


class DemoError(RuntimeError):
    """The sandbox cannot run; the message is one sentence."""


async def demo(port: int, data: Path) -> int:
    """Runs the sandbox and the bot until SIGINT or SIGTERM; returns the exit status.

    Raises:
        DemoError: The port is in use, the folder cannot be written, or the bot does not start.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        folder = data.resolve()
        (folder / "discord").mkdir(parents=True, exist_ok=True)
        (folder / CONFIG_FILE).touch()  # fails here where the folder cannot be written
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
    path = folder / CONFIG_FILE
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
    """Runs the bot until `stop` is set, and restarts it after a crash, as a service manager does."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        began = loop.time()
        bot = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run", "--config", str(config), "--end-with-parent"),
            stdin=asyncio.subprocess.PIPE,
            env=os.environ | {TOKEN_VARIABLE: sandbox.bot_token},
        )
        ended = asyncio.create_task(bot.wait())
        await asyncio.wait([stopping, ended], return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):
                bot.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await asyncio.shield(ended)
            with contextlib.suppress(ProcessLookupError):
                bot.kill()
            await ended
        elif not stop.is_set():
            if loop.time() - began < MIN_RUN_S:
                raise DemoError(f"the bot does not start (exit status {ended.result()}); see its output above")
            print(f"The bot crashed (exit status {ended.result()}) and is restarted.", file=sys.stderr)  # noqa: T201
    stopping.cancel()
