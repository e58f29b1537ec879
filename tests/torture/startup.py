"""The bot is killed while it migrates its database, and while a backup is made; backups are killed too."""

import asyncio
import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Final

from bot.store.database import MIGRATIONS
from guidance.request.request import Request
from tests.torture.harness import Plan, TortureHarness
from tests.torture.judge import read_jobs
from tests.torture.network import some_jobs
from tests.torture.table import Row

OLD_SCHEMA: Final = 2
FINISHED: Final = 60_000
SHORT_FINISHED: Final = 5_000
"""Jobs of an earlier version; they make the migration and a backup take some time."""
WAITING: Final = 20
KILLS: Final = 8
BACKUPS: Final = 10


async def run(plan: Plan) -> list[Row]:
    """First the migration of a database of an earlier version, then backups of it."""
    finished = SHORT_FINISHED if plan.short else FINISHED
    async with TortureHarness(plan, step_s=0.02, start=False) as harness:
        write_old_database(harness, finished)
        async with harness.trial("bot killed during a migration") as trial:
            trial.first = finished
            for _ in range(1 if plan.short else KILLS):
                await kill_in_migration(harness)
                trial.hit()
            await harness.bot.start()
            if (left := len(read_jobs(harness.bot.database, 0, finished))) != finished:
                trial.row.lost.append(f"of {finished} finished jobs {left} are left")
            await harness.settle(trial)
        async with harness.trial("backup killed") as trial:
            for number in range(1 if plan.short else BACKUPS):
                await some_jobs(harness)
                target = plan.folder / f"killed-{number}.db"
                process = await start_backup(harness, target)
                await begun(plan.folder)
                await asyncio.sleep(harness.rng.uniform(0, 0.2))
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                trial.hit()
                trial.row.errors += damage(target) if target.exists() else []
        async with harness.trial("bot killed during a backup") as trial:
            for number in range(1 if plan.short else BACKUPS // 2):
                known = {job.id for job in read_jobs(harness.bot.database)}
                await some_jobs(harness)
                target = plan.folder / f"complete-{number}.db"
                process = await start_backup(harness, target)
                await begun(plan.folder)
                await harness.kill(trial)
                await harness.bot.start()
                trial.row.errors += [f"backup ended with status {status}"] if (status := await process.wait()) else []
                trial.row.errors += damage(target)
                trial.row.lost += [
                    f"job {job} is not in the backup" for job in known - {job.id for job in read_jobs(target)}
                ]
                await harness.settle(trial)
        return harness.rows


def write_old_database(harness: TortureHarness, finished: int) -> None:
    """A database of an earlier version: many finished jobs, and some that wait or are being posted."""
    path, person = harness.bot.database, harness.people[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    request = Request.resolve("a lighthouse", seed=1, width=96, height=64, steps=4).to_json()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for script in sorted(MIGRATIONS.glob("*.sql"))[:OLD_SCHEMA]:
            connection.executescript(script.read_text())
        connection.execute(f"PRAGMA user_version = {OLD_SCHEMA}")
        guild = int(harness.sandbox.guild_data.guild.id)
        for state, count in (("done", finished), ("queued", WAITING)):
            connection.executemany(
                "INSERT INTO job (state, request, requester_id, guild_id, channel_id, origin, arrived_turn, steps,"
                " created_at) VALUES (?, ?, ?, ?, ?, 'command', 0, 4, ?)",
                [(state, request, int(person.id), guild, int(person.channel_id), time.time())] * count,
            )
        connection.commit()


async def kill_in_migration(harness: TortureHarness) -> None:
    """Starts the bot, and kills it at a random moment from the first write of the migration on."""
    log = Path(f"{harness.bot.database}-wal")
    await harness.bot.launch()
    async with asyncio.timeout(60):
        while not log.exists() or not log.stat().st_size:
            await asyncio.sleep(0.002)
    await asyncio.sleep(harness.rng.uniform(0, 0.5))
    await harness.bot.kill()


async def start_backup(harness: TortureHarness, target: Path) -> asyncio.subprocess.Process:
    """Starts `python -m bot backup`."""
    return await asyncio.create_subprocess_exec(
        *harness.bot.command("backup", str(target)), env=harness.bot.environment, stdout=asyncio.subprocess.DEVNULL
    )


async def begun(folder: Path) -> None:
    """Waits until a backup has begun to write."""
    before = time.time() - 1
    async with asyncio.timeout(60):
        while not any(path.stat().st_mtime > before for path in folder.glob(".bot-backup-*") if path.exists()):
            await asyncio.sleep(0.002)


def damage(backup: Path) -> list[str]:
    """What is wrong with a backup."""
    with contextlib.closing(sqlite3.connect(backup)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return [] if sound == "ok" else [f"{backup.name} is damaged: {sound}"]
