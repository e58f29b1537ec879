"""Jobs, migrations and stored pictures."""

import asyncio
import hashlib
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.jobs.job import TRANSITIONS, Job, JobState, Origin
from bot.store.database import MIGRATIONS, Database, DatabaseError
from bot.store.history import History
from bot.store.job_row import TransitionError
from bot.store.jobs import Jobs, RerunTwiceError
from bot.store.pictures import Pictures
from bot.store.storage_error import StorageError
from bot.store.usage import Usage
from guidance.request.request import ImagePrompt
from tests.harness.job_requests import admit_all, job_in_state, job_request, oldest, reload

CHANGES: dict[str, tuple[JobState, Callable[[Jobs, int], Awaitable[Job]]]] = {
    "requeue": (JobState.QUEUED, lambda jobs, job_id: jobs.requeue(job_id, crashed=True)),
    "hold": (JobState.HELD, lambda jobs, job_id: jobs.render_done(job_id, "1" * 64, 0.5, 1.0, hold=True)),
    "post": (JobState.POSTING, lambda jobs, job_id: jobs.render_done(job_id, "1" * 64, 0.5, 1.0)),
    "release": (JobState.POSTING, lambda jobs, job_id: jobs.release(job_id)),
    "done": (JobState.DONE, lambda jobs, job_id: jobs.finish(job_id, JobState.DONE)),
    "fail": (JobState.FAILED, lambda jobs, job_id: jobs.finish(job_id, JobState.FAILED)),
    "cancel": (JobState.CANCELLED, lambda jobs, job_id: jobs.finish(job_id, JobState.CANCELLED)),
}


@pytest.mark.parametrize("before", JobState)
@pytest.mark.parametrize("change", CHANGES)
async def test_an_impossible_transition_raises_and_changes_nothing(
    database: Database, before: JobState, change: str
) -> None:
    jobs = Jobs(database)
    job = await job_in_state(jobs, before)
    after, make = CHANGES[change]
    if after in TRANSITIONS[before]:
        assert (await make(jobs, job.id)).state is after
    else:
        with pytest.raises(TransitionError, match=f"is {before} and cannot become {after}"):
            await make(jobs, job.id)
        assert await jobs.get(job.id) == job


async def test_a_held_picture_is_not_posted_by_claims_bumps_or_another_render(database: Database) -> None:
    jobs = Jobs(database)
    held = await job_in_state(jobs, JobState.HELD)
    assert await jobs.claim(oldest) is None
    assert not await jobs.bump(held.id)
    with pytest.raises(LookupError):
        await jobs.release(held.id + 1)
    assert await reload(jobs, held) == held
    assert [job.id for job in await History(database).unfinished_of(1)] == [held.id]
    assert await History(database).active(1, 100) == []


async def test_a_refused_request_leaves_no_row(database: Database) -> None:
    jobs = Jobs(database)

    def refuse(used: Usage) -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        await jobs.admit([job_request()], refuse)
    assert (await jobs.waiting())[0] == []


async def test_concurrent_requests_are_counted_one_after_the_other(database: Database) -> None:
    """Twenty at once, room for three: a check with a race would admit more."""
    jobs = Jobs(database)

    def three(used: Usage) -> None:
        if used.own >= 3:
            raise PermissionError

    outcomes = await asyncio.gather(*(jobs.admit([job_request()], three) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 3


async def test_two_claims_never_take_the_same_job(database: Database) -> None:
    jobs = Jobs(database)
    for person in range(10):
        await jobs.admit([job_request(person)], admit_all)
    claimed = await asyncio.gather(*(jobs.claim(oldest) for _ in range(15)))
    ids = [job.id for job in claimed if job is not None]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 10


async def test_a_reaction_reruns_once_per_person_and_job(database: Database) -> None:
    jobs = Jobs(database)
    (parent,) = await jobs.admit([job_request(1)], admit_all)
    await jobs.admit([job_request(2, origin=Origin.REACTION, parent_id=parent.id)], admit_all)
    with pytest.raises(RerunTwiceError):
        await jobs.admit([job_request(2, origin=Origin.REACTION, parent_id=parent.id)], admit_all)
    await jobs.admit([job_request(3, origin=Origin.REACTION, parent_id=parent.id)], admit_all)
    await jobs.admit([job_request(2, origin=Origin.BUTTON, parent_id=parent.id)], admit_all)


async def test_rows_persist_after_the_database_is_closed(tmp_path: Path) -> None:
    first = await Database.open(tmp_path / "bot.db")
    (job,) = await Jobs(first).admit([job_request(prompt="ein Löwe 🦁")], admit_all)
    await first.close()
    second = await Database.open(tmp_path / "bot.db")
    assert await Jobs(second).get(job.id) == job
    await second.close()


async def test_a_newer_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await (await Database.open(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(DatabaseError, match="newer version"):
        await Database.open(path)


async def test_a_file_that_is_not_a_database_is_refused_and_not_changed(tmp_path: Path) -> None:
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


async def test_pictures_are_stored_once_by_hash_and_deleted_when_old(tmp_path: Path, database: Database) -> None:
    pictures = Pictures(tmp_path)
    sha256 = await pictures.put(b"picture")
    assert sha256 == hashlib.sha256(b"picture").hexdigest() == await pictures.put(b"picture")
    assert await pictures.get(sha256) == b"picture"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [sha256]
    now = 1000.0
    jobs, history = Jobs(database, lambda: now), History(database)
    (job,) = await jobs.admit([job_request()], admit_all)
    await jobs.claim(oldest)
    await jobs.render_done(job.id, sha256, None, 1.0)
    assert await history.files_before(5000.0) == set(), "a picture that is not posted yet is never deleted"
    await jobs.finish(job.id, JobState.DONE)
    assert await pictures.drop(await history.files_before(5000.0)) == 1
    with pytest.raises(FileNotFoundError):
        await pictures.get(sha256)


async def test_a_name_that_is_not_a_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sha256"):
        await Pictures(tmp_path).get("../../etc/passwd")


async def test_a_batch_is_admitted_whole_or_not_at_all(database: Database) -> None:
    jobs = Jobs(database)
    batch = await jobs.admit([job_request(prompt=prompt) for prompt in "abc"], admit_all)
    assert {job.batch_id for job in batch} == {batch[0].id}
    assert [job.is_first for job in batch] == [True, False, False]
    assert await jobs.of_batch(batch[0].id) == batch
    await jobs.set_message(batch[0].id, 77)
    assert [job.id for job in await jobs.of_message(77)] == [job.id for job in batch]
    await jobs.add_copy(batch[1].id, 200, 88)
    assert [job.id for job in await jobs.of_message(88)] == [batch[1].id]
    assert await jobs.of_message(99) == []
    parent = batch[0].id
    twice = [job_request(2, origin=Origin.REACTION, parent_id=parent) for _ in range(2)]
    with pytest.raises(RerunTwiceError):
        await jobs.admit(twice, admit_all)
    assert len((await jobs.waiting())[0]) == 3


async def test_a_held_job_is_released_once_and_a_suspended_job_keeps_its_checkpoint(
    database: Database,
) -> None:
    jobs = Jobs(database)
    held = await job_in_state(jobs, JobState.HELD)
    assert (await jobs.release(held.id)).state is JobState.POSTING
    with pytest.raises(TransitionError):
        await jobs.release(held.id)
    running = await job_in_state(jobs, JobState.RUNNING)
    waiting = await jobs.requeue(running.id, crashed=False, checkpoint="c" * 64)
    assert (waiting.checkpoint, waiting.attempts, waiting.turn) == ("c" * 64, 0, running.turn)


async def test_a_file_is_deleted_only_if_no_other_job_uses_it(tmp_path: Path, database: Database) -> None:
    jobs, history = Jobs(database), History(database)
    first, second = [await job_in_state(jobs, JobState.DONE) for _ in range(2)]
    assert await jobs.drop_files([first.id]) == set(), "the second has the same picture"
    assert await jobs.drop_files([second.id]) == {"0" * 64}
    assert await history.files() == set()
    assert (await reload(jobs, first)).deleted_at is not None
    used = job_request()
    inputs = replace(used, request=replace(used.request, init="a" * 64))
    (derived,) = await jobs.admit([inputs], admit_all)
    assert await history.files() == {"a" * 64}
    assert await history.files_before(1e12) == set(), "a waiting job needs its init image"
    await jobs.finish(derived.id, JobState.CANCELLED)
    assert await history.files_before(1e12) == {"a" * 64}


async def test_unused_files_are_found_by_their_age(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    old, new = await pictures.put(b"old"), await pictures.put(b"new")
    os.utime(tmp_path / old[:2] / old, (1000, 1000))
    assert await pictures.older_than(2000) == {old}
    await pictures.put(b"old")
    assert await pictures.older_than(2000) == set(), "storing a picture again renews its age"
    assert await pictures.drop({old, new}) == 2


async def test_files_that_a_killed_process_left_unfinished_are_deleted(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    kept = await pictures.put(b"kept")
    program = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from bot.store.pictures import Pictures\n"
        "os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
        "asyncio.run(Pictures(Path(sys.argv[1])).put(sys.argv[2].encode()))\n"
    )
    for number in range(3):
        killed = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(tmp_path), str(number))
        assert await killed.wait() == -9
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 4
    assert await pictures.remove_unfinished() == 3
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [kept]


async def test_what_the_disk_refuses_is_a_storage_error(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "pictures")
    await pictures.probe()
    (tmp_path / "file").write_bytes(b"")
    blocked = Pictures(tmp_path / "file")
    for refused in (blocked.put(b"x"), blocked.get("0" * 64), blocked.drop({"0" * 64}), blocked.probe()):
        with pytest.raises(StorageError, match=r"not a directory|file exists"):
            await refused
    with pytest.raises(FileNotFoundError):
        await pictures.get("0" * 64)


async def test_a_full_database_is_a_storage_error_and_can_be_used_when_there_is_room(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db")
    jobs = Jobs(database)
    await database.fetch("PRAGMA max_page_count = 1")
    with pytest.raises(StorageError, match=r"^the disk is full$"):
        for _ in range(1000):
            await jobs.admit([job_request()], admit_all)
    before = len(await jobs.in_state(JobState.QUEUED))
    await database.fetch("PRAGMA max_page_count = 1000000")
    await jobs.admit([job_request()], admit_all)
    assert len(await jobs.in_state(JobState.QUEUED)) == before + 1
    await database.close()


async def test_a_database_locked_by_another_process_is_a_storage_error(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bot.db")
    await database.fetch("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="another process has locked"):
        await Jobs(database).admit([job_request()], admit_all)
    other.execute("ROLLBACK")
    other.close()
    await Jobs(database).admit([job_request()], admit_all)
    await database.close()


async def test_migrations_keep_all_rows_of_the_first_schema(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((MIGRATIONS / "0001_jobs.sql").read_text() + "PRAGMA user_version = 1;")
        for number, state in enumerate(("queued", "running", "posting", "done", "failed", "cancelled"), start=1):
            connection.execute(
                "INSERT INTO job (state, request, requester_id, guild_id, channel_id, message_id, origin, parent_id,"
                " attempts, arrived_turn, turn, picture, similarity, seconds, reason, created_at)"
                " VALUES (?, ?, 7, 8, 9, ?, 'command', ?, 1, 2, 3, ?, 0.5, 1.5, 'because', 1000.5)",
                (state, job_request().request.to_json(), 100 + number, number - 1 or None, "f" * 64),
            )
        connection.execute("INSERT INTO memo VALUES ('commands', 'digest')")
    connection.close()
    database = await Database.open(path)
    rows = await Jobs(database).in_state(*JobState)
    assert [job.state.value for job in rows] == ["queued", "running", "posting", "done", "failed", "cancelled"]
    assert [job.parent_id for job in rows] == [None, 1, 2, 3, 4, 5]
    assert {(job.requester_id, job.turn, job.picture, job.reason, job.steps) for job in rows} == {
        (7, 3, "f" * 64, "because", job_request().request.steps)
    }
    assert all(job.is_first and not job.spoiler and job.weight == 1 for job in rows)
    assert (await database.fetch("PRAGMA foreign_key_check")) == []
    (added,) = await Jobs(database).admit([job_request()], admit_all)
    assert added.id == 7
    await database.close()


async def test_a_render_is_stored_with_its_time_lapse_flags_and_real_steps(database: Database) -> None:
    jobs = Jobs(database)
    job = await job_in_state(jobs, JobState.RUNNING, job_request(steps=80))
    await jobs.requeue(job.id, crashed=False, checkpoint="c" * 64)
    await jobs.claim(oldest)
    ended = replace(job.request, stop=0.5)
    await jobs.render_done(
        job.id,
        "1" * 64,
        0.25,
        2.5,
        request=ended,
        steps=40,
        timelapse="f" * 64,
        flags=["spiders", "webs"],
        spoiler=True,
        hold=True,
    )
    held = await reload(jobs, job)
    assert (held.state, held.picture, held.timelapse, held.checkpoint) == (JobState.HELD, "1" * 64, "f" * 64, None)
    assert (held.request, held.steps, held.seconds, held.similarity) == (ended, 40, 2.5, 0.25)
    assert (held.flags, held.spoiler) == (("spiders", "webs"), True)


async def test_a_copy_leads_to_its_job_until_it_is_removed(database: Database) -> None:
    jobs = Jobs(database)
    batch = await jobs.admit([job_request(prompt=prompt) for prompt in "ab"], admit_all)
    other = await job_in_state(jobs, JobState.QUEUED)
    for message, job in ((11, batch[0]), (12, batch[1]), (13, other)):
        await jobs.add_copy(job.id, 300, message)
    await jobs.add_copy(other.id, 999, 11)  # a message shows what it showed first
    assert sorted(await jobs.copies_of([job.id for job in batch])) == [(300, 11), (300, 12)]
    assert await jobs.drop_copy(12)
    assert not await jobs.drop_copy(12)
    assert await jobs.of_message(12) == []
    assert await jobs.copies_of([batch[1].id]) == []
    assert [job.id for job in await jobs.of_message(11)] == [batch[0].id]


async def test_the_gallery_copy_is_begun_once_unless_it_is_refused(database: Database) -> None:
    jobs = Jobs(database)
    job = await job_in_state(jobs, JobState.DONE)
    outcomes = await asyncio.gather(*(jobs.begin_gallery(job.id) for _ in range(5)))
    assert sum(outcomes) == 1
    await jobs.set_gallery(job.id, None)
    assert await jobs.begin_gallery(job.id)
    await jobs.set_gallery(job.id, 7)
    assert not await jobs.begin_gallery(job.id)
    assert (await reload(jobs, job)).gallery_id == 7


async def test_deleting_only_the_files_of_a_job_keeps_its_message(database: Database) -> None:
    jobs = Jobs(database)
    job = await job_in_state(jobs, JobState.HELD, timelapse="f" * 64)
    assert await jobs.drop_files([job.id], removed=False) == {"0" * 64, "f" * 64}
    now = await reload(jobs, job)
    assert (now.picture, now.timelapse, now.deleted_at) == (None, None, None)


async def test_a_picture_that_another_job_starts_from_is_not_deleted(database: Database) -> None:
    jobs = Jobs(database)
    picture = "ab" * 32
    first = await job_in_state(jobs, JobState.DONE, picture=picture)
    resembling = replace(job_request().request, images=(ImagePrompt(picture),))
    (later,) = await jobs.admit([job_request(2, request=resembling)], admit_all)
    assert await jobs.drop_files([first.id]) == set()
    assert picture in await History(database).files()
    await jobs.finish(later.id, JobState.FAILED)
    assert await jobs.drop_files([first.id]) == set(), "the job has no files any more"
