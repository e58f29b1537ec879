"""Finished pictures reach their channels, also after a restart."""

import pytest

from bot.delivery.message_updater import PAUSES_S
from bot.delivery.messenger import ChannelGoneError, PostRefusedError, UnreachableError
from bot.jobs.job import Job, JobState
from bot.jobs.posting import LOST
from tests.harness.channel import until
from tests.harness.job_requests import job_in_state, reload
from tests.harness.worker import WorkerHarness, small


async def test_an_unreachable_channel_does_not_idle_the_engine(harness: WorkerHarness) -> None:
    harness.channel.refuses = lambda card: UnreachableError("down")
    first, second = await harness.submit("one"), await harness.submit("two", 2)
    await harness.until(first, JobState.POSTING)
    await harness.until(second, JobState.POSTING)
    assert harness.runs == ["one", "two"]
    harness.channel.refuses = lambda card: None
    await harness.until(first, JobState.DONE)
    await harness.until(second, JobState.DONE)


async def test_after_a_restart_a_running_job_waits_again_and_a_finished_picture_is_posted(idle: WorkerHarness) -> None:
    sha256 = await idle.pictures.put(b"finished before the crash")
    posting = await job_in_state(idle.jobs, JobState.POSTING, small("posting", 2, search_from=70), picture=sha256)
    running = await job_in_state(idle.jobs, JobState.RUNNING, small("running"))
    idle.channel.lost = {posting.id: 77}
    idle.channel.messages[77] = []
    await idle.workers.recover()
    waiting = await reload(idle.jobs, running)
    assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 0)
    await idle.catch_up()
    # Jobs that are not that old may yet be shown by chat; these were asked for before the restart.
    for job in (posting, running):
        idle.job_messages.adopt(job)
    await idle.until(posting, JobState.DONE)
    assert idle.channel.messages[77][-1].pictures == {posting.id: b"finished before the crash"}
    assert idle.runs == []


async def test_a_job_whose_picture_is_missing_fails_with_a_reason(idle: WorkerHarness) -> None:
    job = await job_in_state(idle.jobs, JobState.POSTING, small())
    await idle.catch_up()
    assert (await idle.until(job, JobState.FAILED)).reason == LOST


async def test_a_job_that_its_owner_deletes_before_its_picture_is_posted_is_cancelled(idle: WorkerHarness) -> None:
    job = await job_in_state(idle.jobs, JobState.POSTING, small(), picture=await idle.pictures.put(b"x"))
    await idle.jobs.drop_files([job.id])
    await idle.catch_up()
    assert (await idle.until(job, JobState.CANCELLED)).reason is None


@pytest.mark.parametrize("error", [PostRefusedError("harmful link"), ChannelGoneError("no access")])
async def test_a_refused_picture_fails_its_job_and_frees_its_owner_s_limits(
    harness: WorkerHarness, error: Exception
) -> None:
    harness.channel.refuses = lambda card: error if card.pictures else None
    job = await harness.submit("one")
    failed = await harness.until(job, JobState.FAILED)
    assert failed.reason in {"reason-refused", "reason-no-access"}
    await until(lambda: harness.channel.messages[job.id] and harness.last_card(job).first_job.state is JobState.FAILED)
    assert (await harness.jobs.usage(1, 100)).own == 0
    assert (harness.channel.mentions, harness.channel.told) == ([], [])


async def test_an_unexpected_error_while_posting_is_tried_again_a_few_times_and_then_ends_the_job(
    idle: WorkerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(job: Job) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(idle.job_messages, "post", broken)
    job = await job_in_state(idle.jobs, JobState.POSTING, small(), picture=await idle.pictures.put(b"x"))
    await idle.catch_up()
    pauses = []
    for _ in (*PAUSES_S, None):
        await until(lambda: idle.clock.sleeps)
        pauses.append(idle.clock.sleeps[0])
        await idle.clock.slept()
    assert (await idle.until(job, JobState.FAILED)).reason == "reason-broken"
    assert pauses == [*PAUSES_S, PAUSES_S[-1]]


async def test_an_error_in_what_follows_a_post_leaves_the_job_done(
    harness: WorkerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(job: Job) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(harness.poster, "_posted", broken)
    job = await harness.submit("one")
    await harness.until(job, JobState.DONE)
    await until(lambda: not harness.poster._tasks)


async def test_a_job_whose_picture_is_posted_is_done_as_soon_as_the_disk_takes_it(harness: WorkerHarness) -> None:
    harness.channel.holding = True
    job = await harness.submit()
    await harness.until(job, JobState.POSTING)
    await harness.database.fetch("PRAGMA query_only = ON")
    harness.channel.holding = False
    while harness.channel.held:
        harness.channel.held.pop().set()
    await until(lambda: harness.clock.sleeps)
    await harness.database.fetch("PRAGMA query_only = OFF")
    await harness.clock.slept()
    await harness.until(job, JobState.DONE)
    assert harness.posted == [job.id]
