"""How many jobs are under way, by state."""

from typing import Final

from bot.jobs.job import TRANSITIONS
from bot.store.database import Database

UNFINISHED: Final = [state for state, following in TRANSITIONS.items() if following]


async def job_counts(database: Database) -> dict[str, int]:
    """Counts the jobs that have not ended; a state that has none is 0."""
    marks = ", ".join(f"'{state}'" for state in UNFINISHED)
    rows = await database.fetch(
        f"SELECT state, count(*) AS jobs FROM job WHERE state IN ({marks}) GROUP BY state"  # noqa: S608
    )
    return {str(state): 0 for state in UNFINISHED} | {row["state"]: row["jobs"] for row in rows}
