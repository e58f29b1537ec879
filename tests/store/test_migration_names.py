"""The migration that renames columns and tables keeps every row."""

import sqlite3
from pathlib import Path

from bot.jobs.job import JobState
from bot.store.database import MIGRATIONS, Database
from bot.store.jobs import Jobs
from bot.store.key_values import KeyValueStore
from tests.harness.job_requests import job_request

RENAMES = next(path for path in sorted(MIGRATIONS.glob("*.sql")) if "RENAME COLUMN lead_id" in path.read_text())


async def test_batches_time_lapses_and_key_values_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    earlier = [script for script in sorted(MIGRATIONS.glob("*.sql")) if script < RENAMES]
    request = job_request()
    with sqlite3.connect(path) as connection:
        for script in earlier:
            connection.executescript(script.read_text())
        connection.execute(f"PRAGMA user_version = {len(earlier)}")
        for batch in (None, 1):
            connection.execute(
                "INSERT INTO job (lead_id, state, request, requester_id, guild_id, channel_id, origin, arrived_turn,"
                " steps, film, created_at) VALUES (?, 'done', ?, 7, 8, 9, 'command', 0, 4, ?, 1000.5)",
                (batch, request.request.to_json(), "f" * 64),
            )
        connection.execute("INSERT INTO memo VALUES ('commands', 'digest')")
    connection.close()
    database = await Database.open(path)
    try:
        jobs = Jobs(database)
        assert [(job.batch_id, job.timelapse) for job in await jobs.in_state(JobState.DONE)] == [(1, "f" * 64)] * 2
        assert len(await jobs.of_batch(1)) == 2
        assert await KeyValueStore(database).get("commands") == "digest"
        assert await database.fetch("PRAGMA foreign_key_check") == []
    finally:
        await database.close()
