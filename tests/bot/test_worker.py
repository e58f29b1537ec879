"""The worker: rows first, then words; faults cost what they must and no more."""

import asyncio
from dataclasses import replace

import pytest

from bot.engine import EngineCrashedError, RunFailedError
from bot.guild import GuildSettings, Screening
from bot.job import Flag, Job, JobState
from bot.messenger import Card, UnreachableError
from bot.store.database import Database
from bot.store.job_row import TransitionError
from bot.worker import BROKEN, CRASHED, LOST, REJECTED
from tests.bot.asks import brought_to, found
from tests.bot.channel import until
from tests.bot.house import SMALL, SPIDERS, House, small
from tests.chat.engine import picture_of

IN_PROMPT = (Flag("spiders", "prompt", 0.9), Flag("spiders", "picture", 0.8))
IN_PICTURE = (Flag("spiders", "picture", 0.8),)
SPIDER = "a spider"


def last(house: House, job: Job) -> Card:
    return house.channel.messages[job.lead_id][-1]


async def test_a_job_ends_with_its_picture_in_the_store_and_the_channel(house: House) -> None:
    done = await house.until(await house.ask("a cat"), JobState.DONE)
    assert done.picture is not None
    assert await house.pictures.get(done.picture) == picture_of(done.request)
    assert last(house, done).pictures == {done.id: picture_of(done.request)}
    assert house.channel.mentions == [(1, done.id)]
    await until(lambda: house.posted == [done.id])
    assert done.film is None


async def test_a_film_is_kept_where_the_host_wants_films(database: Database, idle: House) -> None:
    filming = House(database, idle.folder, film=True)
    async with filming.at_work():
        done = await filming.until(await filming.ask(), JobState.DONE)
    assert done.film is not None
    assert await filming.pictures.get(done.film) == b"film"
    await filming.close()


async def test_a_request_that_cannot_be_rendered_fails_at_once_with_the_reason(house: House) -> None:
    house.engine.faults["bad"] = RunFailedError("this cannot be drawn")
    failed = await house.until(await house.ask("bad"), JobState.FAILED)
    assert (failed.reason, failed.attempts) == ("this cannot be drawn", 0)
    assert house.runs == ["bad"]
    await until(lambda: last(house, failed).lead.state is JobState.FAILED)


async def test_a_poison_job_is_given_up_after_its_second_crash_and_the_next_one_runs(house: House) -> None:
    house.engine.faults["poison"] = EngineCrashedError("died")
    poison, good = await house.ask("poison"), await house.ask("good", 2)
    failed = await house.until(poison, JobState.FAILED)
    await house.until(good, JobState.DONE)
    assert (failed.attempts, failed.reason) == (1, CRASHED)
    assert house.runs == ["poison", "poison", "good"], "a crash costs no place"


async def test_a_bug_fails_its_job_in_words_and_the_next_one_runs(house: House) -> None:
    house.engine.faults["bug"] = ZeroDivisionError()
    failed = await house.until(await house.ask("bug"), JobState.FAILED)
    assert failed.reason == BROKEN
    await house.until(await house.ask("good"), JobState.DONE)


async def test_an_input_that_is_gone_fails_its_job_without_the_engine(house: House) -> None:
    missing = small(request=replace(SMALL, init="a" * 64))
    (job,) = await house.sheet([missing])
    assert (await house.until(job, JobState.FAILED)).reason == "reason-input-gone"
    assert house.runs == []


async def test_inputs_travel_with_their_request(house: House) -> None:
    sha256 = await house.pictures.put(b"input")
    (job,) = await house.sheet([small(request=replace(SMALL, init=sha256))])
    await house.until(job, JobState.DONE)
    assert house.engine.orders[0].blobs == {sha256: b"input"}


async def test_a_job_that_waits_is_cancelled_without_the_engine(house: House) -> None:
    gate = house.gate("first")
    first, second = await house.ask("first"), await house.ask("second", 2)
    await house.at_gate(first)
    outcome = await house.worker.cancel(second)
    assert (outcome.was, outcome.job.state) == (JobState.QUEUED, JobState.CANCELLED)
    gate.set()
    await house.until(first, JobState.DONE)
    await until(lambda: last(house, second).lead.state is JobState.CANCELLED)
    assert house.runs == ["first"]


async def test_a_job_that_runs_is_cancelled_in_the_engine_and_the_next_one_runs(house: House) -> None:
    house.gate("first")
    first, second = await house.ask("first"), await house.ask("second", 2)
    await house.at_gate(first)
    outcome = await house.worker.cancel(first)
    assert (outcome.was, outcome.job.state) == (JobState.RUNNING, JobState.CANCELLED)
    await house.until(second, JobState.DONE)
    assert (await found(house.jobs, first)).picture is None


async def test_a_job_that_is_cancelled_before_the_engine_has_it_never_gets_far(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = house.pictures.get
    reading, cancelled = asyncio.Event(), asyncio.Event()

    async def slow(sha256: str) -> bytes:
        reading.set()
        await cancelled.wait()
        return await get(sha256)

    monkeypatch.setattr(house.pictures, "get", slow)
    sha256 = await house.pictures.put(b"input")
    house.gate("slow")
    (job,) = await house.sheet([small(request=replace(SMALL, prompt="slow", init=sha256))])
    await reading.wait()
    await house.worker.cancel(job)
    cancelled.set()
    await until(lambda: house.worker.running() is None)
    assert (await found(house.jobs, job)).state is JobState.CANCELLED
    await house.until(await house.ask("next"), JobState.DONE)


async def test_a_job_that_has_ended_is_not_cancelled(house: House) -> None:
    done = await house.until(await house.ask(), JobState.DONE)
    outcome = await house.worker.cancel(done)
    assert (outcome.was, outcome.job) == (JobState.DONE, done)


async def test_a_run_that_is_finished_early_keeps_what_it_has_and_says_what_it_was(house: House) -> None:
    house.gate("long")
    job = await house.ask("long")
    await house.at_gate(job)
    waiting = await house.ask("waiting", 2)
    assert not await house.worker.finish_now(waiting)
    assert await house.worker.finish_now(job)
    done = await house.until(job, JobState.DONE)
    assert (done.request.stop, done.steps) == (0.25, 1)
    assert not await house.worker.finish_now(done)


async def test_a_run_that_ends_while_the_bot_stops_is_posted_and_nothing_new_is_begun(house: House) -> None:
    gate = house.gate("last")
    job, waiting = await house.ask("last"), await house.ask("waiting", 2)
    await house.at_gate(job)
    draining = asyncio.create_task(house.worker.drain(5))
    await until(lambda: house.clock.sleeps)
    assert house.clock.sleeps == [5]
    gate.set()
    await draining
    assert house.engine.wanted == ""
    assert (await found(house.jobs, job)).state is JobState.DONE
    assert house.channel.mentions == [(1, job.id)]
    assert (await found(house.jobs, waiting)).state is JobState.QUEUED


async def test_a_run_that_is_put_aside_is_resumed_by_the_next_worker_from_its_checkpoint(
    database: Database, house: House
) -> None:
    house.gate("long")
    job = await house.ask("long")
    await house.ask("other", 2)
    await house.at_gate(job)
    await house.put_aside()
    aside = await found(house.jobs, job)
    assert (aside.state, aside.attempts) == (JobState.QUEUED, 0)
    assert aside.checkpoint is not None
    assert await house.pictures.get(aside.checkpoint) == b"checkpoint of long"
    assert house.channel.mentions == []

    after = House(database, house.folder, channel=house.channel)
    await after.worker.recover()
    async with after.at_work():
        await after.worker.catch_up()
        done = await after.until(job, JobState.DONE)
    await after.close()
    assert after.engine.orders[0].checkpoint == b"checkpoint of long"
    assert after.runs[0] == "long", "being put aside costs no place"
    assert done.checkpoint is None
    assert house.channel.mentions[0] == (1, job.id)


async def test_a_resumed_run_that_the_host_cuts_off_begins_at_its_checkpoint_again(idle: House) -> None:
    job = await brought_to(idle.jobs, JobState.RUNNING, small())
    await idle.jobs.requeue(job.id, crashed=False, checkpoint="c" * 64)
    await idle.queue.claim()
    await idle.worker.recover()
    again = await found(idle.jobs, job)
    assert (again.state, again.checkpoint, again.attempts) == (JobState.QUEUED, "c" * 64, 0)


async def test_a_checkpoint_that_is_gone_costs_only_the_steps_before_it(house: House) -> None:
    house.gate("long")
    job = await house.ask("long")
    await house.at_gate(job)
    await house.put_aside()
    aside = await found(house.jobs, job)
    assert aside.checkpoint is not None
    await house.pictures.drop({aside.checkpoint})
    after = House(house.database, house.folder, channel=house.channel)
    async with after.at_work():
        await after.until(job, JobState.DONE)
    await after.close()
    assert after.engine.orders[0].checkpoint is None


async def test_a_job_that_is_cancelled_while_it_is_put_aside_stays_cancelled(house: House) -> None:
    house.gate("long")
    job = await house.ask("long")
    await house.at_gate(job)
    await house.jobs.finish(job.id, JobState.CANCELLED)
    await house.put_aside()
    assert (await found(house.jobs, job)).state is JobState.CANCELLED


@pytest.mark.parametrize("flags", [IN_PROMPT, IN_PICTURE])
async def test_a_picture_in_which_something_is_found_is_covered(house: House, flags: tuple[Flag, ...]) -> None:
    house.engine.flags[SPIDER] = flags
    done = await house.until(await house.ask(SPIDER, screening=Screening.SPOILER), JobState.DONE)
    assert (done.spoiler, done.flags) == (True, ("spiders",))
    assert last(house, done).lead.spoiler
    assert last(house, done).pictures


async def test_without_screening_nothing_is_looked_for(house: House) -> None:
    house.engine.flags[SPIDER] = IN_PROMPT
    done = await house.until(await house.ask(SPIDER), JobState.DONE)
    assert (done.spoiler, done.flags) == (False, ())
    assert house.engine.orders[0].concepts == ()
    await house.until(await house.ask("a cat", screening=Screening.HOLD), JobState.DONE)
    assert house.engine.orders[1].concepts == (SPIDERS,)


async def test_what_a_screened_picture_starts_from_is_not_shown_on_the_way(house: House) -> None:
    sha256 = await house.pictures.put(b"input")
    started = replace(SMALL, init=sha256)
    for screening, request, previews in (
        (Screening.OFF, started, True),
        (Screening.HOLD, started, False),
        (Screening.HOLD, SMALL, True),
    ):
        (job,) = await house.sheet([small(request=request, screening=screening)])
        await house.until(job, JobState.DONE)
        assert house.engine.orders[-1].previews is previews


async def test_a_held_picture_is_seen_by_nobody_until_a_moderator_approves_it(house: House) -> None:
    house.engine.flags[SPIDER] = IN_PICTURE
    held = await house.until(await house.ask(SPIDER, screening=Screening.HOLD), JobState.HELD)
    await until(lambda: last(house, held).lead.state is JobState.HELD)
    assert last(house, held).pictures == {}
    assert (held.spoiler, house.channel.mentions, house.posted) == (True, [], [])
    await house.until(await house.ask("next", 2), JobState.DONE)
    await house.worker.approve(held)
    await house.until(held, JobState.DONE)
    assert last(house, held).pictures == {held.id: picture_of(held.request)}
    assert (1, held.id) in house.channel.mentions
    with pytest.raises(TransitionError):
        await house.worker.approve(held)


async def test_a_picture_that_a_moderator_rejects_is_gone_for_good(house: House) -> None:
    house.engine.flags[SPIDER] = IN_PICTURE
    held = await house.until(await house.ask(SPIDER, screening=Screening.HOLD), JobState.HELD)
    assert held.picture is not None
    await house.worker.reject(held)
    rejected = await found(house.jobs, held)
    assert (rejected.state, rejected.reason, rejected.picture) == (JobState.CANCELLED, REJECTED, None)
    assert not await house.pictures.has(held.picture)
    await until(lambda: last(house, held).lead.state is JobState.CANCELLED)
    assert all(not card.pictures or card.lead.state is JobState.RUNNING for card in house.channel.messages[held.id])
    with pytest.raises(TransitionError):
        await house.worker.reject(held)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
async def test_only_a_held_picture_can_be_rejected(idle: House, state: JobState) -> None:
    job = await brought_to(idle.jobs, state, small())
    with pytest.raises(TransitionError):
        await idle.worker.reject(job)
    assert await found(idle.jobs, job) == job


async def test_a_held_job_can_be_cancelled_by_its_owner(house: House) -> None:
    house.engine.flags[SPIDER] = IN_PICTURE
    held = await house.until(await house.ask(SPIDER, screening=Screening.HOLD), JobState.HELD)
    outcome = await house.worker.cancel(held)
    assert (outcome.was, outcome.job.state) == (JobState.HELD, JobState.CANCELLED)
    assert house.channel.mentions == []


async def test_a_slow_or_unreachable_channel_does_not_idle_the_engine(house: House) -> None:
    house.channel.refuses = lambda card: UnreachableError("down")
    first, second = await house.ask("one"), await house.ask("two", 2)
    await house.until(first, JobState.POSTING)
    await house.until(second, JobState.POSTING)
    assert house.runs == ["one", "two"]
    house.channel.refuses = lambda card: None
    await house.until(first, JobState.DONE)
    await house.until(second, JobState.DONE)


async def test_after_a_restart_what_ran_waits_again_and_what_was_to_be_posted_is_posted(idle: House) -> None:
    sha256 = await idle.pictures.put(b"finished before the crash")
    posting = await brought_to(idle.jobs, JobState.POSTING, small("posting", 2), picture=sha256)
    running = await brought_to(idle.jobs, JobState.RUNNING, small("running"))
    idle.channel.lost = {posting.id: 77}
    idle.channel.messages[77] = []
    await idle.worker.recover()
    waiting = await found(idle.jobs, running)
    assert (waiting.state, waiting.attempts) == (JobState.QUEUED, 0)
    await idle.worker.catch_up()
    # Jobs that are not that old may yet be shown by chat; these were asked for before the restart.
    for job in (posting, running):
        idle.announcer.adopt(job)
    await idle.until(posting, JobState.DONE)
    assert idle.channel.messages[77][-1].pictures == {posting.id: b"finished before the crash"}
    assert idle.runs == []


async def test_a_picture_lost_before_it_was_posted_fails_in_words(idle: House) -> None:
    job = await brought_to(idle.jobs, JobState.POSTING, small())
    await idle.worker.catch_up()
    assert (await idle.until(job, JobState.FAILED)).reason == LOST
    erased = await brought_to(idle.jobs, JobState.POSTING, small(), picture=await idle.pictures.put(b"x"))
    await idle.jobs.drop_files([erased.id])
    await idle.worker.catch_up()
    assert (await idle.until(erased, JobState.FAILED)).reason == LOST


async def test_a_paused_server_waits_and_runs_again_when_it_is_resumed(house: House) -> None:
    await house.guilds.set(100, GuildSettings(paused="tea"))
    here, there = await house.ask("here"), await house.ask("there", guild_id=101)
    await house.until(there, JobState.DONE)
    assert (await found(house.jobs, here)).state is JobState.QUEUED
    await house.guilds.set(100, GuildSettings())
    house.worker.wake()
    await house.until(here, JobState.DONE)


async def test_whoever_waits_is_shown_where_they_stand(house: House) -> None:
    gate = house.gate("first")
    first = await house.ask("first")
    await house.at_gate(first)
    second, third = await house.ask("second", 2), await house.ask("third", 3)
    await house.worker.show_places()
    await until(lambda: house.channel.messages[third.id])
    assert (last(house, second).position, last(house, third).position) == (1, 2)
    gate.set()
    await house.until(third, JobState.DONE)
