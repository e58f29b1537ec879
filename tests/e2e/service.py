"""The unmodified bot as a process, which tests start, stop and kill."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from bot.app import DATABASE
from bot.discord_token import TOKEN_VARIABLE
from bot.sandbox.server import Sandbox
from bot.store.database import Database
from bot.store.job_counts import UNFINISHED
from tests.harness.fixtures import FIRST_JOB, begin_at

CONFIG = """
[discord]
api_url = {api_url}
gateway_url = {gateway_url}
mention_after_s = 0.0
shards = {shards}
[storage]
data_dir = {data_dir}
[engine]
devices = {devices}
shutdown_s = 0.0
[progress]
interval_s = 0.5
"""
SMALL = """
[imagine]
size = "96x64"
aspects = ["1:1", "3:2", "2:3"]
steps = 12
[limits]
waiting_per_member = 2
"""

ONLINE = "connected as"
HANG_S = 600.0
"""Seconds after which a wait fails."""


class Service:
    """The bot's process.

    Args:
        sandbox: Where it connects to.
        folder: For its data, its configuration, and its log, `bot.log`.
        settings: Appended to its configuration.
        program: The module that is run.
        wrapper: A command that runs what follows it, in the same process.
        devices: As in `engine.devices`.
        shards: As in `discord.shards`.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        folder: Path,
        settings: str = SMALL,
        program: str = "bot",
        wrapper: Sequence[str] = (),
        devices: Sequence[str] = ("cpu",),
        shards: int = 1,
    ) -> None:
        self._program = program
        self._wrapper = wrapper
        self._environment = os.environ | {TOKEN_VARIABLE: sandbox.bot_token}
        self._log = folder / "bot.log"
        self._config = folder / "config.toml"
        self._process: asyncio.subprocess.Process | None = None
        self._online_before = 0
        values = {
            "api_url": sandbox.api_url,
            "gateway_url": sandbox.gateway_url,
            "data_dir": str(folder / "data"),
            "devices": list(devices),
            "shards": shards,
        }
        self._database = folder / "data" / DATABASE
        self._config.write_text(CONFIG.format(**{key: json.dumps(value) for key, value in values.items()}) + settings)

    def turn(self, message: Mapping[str, Any]) -> int:
        """The turn in which the job of a message was started; later jobs have greater ones."""
        return self._value("SELECT turn FROM job WHERE message_id = ?", message["id"])

    def _value(self, query: str, *parameters: object) -> int:
        """The number that a query finds in the bot's database."""
        with contextlib.closing(sqlite3.connect(f"{self._database.as_uri()}?mode=ro", uri=True)) as connection:
            (value,) = connection.execute(query, parameters).fetchone()
        return int(value)

    async def idle(self) -> None:
        """Waits until every job has ended. A card shows its picture a moment before that."""
        unfinished = ", ".join(f"'{state}'" for state in UNFINISHED)
        async with asyncio.timeout(HANG_S):
            while self._value(f"SELECT count(*) FROM job WHERE state IN ({unfinished})"):
                await asyncio.sleep(0.1)

    async def start(self) -> None:
        """Starts the bot and waits until it is online. Its first job gets a number of four digits."""
        await self.launch()
        await self.wait_until_online()

    async def launch(self) -> None:
        """Starts the bot."""
        if not self._database.exists():
            self._database.parent.mkdir(parents=True, exist_ok=True)
            database = await Database.open(self._database)
            await begin_at(database, FIRST_JOB)
            await database.close()
        self._online_before = self.log().count(ONLINE)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*self._wrapper, sys.executable, "-m", self._program, "run", "--config", str(self._config)),
                stdout=log,
                stderr=log,
                env=self._environment,
            )

    async def wait_until_online(self) -> None:
        """Waits until the bot that was launched last is online."""
        assert self._process is not None
        async with asyncio.timeout(HANG_S):
            while self.log().count(ONLINE) == self._online_before:
                assert self._process.returncode is None, f"the bot did not start:\n{self.log()}"
                await asyncio.sleep(0.1)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal, waits for the bot to exit, and returns the exit status."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        async with asyncio.timeout(HANG_S):
            return await self._process.wait()

    @property
    def pid(self) -> int:
        """The bot's process id."""
        assert self._process is not None
        return self._process.pid

    def children(self) -> list[int]:
        """The process ids of the bot's children: its engine, or none."""
        pid = self.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    async def new_engine(self, old: int) -> int:
        """Waits until the bot has another engine process than `old`; returns its id."""
        async with asyncio.timeout(HANG_S):
            while self.children() in ([], [old]):
                await asyncio.sleep(0.1)
        (engine,) = self.children()
        return engine

    def log(self) -> str:
        """The whole log."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.stop(signal.SIGKILL)
