"""Rows, migrations and pictures keep what they were given, whatever happens in between."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import pytest

from bot.job import TRANSITIONS, Job, JobState, Origin
from bot.store.database import Database, DatabaseError
from bot.store.jobs import Counts, Jobs, RerunTwiceError, TransitionError
from bot.store.pictures import Pictures
from tests.bot.asks import ask


def no_check(counts: Counts) -> None:
    """Lets everybody in."""


async def _in_state(jobs: Jobs, state: JobState) -> Job:
    job = await jobs.admit(ask(), no_check)
    if state in {JobState.RUNNING, JobState.POSTING, JobState.DONE}:
        await jobs.claim(lambda waiting: next(entry for entry in waiting if entry.id == job.id))
    if state in {JobState.POSTING, JobState.DONE}:
        await jobs.render_done(job.id, "0" * 64, 0.5, 1.0)
    if state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
        await jobs.finish(job.id, state)
    found = await jobs.get(job.id)
    assert found is not None
    return found


@pytest.mark.parametrize("before", JobState)
@pytest.mark.parametrize("after", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
async def test_only_allowed_transitions_happen(database: Database, before: JobState, after: JobState) -> None:
    jobs = Jobs(database)
    job = await _in_state(jobs, before)
    if after in TRANSITIONS[before]:
        assert (await jobs.finish(job.id, after)).state is after
    else:
        with pytest.raises(TransitionError, match=f"is {before} and cannot become {after}"):
            await jobs.finish(job.id, after)
        assert await jobs.get(job.id) == job


async def test_a_refused_ask_leaves_no_row(database: Database) -> None:
    jobs = Jobs(database)

    def refuse(counts: Counts) -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        await jobs.admit(ask(), refuse)
    assert await jobs.waiting() == []


async def test_concurrent_asks_are_counted_one_after_the_other(database: Database) -> None:
    """Twenty at once, room for three: a check that races would let more in."""
    jobs = Jobs(database)

    def three(counts: Counts) -> None:
        if counts.waiting >= 3:
            raise PermissionError

    outcomes = await asyncio.gather(*(jobs.admit(ask(), three) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, Job) for outcome in outcomes) == 3


async def test_two_claims_never_take_the_same_job(database: Database) -> None:
    jobs = Jobs(database)
    for person in range(10):
        await jobs.admit(ask(person), no_check)
    claimed = await asyncio.gather(*(jobs.claim(lambda waiting: waiting[0] if waiting else None) for _ in range(15)))
    ids = [job.id for job in claimed if job is not None]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 10


async def test_a_reaction_reruns_once_per_person_and_job(database: Database) -> None:
    jobs = Jobs(database)
    parent = await jobs.admit(ask(1), no_check)
    await jobs.admit(ask(2, origin=Origin.REACTION, parent_id=parent.id), no_check)
    with pytest.raises(RerunTwiceError):
        await jobs.admit(ask(2, origin=Origin.REACTION, parent_id=parent.id), no_check)
    await jobs.admit(ask(3, origin=Origin.REACTION, parent_id=parent.id), no_check)
    await jobs.admit(ask(2, origin=Origin.BUTTON, parent_id=parent.id), no_check)


async def test_rows_outlive_the_process_that_wrote_them(tmp_path: Path) -> None:
    first = await Database.open(tmp_path / "bot.db")
    job = await Jobs(first).admit(ask(prompt="ein Löwe 🦁"), no_check)
    await first.close()
    second = await Database.open(tmp_path / "bot.db")
    assert await Jobs(second).get(job.id) == job
    await second.close()


async def test_a_newer_database_is_refused_in_words_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await (await Database.open(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(DatabaseError, match="newer version"):
        await Database.open(path)


async def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(DatabaseError, match="restore a backup"):
        await Database.open(path)
    assert path.read_bytes().startswith(b"not a database")


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_good.sql").write_text("CREATE TABLE good (a INTEGER);")
    (folder / "0002_bad.sql").write_text("CREATE TABLE half (a INTEGER); CREATE TABLE good (a INTEGER);")
    monkeypatch.setattr("bot.store.database.MIGRATIONS", folder)
    with pytest.raises(DatabaseError, match=r"0002_bad\.sql"):
        await Database.open(tmp_path / "bot.db")
    connection = sqlite3.connect(tmp_path / "bot.db")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    assert (tables, version) == ({"good"}, 1)


async def test_pictures_are_kept_once_under_their_hash_and_dropped_when_old(tmp_path: Path, database: Database) -> None:
    pictures = Pictures(tmp_path)
    sha256 = await pictures.put(b"picture")
    assert sha256 == hashlib.sha256(b"picture").hexdigest() == await pictures.put(b"picture")
    assert await pictures.get(sha256) == b"picture"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [sha256]
    now = 1000.0
    jobs = Jobs(database, lambda: now)
    job = await jobs.admit(ask(), no_check)
    await jobs.claim(lambda waiting: waiting[0])
    await jobs.render_done(job.id, sha256, None, 1.0)
    assert await jobs.pictures_before(5000.0) == set(), "a picture that is still to be posted is never dropped"
    await jobs.finish(job.id, JobState.DONE)
    assert await pictures.drop(await jobs.pictures_before(5000.0)) == 1
    with pytest.raises(FileNotFoundError):
        await pictures.get(sha256)


async def test_a_name_that_is_no_hash_reaches_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sha256"):
        await Pictures(tmp_path).get("../../etc/passwd")
