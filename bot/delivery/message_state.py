"""What a message shows besides its jobs' rows, and when a new queue position is worth an edit."""

from dataclasses import dataclass, field, replace
from typing import Final

from bot.jobs.job import Progress
from bot.jobs.wait_time import QueuePosition

EXACT_POSITIONS: Final = 3
"""A change to a position up to this one is always shown."""
DRIFT: Final = 0.2
DRIFT_S: Final = 10.0
"""A changed start time is shown only if it moved by more than DRIFT_S and by more than this share of the wait."""


@dataclass(slots=True)
class MessageState:
    """Kept in memory while a message is updated.

    Attributes:
        progress: The latest progress of each job that has reported any, by job id.
        pictures: Finished pictures as PNG, by sha256; each is read from the store once.
        position: The queue position on the last card; None if it had none.
        composed: Whether a card was composed since the start or since chat sent the message, which has no position.
    """

    progress: dict[int, Progress] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    position: QueuePosition | None = None
    composed: bool = False

    def add_progress(self, job_id: int, progress: Progress) -> None:
        """Stores a job's progress. Without a new preview or similarity, the previous one is kept."""
        before = self.progress.get(job_id, progress)
        self.progress[job_id] = replace(
            progress,
            preview=progress.preview or before.preview,
            similarity=before.similarity if progress.similarity is None else progress.similarity,
        )


def worth_an_edit(shown: QueuePosition | None, current: QueuePosition | None, now: float) -> bool:
    """Whether the current queue position differs enough from the shown one; `now` is in seconds since 1970."""
    if shown is None or current is None:
        return shown is not current
    if shown.position != current.position and current.position <= EXACT_POSITIONS:
        return True
    if shown.start_at is None or current.start_at is None:
        return (shown.start_at, shown.position) != (current.start_at, current.position)
    wait = max(0.0, current.start_at - now)
    return abs(current.start_at - shown.start_at) > max(DRIFT_S, DRIFT * wait)
