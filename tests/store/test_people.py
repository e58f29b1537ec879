"""Export and erasure of a person's data."""

import json
from dataclasses import dataclass, replace

import pytest

from bot.jobs.job import Job, JobState, Origin
from bot.store.audit import Audit
from bot.store.bans import Ban, Bans
from bot.store.database import Database
from bot.store.jobs import Jobs
from bot.store.people import ERASED, People
from bot.store.sessions import SessionRows, SessionState
from bot.store.styles import Styles
from guidance.request.request import ImagePrompt
from tests.harness.job_requests import SettableClock, admit_all, job_in_state, job_request, reload

ADA, BEN, MO = 777_000_111, 777_000_222, 777_000_333
DAY_S = 86400.0


@dataclass
class Life:
    """Two people with rows in every table."""

    database: Database
    clock: SettableClock
    jobs: Jobs
    people: People
    ada: Job
    ben: Job


@pytest.fixture
async def life(database: Database) -> Life:
    clock = SettableClock()
    jobs, sessions = Jobs(database, clock), SessionRows(database, clock)
    start = replace(job_request().request, init="1" * 64, images=(ImagePrompt("2" * 64),), mask="3" * 64)
    ada = await job_in_state(jobs, JobState.DONE, job_request(ADA, request=start), picture="4" * 64, timelapse="5" * 64)
    ben = await job_in_state(jobs, JobState.DONE, job_request(BEN, prompt="a dog"), picture="6" * 64)
    for person, job in ((ADA, ada), (BEN, ben)):
        await jobs.set_message(job.id, 1000 + job.id)
        await jobs.add_copy(job.id, 300, 2000 + job.id)
        await Styles(database).save(person, "mine", f"words of {person}")
        session = await sessions.open(100, 200, person, f"theme of {person}", 10, 1)
        await sessions.set(session.id, state=SessionState.ENDED)
        await Bans(database, clock).set(100, Ban(person, None, "rude"))
        await Audit(database, clock).add(100, MO, "ban", person, "rude")
    return Life(database, clock, jobs, People(database, clock), ada, ben)


async def naming(database: Database, *needles: object) -> set[tuple[str, str]]:
    """(table, column) of every value in the database that contains one of the texts."""
    places = set()
    tables = await database.fetch("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables:
        for row in await database.fetch(f'SELECT * FROM "{table}"'):
            for column, value in zip(row.keys(), row, strict=True):
                if any(str(needle) in str(value) for needle in needles):
                    places.add((table, column))
    return places


async def test_the_export_has_all_rows_of_one_person_and_no_others(life: Life) -> None:
    exported = json.loads(await life.people.export(ADA))
    assert {name: len(rows) for name, rows in exported.items()} == {
        "jobs": 1,
        "styles": 1,
        "bans": 1,
        "sessions": 1,
        "audit": 1,
    }
    assert exported["jobs"][0]["id"] == life.ada.id
    assert exported["jobs"][0]["request"]["images"] == [{"sha256": "2" * 64, "weight": 1.0}]
    assert exported["styles"][0]["words"] == f"words of {ADA}"
    assert str(BEN) not in json.dumps(exported)
    assert "a dog" not in json.dumps(exported)
    named = {table for table, _ in await naming(life.database, ADA)}
    assert named == {"job", "style", "ban", "session", "audit"}, "a table that names people must be exported too"


async def test_erasure_removes_prompts_pictures_and_styles_of_one_person_at_once(life: Life) -> None:
    before = await reload(life.jobs, life.ben)
    unused = await life.people.erase(ADA)
    assert unused == {digit * 64 for digit in "12345"}
    ada = await reload(life.jobs, life.ada)
    assert (ada.request.prompt, ada.picture, ada.timelapse, ada.reason) == (ERASED, None, None, None)
    assert ada.request.inputs() == frozenset()
    assert ada.deleted_at is not None
    assert await naming(life.database, f"words of {ADA}", f"theme of {ADA}", "a cat", *unused) == set()
    assert await Styles(life.database).of(BEN) == {"mine": f"words of {BEN}"}
    assert await reload(life.jobs, life.ben) == before


async def test_a_picture_that_another_person_s_job_uses_is_not_deleted(life: Life) -> None:
    derived = replace(job_request().request, init=life.ada.picture)
    await life.jobs.admit([job_request(BEN, request=derived)], admit_all)
    assert life.ada.picture not in await life.people.erase(ADA)


async def test_one_day_after_erasure_only_bans_and_the_audit_log_name_the_person(life: Life) -> None:
    await life.people.erase(ADA)
    life.clock.now += DAY_S - 1
    assert await life.people.forget() == 0
    assert (await life.jobs.usage(ADA, 100)).day_steps > 0, "the limits of the day still count"
    life.clock.now += 1
    assert await life.people.forget() == 1
    assert await naming(life.database, ADA) == {("ban", "user_id"), ("audit", "target_id")}
    assert ("job", "requester_id") in await naming(life.database, BEN)
    assert await life.people.forget() == 0


async def test_an_unfinished_session_is_anonymised_after_its_end(life: Life) -> None:
    sessions = SessionRows(life.database, life.clock)
    session = await sessions.open(100, 200, ADA, "long", 3 * 24 * 60, 1)
    await life.people.erase(ADA)
    life.clock.now += DAY_S
    await life.people.forget()
    assert ("session", "host_id") in await naming(life.database, ADA)
    await sessions.set(session.id, state=SessionState.ENDED)
    await life.people.forget()
    assert await naming(life.database, ADA, "long") == {("ban", "user_id"), ("audit", "target_id")}


async def test_jobs_after_an_erasure_keep_their_requester(life: Life) -> None:
    await life.people.erase(ADA)
    life.clock.now += 60
    later = await job_in_state(life.jobs, JobState.DONE, job_request(ADA, prompt="a new life"))
    life.clock.now += DAY_S
    await life.people.forget()
    assert (await reload(life.jobs, later)).requester_id == ADA
    assert (await reload(life.jobs, life.ada)).requester_id == 0


async def test_two_erased_people_with_a_rerun_of_the_same_picture_do_not_collide(life: Life) -> None:
    for person in (ADA, BEN):
        rerun = job_request(person, origin=Origin.REACTION, parent_id=life.ada.id)
        await job_in_state(life.jobs, JobState.DONE, rerun)
        await life.people.erase(person)
    life.clock.now += DAY_S
    assert await life.people.forget() == 2
    assert {job.requester_id for job in await life.jobs.in_state(JobState.DONE)} == {0}


async def test_messages_of_a_person_include_copies_and_exclude_deleted_ones(life: Life) -> None:
    assert await life.people.messages_of(ADA) == [(300, 2000 + life.ada.id), (200, 1000 + life.ada.id)]
    await life.jobs.drop_files([life.ada.id])
    assert await life.people.messages_of(ADA) == [(300, 2000 + life.ada.id)]
