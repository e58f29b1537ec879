"""What ends a message's edits: refusals, kills of the bot, and a database that fails."""

import asyncio
from collections.abc import Callable

import pytest

from bot.delivery.message_updater import GIVE_UP_S, PAUSES_S, NotPostedError
from bot.delivery.messenger import Card, ChannelGoneError, PostRefusedError, UnreachableError
from bot.jobs.job import Job, JobState, Progress
from tests.harness.channel import until
from tests.harness.job_requests import admit_all, job_request, reload
from tests.harness.messages import MESSAGE, MessagesHarness


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PostRefusedError("harmful link"), "reason-refused"),
        (ChannelGoneError("no access"), "reason-no-access"),
        (UnreachableError("down"), "reason-unreachable"),
        (ZeroDivisionError("an error of our own"), "reason-broken"),
    ],
)
async def test_every_error_ends_a_final_card_after_growing_pauses(
    harness: MessagesHarness, error: Exception, reason: str
) -> None:
    job = await harness.rendered(await harness.running())
    harness.channel.refuses = lambda card: error
    posting = asyncio.create_task(harness.job_messages.post(job))
    pauses = list[float]()
    while True:
        await until(lambda: posting.done() or harness.clock.sleeps)
        if posting.done():
            break
        pauses.append(harness.clock.sleeps[0])
        await harness.clock.slept()
    with pytest.raises(NotPostedError, match=reason):
        await posting
    assert pauses == sorted(pauses)
    assert max(pauses, default=0) <= PAUSES_S[-1]
    assert sum(pauses) <= GIVE_UP_S + PAUSES_S[-1]
    assert bool(pauses) is not isinstance(error, PostRefusedError | ChannelGoneError)
    assert harness.channel.mentions == []


@pytest.mark.parametrize("error", [PostRefusedError("invalid"), ZeroDivisionError("ours")])
async def test_progress_that_is_refused_is_not_tried_again(
    harness: MessagesHarness, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries = list[Card]()

    async def refused(message_id: int, card: Card) -> None:
        tries.append(card)
        raise error

    job = await harness.running()
    with monkeypatch.context() as patched:
        patched.setattr(harness.channel, "edit", refused)
        for step in range(1, 9):
            harness.job_messages.progress(job, Progress(step, 9))
            await harness.clock.slept()
        await harness.quiet()
    assert len(tries) == 1
    await harness.job_messages.post(await harness.rendered(job))
    assert harness.cards[-1].pictures == {job.id: b"png"}


async def test_a_failed_job_whose_message_is_refused_is_told_to_its_requester_once(harness: MessagesHarness) -> None:
    job = await harness.running()
    harness.channel.refuses = lambda card: PostRefusedError("harmful link")
    failed = await harness.jobs.finish(job.id, JobState.FAILED, "reason-refused")
    for _ in range(2):
        harness.job_messages.adopt(failed)
        harness.job_messages.changed(failed)
        await harness.over()
    assert harness.channel.told == [(1, "reason-refused")]
    assert await harness.jobs.unshown() == []


async def test_a_message_is_announced_in_its_row_before_it_is_sent(
    harness: MessagesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = list[int | None]()

    async def send(card: Card) -> int:
        sent.append((await reload(harness.jobs, job)).search_from)
        raise UnreachableError("timed out, but the message may exist")

    (job,) = await harness.jobs.admit([job_request()], admit_all)
    monkeypatch.setattr(harness.channel, "send", send)
    harness.job_messages.adopt(job)
    harness.job_messages.changed(await harness.jobs.finish(job.id, JobState.FAILED))
    await until(lambda: harness.clock.sleeps)
    assert (sent, harness.channel.searches) == ([harness.channel.mark()], [])
    harness.channel.messages[950] = []
    harness.channel.lost = {job.id: 950}
    await harness.clock.slept()
    await until(lambda: harness.channel.messages[950])
    await harness.over()
    assert (len(sent), harness.channel.searches) == (1, [job.id])
    assert (await reload(harness.jobs, job)).message_id == 950


async def test_a_message_that_replaces_a_deleted_one_is_found_after_a_kill(harness: MessagesHarness) -> None:
    job = await harness.rendered(await harness.running())
    await harness.jobs.begin_message(job.id, 0)  # then the message was sent, and the bot was killed
    assert (await reload(harness.jobs, job)).unconfirmed
    harness.channel.messages = {950: []}
    harness.channel.lost = {job.id: 950}
    await harness.job_messages.post(job)
    assert [card.pictures for card in harness.channel.messages[950]] == [{job.id: b"png"}]
    assert list(harness.channel.messages) == [950]


async def test_a_mention_recorded_before_a_kill_is_not_repeated(
    make: Callable[..., MessagesHarness], monkeypatch: pytest.MonkeyPatch
) -> None:
    harness, after = make(), make()
    job = await harness.rendered(await harness.running())

    async def killed(job: Job, message_id: int) -> None:
        assert (await reload(harness.jobs, job)).mentioned_at is not None
        harness.channel.mentions.append((job.requester_id, message_id))
        raise asyncio.CancelledError

    monkeypatch.setattr(harness.channel, "mention", killed)
    with pytest.raises(asyncio.CancelledError):
        await harness.job_messages.post(job)
    after.channel.messages = {MESSAGE: []}
    await after.job_messages.post(job)
    assert after.cards[-1].pictures == {job.id: b"png"}
    assert (harness.channel.mentions, after.channel.mentions) == ([(1, MESSAGE)], [])


async def test_a_database_that_fails_for_a_while_does_not_end_the_updates(
    harness: MessagesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await harness.rendered(await harness.running())
    of_batch, failures = harness.jobs.of_batch, [OSError("disk full")] * 3

    async def failing(batch_id: int) -> list[Job]:
        if failures:
            raise failures.pop()
        return await of_batch(batch_id)

    monkeypatch.setattr(harness.jobs, "of_batch", failing)
    posting = asyncio.create_task(harness.job_messages.post(job))
    for pause in PAUSES_S[:3]:
        await until(lambda: harness.clock.sleeps)
        assert harness.clock.sleeps == [pause]
        await harness.clock.slept()
    await posting
    assert harness.cards[-1].pictures == {job.id: b"png"}
