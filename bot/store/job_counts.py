"""The number of unfinished jobs in each state, for the metrics."""

from typing import Final

from bot.jobs.job import TRANSITIONS
from bot.store.database import Database

UNFINISHED: Final = [state for state, following in TRANSITIONS.items() if following]


async def job_counts(database: Database) -> dict[str, int]:
    """The number of jobs in each state that is not final, zeros included."""
    marks = ", ".join(f"'{state}'" for state in UNFINISHED)
    rows = await database.fetch(
        f"SELECT state, count(*) AS jobs FROM job WHERE state IN ({marks}) GROUP BY state"  # noqa: S608
    )
    return {str(state): 0 for state in UNFINISHED} | {row["state"]: row["jobs"] for row in rows}
