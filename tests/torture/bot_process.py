"""The bot's process as the torture suite treats it: killed at any moment, and followed by its children's processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.discord_token import TOKEN_VARIABLE
from bot.sandbox.server import Sandbox
from tests.e2e.service import Service
from tests.harness.scripted_process import STEP_VARIABLE
from tests.processes import exists

MARK: Final = "TORTURE_RUN"
"""Environment variable by which the processes of one bot are found."""
COPY: Final = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))"
ORPHAN_S: Final = 10.0
"""Seconds for which a child may outlive the bot."""


class BotProcess(Service):
    """The real bot with the scripted engine process.

    Args:
        sandbox, folder, settings, wrapper, devices: As for `Service`.
        step_s: Seconds that the engine takes for a step.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        folder: Path,
        settings: str = "",
        wrapper: Sequence[str] = (),
        step_s: float = 0.0,
        devices: Sequence[str] = ("cpu",),
    ) -> None:
        super().__init__(sandbox, folder, settings, "tests.harness.scripted_bot", wrapper, devices)
        self._mark = uuid.uuid4().hex
        self._environment = self._environment | {MARK: self._mark, STEP_VARIABLE: str(step_s)}

    @property
    def database(self) -> Path:
        """The bot's database."""
        return self._database

    def readable_database(self) -> Path:
        """The database, or a copy of it if the bot has a disk of its own; it may not exist.

        SQLite does not open files through /proc, so the copy is made inside the bot's namespace.
        """
        if not self._wrapper or not self.running:
            return self._database
        copy = self._database.parent.parent / "seen.db"
        enter = ("nsenter", "--target", str(self.pid), "--user", "--mount", "--preserve-credentials")
        subprocess.run([*enter, sys.executable, "-c", COPY, str(self._database), str(copy)], check=True)
        return copy

    @property
    def config(self) -> Path:
        """The bot's configuration."""
        return self._config

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of commands that are no children of the bot."""
        return {name: value for name, value in self._environment.items() if name != MARK}

    @property
    def running(self) -> bool:
        """Whether the bot's process was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    def set_token(self, token: str) -> None:
        """The bot's token from the next start on."""
        self._environment = self._environment | {TOKEN_VARIABLE: token}

    def command(self, *arguments: str) -> tuple[str, ...]:
        """A command of the bot on its data, such as `backup FILE`."""
        return (sys.executable, "-m", "bot", *arguments, "--config", str(self._config))

    async def kill(self) -> list[int]:
        """Kills the bot, and returns its processes at that moment."""
        found = self.processes()
        await self.stop(signal.SIGKILL)
        return found

    async def wait(self) -> int:
        """Waits until the bot ends by itself; returns its exit status."""
        assert self._process is not None
        return await self._process.wait()

    def processes(self) -> list[int]:
        """The bot and everything that it has started."""
        wanted = f"{MARK}={self._mark}".encode()
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and wanted in _environ(path)]


async def survivors(processes: Sequence[int]) -> int:
    """How many of these processes still exist ORPHAN_S after their bot ended. They are killed."""
    deadline = time.monotonic() + ORPHAN_S
    while left := [pid for pid in processes if exists(pid)]:
        if time.monotonic() > deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            return len(left)
        await asyncio.sleep(0.1)
    return 0


def _environ(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
