"""What became of the jobs that the bot accepted: read from its database, and seen in the channels."""

import contextlib
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.store.database import MIGRATIONS

ENDS: Final = {"done": "Done", "failed": "Failed", "cancelled": "Cancelled"}
"""The states in which a job has ended, and a word that its message then shows."""
NUMBER: Final = re.compile(r"(?:job|sheet):(\d+):")
"""The custom_ids of a message's buttons name its job."""
MENTION: Final = "your picture is ready"
EPHEMERAL: Final = 64

Messages = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class JobRow:
    """What the judge reads of a job."""

    id: int
    batch_id: int
    state: str
    reason: str | None
    prompt: str
    origin: str
    requester_id: int
    message_id: int | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """How jobs may end.

    Attributes:
        reasons: Why jobs may fail; "*" stands for any reason.
        prompts: Prompts whose jobs may fail for any reason.
        unseen: Whether the message of a job may be missing, because the fault removed it or its channel.
    """

    reasons: frozenset[str] = frozenset()
    prompts: frozenset[str] = frozenset()
    unseen: bool = False

    def may_fail(self, job: JobRow) -> bool:
        """Whether the failure of this job is what is promised."""
        return "*" in self.reasons or job.reason in self.reasons or job.prompt in self.prompts


PICTURES: Final = Rules()
"""Every job ends with its picture, or because somebody cancelled it."""


@dataclass(slots=True)
class Verdict:
    """What became of some jobs. `lost` and `doubled` have one sentence for each."""

    accepted: int = 0
    in_words: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a person made with a prompt of its own.

    Attributes:
        pictures: How many pictures it was for.
        answered: Whether the bot answered it with a public message.
    """

    pictures: int
    answered: bool


def read_jobs(database: Path, first: int = 0, last: int = 2**62) -> list[JobRow]:
    """The jobs with first < id <= last; none if there is no database yet, or it is of an earlier version."""
    if not database.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] < len(list(MIGRATIONS.glob("*.sql"))):
            return []
        rows = connection.execute(
            "SELECT id, coalesce(batch_id, id), state, reason, json_extract(request, '$.prompt'), origin, requester_id,"
            " message_id, deleted_at IS NOT NULL FROM job WHERE id > ? AND id <= ? ORDER BY id",
            (first, last),
        ).fetchall()
    return [JobRow(*row) for row in rows]


def read_copies(database: Path) -> set[str]:
    """The ids of messages that were asked for as further copies of a picture."""
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return {str(message_id) for (message_id,) in connection.execute("SELECT message_id FROM copy")}


def judge(
    jobs: Sequence[JobRow], messages: Messages, asked: Mapping[str, Asked], rules: Rules, copies: Collection[str] = ()
) -> Verdict:
    """Compares the jobs' rows with what the channels show and with what people asked for.

    Args:
        jobs: The rows.
        messages: Every message of every channel.
        asked: Requests by prompt; each prompt was used once.
        rules: How the jobs may end.
        copies: Ids of messages that do not count.
    """
    verdict = Verdict(len(jobs))
    shown = defaultdict[int, list[dict[str, Any]]](list)
    for message in messages:
        if not message["flags"] & EPHEMERAL and message["id"] not in copies and (number := number_in(message)):
            shown[number].append(message)
    batches = defaultdict[int, list[JobRow]](list)
    for job in jobs:
        batches[job.batch_id].append(job)
    for number, batch in batches.items():
        for job in batch:
            _judge_end(job, shown[number], rules, verdict)
        if len(shown[number]) > 1:
            ids = ", ".join(message["id"] for message in shown[number])
            verdict.doubled.append(f"job {number} has {len(shown[number])} messages: {ids}")
    _judge_requests(jobs, asked, verdict)
    return verdict


def mentioned_twice(messages: Messages) -> list[str]:
    """A sentence for each message under which a requester was mentioned more than once."""
    replies = Counter(
        message["message_reference"]["message_id"]
        for message in messages
        if MENTION in message["content"] and message.get("message_reference")
    )
    return [f"message {number} has {count} mentions" for number, count in replies.items() if count > 1]


def copied_twice(messages: Messages) -> list[str]:
    """A sentence for each picture that is more than once in a gallery, and for each thread with two results."""
    copies, results = Counter[str](), Counter[str]()
    for message in messages:
        if message["author"].get("bot") and not message["flags"] & EPHEMERAL and not message["components"]:
            copies.update(attachment["filename"] for attachment in message["attachments"])
            results.update([message["channel_id"]] if any("title" in embed for embed in message["embeds"]) else [])
    copies.pop("session.png", None)
    twice = [f"{name} was copied {count} times" for name, count in copies.items() if count > 1]
    return twice + [f"thread {number} has {count} results" for number, count in results.items() if count > 1]


def unknown_jobs(messages: Messages, known: Collection[int]) -> list[str]:
    """A sentence for each message of a job that the database does not know."""
    return [
        f"message {message['id']} shows job {number}, which is not in the database"
        for message in messages
        if (number := number_in(message)) and number not in known
    ]


def number_in(message: Mapping[str, Any]) -> int | None:
    """The number of the job whose message this is, or None."""
    for row in message.get("components", ()):
        for part in row.get("components", ()):
            if found := NUMBER.match(part.get("custom_id") or ""):
                # The buttons 1 to 4 of a batch name its jobs; the others name the batch.
                if "pick" in part["custom_id"]:
                    continue
                return int(found[1])
    return None


def _judge_end(job: JobRow, shown: Messages, rules: Rules, verdict: Verdict) -> None:
    if job.state not in ENDS:
        verdict.lost.append(f"job {job.id} is still {job.state}")
        return
    verdict.in_words += job.state != "done"
    if job.state == "failed" and not rules.may_fail(job):
        verdict.lost.append(f"job {job.id} ({job.prompt!r}) failed: {job.reason}")
    elif not job.deleted and not rules.unseen and not any(_shows(message, job) for message in shown):
        texts = [_text(message) for message in shown]
        verdict.lost.append(f"job {job.id} is {job.state}, and its message does not say so: {texts}")


def _shows(message: Mapping[str, Any], job: JobRow) -> bool:
    if job.state == "done":
        names = {attachment["filename"].removeprefix("SPOILER_") for attachment in message["attachments"]}
        return bool(names & {f"job-{job.id}.png", f"batch-{job.batch_id}.png"})
    return ENDS[job.state] in _text(message)


def _text(message: Mapping[str, Any]) -> str:
    return "\n".join(embed.get("description", "") for embed in message["embeds"])


def _judge_requests(jobs: Iterable[JobRow], asked: Mapping[str, Asked], verdict: Verdict) -> None:
    made = defaultdict[str, list[JobRow]](list)
    for job in jobs:
        if job.origin == "command":
            made[job.prompt].append(job)
    for prompt, request in asked.items():
        found = made[prompt]
        if len({job.batch_id for job in found}) > 1:
            verdict.doubled.append(f"{prompt!r} was asked once and became {[job.id for job in found]}")
        elif request.answered and not found:
            verdict.lost.append(f"{prompt!r} was accepted and is not in the database")
        elif found and len(found) != request.pictures:
            verdict.lost.append(f"{prompt!r} asked for {request.pictures} pictures and became {len(found)} jobs")
