"""The migration that records sends counts unfinished jobs, and looks for the messages of jobs that have none."""

import sqlite3
from pathlib import Path

from bot.chat.messages.messenger import DISCORD_EPOCH_MS
from bot.jobs.job import JobState
from bot.store.database import MIGRATIONS, Database
from bot.store.jobs import Jobs
from tests.harness.job_requests import job_request

ADDS = next(path for path in sorted(MIGRATIONS.glob("*.sql")) if "ADD COLUMN search_from" in path.read_text())
CREATED_AT = 1_790_000_000.0


async def test_unfinished_jobs_are_counted_and_unknown_messages_are_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    earlier = [script for script in sorted(MIGRATIONS.glob("*.sql")) if script < ADDS]
    with sqlite3.connect(path) as connection:
        for script in earlier:
            connection.executescript(script.read_text())
        connection.execute(f"PRAGMA user_version = {len(earlier)}")
        for number, state in enumerate(["queued", "posting", "held", "done", "queued"]):
            connection.execute(
                "INSERT INTO job (state, request, requester_id, guild_id, channel_id, message_id, origin, arrived_turn,"
                " steps, created_at) VALUES (?, ?, 7, 8, 9, ?, 'command', 0, 4, ?)",
                (state, job_request().request.to_json(), None if number == 0 else number, CREATED_AT),
            )
    connection.close()
    database = await Database.open(path)
    try:
        jobs = Jobs(database)
        used = await jobs.usage(7, 8)
        assert (used.own, used.server, used.everybody) == (3, 3, 3)
        unknown, known = await jobs.in_state(JobState.QUEUED)
        assert unknown.unconfirmed
        assert not known.unconfirmed
        assert unknown.search_from is not None
        assert CREATED_AT - ((unknown.search_from >> 22) + DISCORD_EPOCH_MS) / 1000 == 300
        (posting,) = await jobs.in_state(JobState.POSTING)
        assert not await jobs.begin_mention(posting.id), "it may have been mentioned before"
        assert await database.fetch("PRAGMA integrity_check") != []
    finally:
        await database.close()
