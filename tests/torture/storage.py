"""Faults of the database and of the disk while people ask."""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.composition import PICTURES
from tests.e2e.test_full_disk import fill
from tests.namespaces import IN_NAMESPACE, as_seen_by, with_disk
from tests.torture.harness import Plan, TortureHarness
from tests.torture.judge import read_jobs
from tests.torture.network import some_jobs
from tests.torture.table import Row, Trial

COPIES: Final = 200
LOCKED_S: Final = 6.0
"""Longer than the bot waits for another process (5 s)."""
DISK_S: Final = 3.0
PAGE: Final = 4096
PARTS: Final = ("", "-wal", "-shm")


async def run(plan: Plan) -> list[Row]:
    """Two bots at once: the database of one is copied, locked and damaged, the disk of the other full and read-only."""
    rows = await asyncio.gather(database_faults(plan), *([disk_faults(plan)] if can_mount() else []))
    return [row for part in rows for row in part]


async def database_faults(plan: Plan) -> list[Row]:
    """The database is copied, locked and damaged."""
    async with TortureHarness(replaced(plan, "database"), step_s=0.02) as harness:
        await copied(harness)
        await locked(harness)
        await corrupted(harness)
        return harness.rows


async def disk_faults(plan: Plan) -> list[Row]:
    """The disk is full and read-only."""
    disk = replaced(plan, "disk")
    (disk.folder / "data").mkdir()
    wrapper = with_disk(disk.folder / "data", "size=24m")
    async with TortureHarness(disk, step_s=0.05, wrapper=wrapper) as harness:
        await full(harness)
        await read_only(harness)
        return harness.rows


def replaced(plan: Plan, name: str) -> Plan:
    """The plan with a folder of its own."""
    folder = plan.folder / name
    folder.mkdir()
    return replace(plan, folder=folder)


def can_mount() -> bool:
    """Whether this system permits a disk in a namespace."""
    return shutil.which("unshare") is not None and subprocess.run([*IN_NAMESPACE, "true"], check=False).returncode == 0


@asynccontextmanager
async def asking(harness: TortureHarness) -> AsyncIterator[None]:
    """Everybody asks, one picture after the other."""

    async def ask() -> None:
        while True:
            await some_jobs(harness)
            await asyncio.sleep(0.3)

    task = asyncio.create_task(ask())
    try:
        yield
        assert not task.done(), task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def copied(harness: TortureHarness) -> None:
    """What a copy of all files at one moment has: every job that was acknowledged before it, in a sound database.

    The bot is stopped (SIGSTOP) while the files are copied, so that the copy is what a power cut leaves.
    """
    async with harness.trial("database files copied at a random moment") as trial, asking(harness):
        for number in range(3 if harness.plan.short else COPIES):
            await asyncio.sleep(harness.rng.uniform(0, 0.2))
            copy = harness.plan.folder / f"copy-{number}.db"
            with stopped(harness.bot.pid):
                known = {job.id for job in read_jobs(harness.bot.database)}
                for part in PARTS:
                    shutil.copyfile(f"{harness.bot.database}{part}", f"{copy}{part}")
            trial.hit()
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
                there = {row[0] for row in connection.execute("SELECT id FROM job")}
            trial.row.errors += [] if sound == "ok" else [f"copy {number}: {sound}"]
            trial.row.lost += [f"job {job} is not in copy {number}" for job in known - there]
            for part in PARTS:
                Path(f"{copy}{part}").unlink(missing_ok=True)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process does nothing while the block lasts."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def locked(harness: TortureHarness) -> None:
    """Another process holds the database's write lock."""
    async with harness.trial("database locked by another process") as trial:
        for _ in range(1 if harness.plan.short else 3):
            await some_jobs(harness)
            with contextlib.closing(sqlite3.connect(harness.bot.database)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                await asyncio.sleep(LOCKED_S)
                asks = asyncio.create_task(some_jobs(harness))
                await asyncio.sleep(0.5)
                connection.execute("ROLLBACK")
            trial.hit()
            await asks
            await harness.settle(trial)


async def corrupted(harness: TortureHarness) -> None:
    """A page of the database is overwritten while the bot is down; the host restores the backup of a moment before."""
    async with harness.trial("database damaged in one page, backup restored") as trial:
        for _ in range(1 if harness.plan.short else 5):
            await some_jobs(harness)
            backup = harness.plan.folder / "backup.db"
            await backed_up(harness, trial, backup)
            await harness.kill(trial)
            database = harness.bot.database
            with contextlib.closing(sqlite3.connect(database)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            pages = database.stat().st_size // PAGE
            with database.open("r+b") as file:
                file.seek(PAGE * harness.rng.randrange(1, pages))
                file.write(harness.rng.randbytes(PAGE))
            await harness.bot.launch()
            await watched(harness, trial)
            if harness.bot.running:
                await harness.bot.stop(signal.SIGKILL)
            for part in PARTS:
                Path(f"{database}{part}").unlink(missing_ok=True)
            shutil.copyfile(backup, database)
            trial.lifted()
            await harness.bot.start()
            await harness.settle(trial)


async def backed_up(harness: TortureHarness, trial: Trial, target: Path) -> None:
    """Runs `python -m bot backup`."""
    process = await asyncio.create_subprocess_exec(
        *harness.bot.command("backup", str(target), "--force"), env=harness.bot.environment
    )
    if await process.wait():
        trial.row.errors.append("the backup failed")


async def watched(harness: TortureHarness, trial: Trial) -> None:
    """A bot with a damaged database ends with status 2, or works as far as it can and says what it cannot."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            status = await harness.bot.wait()
            if status != 2:
                trial.row.errors.append(f"with a damaged page, the bot ended with status {status}")


async def full(harness: TortureHarness) -> None:
    """The disk is full for some seconds."""
    async with harness.trial("disk full") as trial:
        for _ in range(1 if harness.plan.short else 4):
            await some_jobs(harness)
            filler = as_seen_by(harness.bot.pid, harness.plan.folder / "data" / "filler")
            fill(filler)
            trial.hit()
            await some_jobs(harness)
            await asyncio.sleep(DISK_S)
            filler.unlink()
            trial.lifted()
            await harness.settle(trial)
            await some_jobs(harness)
            await harness.settle(trial)


async def read_only(harness: TortureHarness) -> None:
    """The folder of the pictures can only be read for some seconds. The kernel permits that while no file is open.

    A database that refuses to be written is tried by `full`.
    """
    async with harness.trial("picture folder read-only") as trial:
        for _ in range(1 if harness.plan.short else 4):
            await some_jobs(harness)
            mount(harness, "ro")
            trial.hit()
            await some_jobs(harness)
            await asyncio.sleep(DISK_S)
            mount(harness, "rw")
            trial.lifted()
            await harness.settle(trial)


def mount(harness: TortureHarness, how: str) -> None:
    """Mounts the folder of the pictures over itself, in the bot's namespace: "ro" or "rw"."""
    enter = ("nsenter", "--target", str(harness.bot.pid), "--user", "--mount", "--preserve-credentials", "sh", "-ec")
    commands = 'cd /; mountpoint -q "$0" || mount --bind "$0" "$0"; mount -o "remount,bind,$1" "$0"'
    folder = harness.plan.folder / "data" / PICTURES
    subprocess.run([*enter, commands, str(folder), how], check=True)
