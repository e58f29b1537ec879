"""Thousands of jobs in a database, added quickly."""

from bot.jobs.job import JobState
from bot.store.database import Database
from guidance.request.request import Request


async def add_jobs(database: Database, count: int, request: Request, state: JobState = JobState.QUEUED) -> None:
    """Adds jobs of as many people, in two servers, whose messages are known."""
    async with database.transaction() as connection:
        (first,) = await (await connection.execute("SELECT coalesce(max(id), 0) + 1 FROM job")).fetchone() or (1,)
        await connection.execute(
            "WITH RECURSIVE number (id) AS (VALUES (?1) UNION ALL SELECT id + 1 FROM number WHERE id < ?1 + ?2 - 1)"
            " INSERT INTO job (id, message_id, state, request, requester_id, guild_id, channel_id, origin,"
            " arrived_turn, turn, steps, created_at)"
            " SELECT id, id, ?3, ?4, 100000 + id, 100 + id % 2, 1, 'command', 0, iif(?3 = 'queued', NULL, id), ?5, 1.0"
            " FROM number",
            (first, count, state, request.to_json(), len(request.span())),
        )
