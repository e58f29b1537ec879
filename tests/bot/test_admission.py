"""The gate: every limit holds, says its number, and opens again."""

from dataclasses import replace

import pytest

from bot.admission import Admission, Refusal, RefusedError
from bot.config import Imagine, Limits
from bot.job import Ask, JobState
from bot.store.database import Database
from bot.store.jobs import Jobs
from guidance.request import Request
from tests.bot.asks import ask


class Clock:
    """Seconds that tests turn."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def _refusal(admission: Admission, requester_id: int) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        await admission.admit(ask(requester_id))
    return caught.value


async def test_a_person_can_have_only_so_many_jobs_under_way(database: Database) -> None:
    jobs = Jobs(database)
    admission = Admission(jobs, Limits(waiting_per_member=2), Imagine())
    first = await admission.admit(ask(1))
    await admission.admit(ask(1))
    assert (await _refusal(admission, 1)).refusal is Refusal.TOO_MANY_WAITING
    await admission.admit(ask(2))
    await jobs.finish(first.id, JobState.CANCELLED)
    await admission.admit(ask(1))


async def test_the_queue_has_an_end(database: Database) -> None:
    admission = Admission(Jobs(database), Limits(waiting_in_all=3), Imagine())
    for person in range(3):
        await admission.admit(ask(person))
    assert (await _refusal(admission, 9)).refusal is Refusal.QUEUE_FULL


async def test_an_hour_s_quota_refills_when_its_first_job_is_an_hour_old(database: Database) -> None:
    clock = Clock()
    jobs = Jobs(database, clock)
    admission = Admission(jobs, Limits(jobs_per_hour=2, waiting_per_member=100), Imagine())
    await admission.admit(ask(1))
    clock.now += 100
    await admission.admit(ask(1))
    refused = await _refusal(admission, 1)
    assert (refused.refusal, refused.until) == (Refusal.TOO_MANY_THIS_HOUR, 1_003_600.0)
    clock.now = 1_003_600.5
    await admission.admit(ask(1))
    assert (await _refusal(admission, 1)).until == 1_003_700.0


async def test_a_job_that_failed_on_our_side_is_refunded(database: Database) -> None:
    jobs = Jobs(database)
    admission = Admission(jobs, Limits(jobs_per_hour=1), Imagine())
    job = await admission.admit(ask(1))
    await jobs.finish(job.id, JobState.FAILED, "our fault")
    await admission.admit(ask(1))


async def test_more_steps_than_allowed_are_refused_however_they_come(database: Database) -> None:
    admission = Admission(Jobs(database), Limits(), Imagine(max_steps=50))
    with pytest.raises(RefusedError) as caught:
        await admission.admit(ask_with_steps(51))
    assert (caught.value.refusal, caught.value.limit) == (Refusal.TOO_MANY_STEPS, 50)
    await admission.admit(ask_with_steps(50))


def ask_with_steps(steps: int) -> Ask:
    return replace(ask(), request=Request.resolve("a cat", seed=1, steps=steps))
