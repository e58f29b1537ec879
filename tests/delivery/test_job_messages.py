"""Message edits: latest state wins, one edit at a time, the end is always shown, one mention per message."""

import asyncio
from collections.abc import Callable

import pytest

from bot.community.guild_settings import GuildSettings
from bot.delivery.job_messages import EDITS
from bot.delivery.message_updater import OPENING_S, PAUSES_S, NotPostedError
from bot.delivery.messenger import Card, ChannelGoneError, MessageGoneError, UnreachableError
from bot.jobs.job import Job, JobState, Progress
from bot.jobs.wait_time import QueuePosition
from tests.harness.channel import until
from tests.harness.job_requests import admit_all, job_request, reload
from tests.harness.messages import INTERVAL_S, MESSAGE, MessagesHarness


async def test_many_updates_become_few_edits_and_the_last_one_is_shown(harness: MessagesHarness) -> None:
    harness.channel.holding = True
    job = await harness.running()
    for step in range(1, 200):
        harness.job_messages.progress(job, Progress(step, 200))
        if step % 20 == 1:
            await harness.quiet()
    assert harness.channel.in_flight == 1
    await harness.channel.release()
    await harness.clock.slept()
    await harness.channel.release()
    await until(lambda: harness.clock.sleeps)
    assert [card.progress[job.id].step for card in harness.cards] == [1, 199]
    assert harness.channel.most_in_flight == 1


async def test_edits_follow_the_interval_of_the_server(make: Callable[..., MessagesHarness]) -> None:
    harness = make(settings=GuildSettings(preview_s=8))
    job = await harness.running()
    harness.job_messages.progress(job, Progress(1, 9))
    await until(lambda: harness.clock.sleeps)
    assert harness.clock.sleeps == [8]
    for step in range(2, 9):
        harness.job_messages.progress(job, Progress(step, 9))
        harness.clock.now += 1
        await harness.quiet()
    assert len(harness.cards) == 1
    harness.clock.now += 1
    assert (await harness.edited(2)).progress[job.id].step == 8


async def test_the_last_preview_and_similarity_stay_visible_until_there_are_new_ones(harness: MessagesHarness) -> None:
    job = await harness.running()
    harness.job_messages.progress(job, Progress(1, 9, 0.25, b"one"))
    harness.job_messages.progress(job, Progress(2, 9))
    card = await harness.edited()
    assert (card.progress[job.id].step, card.progress[job.id].similarity) == (2, 0.25)
    assert card.pictures == {job.id: b"one"}


async def test_the_start_of_a_run_is_shown_at_once_and_its_steps_wait_for_the_interval(
    harness: MessagesHarness,
) -> None:
    (waiting,) = await harness.open_message()
    harness.job_messages.changed(waiting)
    await until(lambda: harness.clock.sleeps == [INTERVAL_S])
    job = await harness.claimed()
    harness.job_messages.progress(job, Progress(0, 9))
    assert (await harness.edited(2)).first_job.state is JobState.RUNNING
    await until(lambda: harness.clock.sleeps == [INTERVAL_S])
    harness.job_messages.progress(job, Progress(1, 9))
    await harness.quiet()
    assert len(harness.cards) == 2


async def test_the_end_of_a_job_is_shown_at_once(make: Callable[..., MessagesHarness]) -> None:
    harness = make(interval_s=60.0)
    job = await harness.running()
    harness.job_messages.progress(job, Progress(1, 9))
    await harness.edited()
    harness.job_messages.changed(await harness.jobs.finish(job.id, JobState.FAILED, "broken"))
    card = await harness.edited(2)
    assert (card.first_job.state, card.first_job.reason, card.settled) == (JobState.FAILED, "broken", True)


async def test_the_picture_is_posted_when_discord_is_reachable_again(harness: MessagesHarness) -> None:
    job = await harness.rendered(await harness.running())
    harness.channel.failures = [UnreachableError("down")] * 8
    posting = asyncio.create_task(harness.job_messages.post(job))
    for pause in (*PAUSES_S, PAUSES_S[-1]):
        await until(lambda: harness.clock.sleeps)
        assert harness.clock.sleeps == [pause]
        harness.clock.now += pause
    await posting
    assert [card.pictures for card in harness.cards] == [{job.id: b"png"}]
    assert harness.channel.mentions == [(1, MESSAGE)]


async def test_progress_that_cannot_be_shown_is_dropped(harness: MessagesHarness) -> None:
    job = await harness.running()
    harness.channel.failures = [UnreachableError("down")]
    harness.job_messages.progress(job, Progress(1, 9))
    await until(lambda: not harness.channel.failures)
    harness.job_messages.progress(job, Progress(2, 9))
    await harness.clock.slept()
    await harness.edited()
    assert [card.progress[job.id].step for card in harness.cards] == [2]


async def test_a_deleted_message_gets_no_progress_and_its_picture_in_one_new_message(
    harness: MessagesHarness,
) -> None:
    job = await harness.running()
    harness.channel.failures = [MessageGoneError("deleted")]
    harness.job_messages.progress(job, Progress(1, 9))
    await until(lambda: not harness.channel.failures)
    for step in (2, 3):
        harness.job_messages.progress(job, Progress(step, 9))
        await harness.clock.slept()
    await harness.quiet()
    assert harness.channel.messages == {MESSAGE: []}
    await harness.job_messages.post(await harness.rendered(job))
    (new,) = harness.channel.messages.keys() - {MESSAGE}
    assert [card.pictures for card in harness.channel.messages[new]] == [{job.id: b"png"}]
    assert (await reload(harness.jobs, job)).message_id == new
    assert harness.channel.mentions == [(1, new)]


async def test_a_picture_removed_on_request_is_not_posted_again_and_mentions_nobody(
    harness: MessagesHarness,
) -> None:
    job = await harness.rendered(await harness.running())
    await harness.jobs.drop_files([job.id])
    harness.channel.messages.clear()
    await harness.job_messages.post(job)
    assert harness.channel.messages == {}
    assert harness.channel.mentions == []


async def test_a_message_removed_on_request_during_its_final_edit_is_not_sent_again(
    harness: MessagesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await harness.rendered(await harness.running())

    async def removed(message_id: int, card: Card) -> None:
        await harness.jobs.drop_files([job.id])
        raise MessageGoneError("deleted")

    monkeypatch.setattr(harness.channel, "edit", removed)
    await harness.job_messages.post(job)
    assert harness.channel.messages == {MESSAGE: []}
    assert harness.channel.mentions == []


async def test_nothing_is_sent_to_a_channel_that_is_gone(harness: MessagesHarness) -> None:
    job = await harness.rendered(await harness.running())
    harness.channel.failures = [ChannelGoneError("no access")]
    with pytest.raises(NotPostedError, match="reason-no-access"):
        await harness.job_messages.post(job)
    assert harness.channel.messages == {MESSAGE: []}
    assert harness.channel.mentions == []


async def test_a_message_sent_before_a_crash_is_found_and_not_sent_again(harness: MessagesHarness) -> None:
    await harness.jobs.admit([job_request(search_from=70)], admit_all)
    job = await harness.claimed()
    harness.channel.messages[77] = []
    harness.channel.lost = {job.id: 77}
    harness.job_messages.adopt(job)
    harness.job_messages.progress(job, Progress(1, 9))
    await until(lambda: harness.channel.messages[77])
    assert list(harness.channel.messages) == [77]
    assert (await reload(harness.jobs, job)).message_id == 77


async def test_nothing_is_shown_before_chat_has_opened_the_message(harness: MessagesHarness) -> None:
    """The worker is often faster than the interaction response; otherwise there would be two messages."""
    await harness.jobs.admit([job_request()], admit_all)
    job = await harness.claimed()
    harness.job_messages.progress(job, Progress(1, 9))
    await until(lambda: harness.clock.sleeps)
    harness.clock.now += OPENING_S - 1
    await harness.quiet()
    assert harness.channel.messages == {}
    harness.channel.messages[5] = []
    await harness.job_messages.opened(job, 5)
    await until(lambda: harness.channel.messages[5])
    assert list(harness.channel.messages) == [5]


async def test_a_message_that_chat_does_not_open_in_time_is_sent(harness: MessagesHarness) -> None:
    await harness.jobs.admit([job_request()], admit_all)
    job = await harness.claimed()
    harness.job_messages.progress(job, Progress(1, 9))
    await until(lambda: harness.clock.sleeps)
    harness.clock.now += OPENING_S
    await until(lambda: harness.channel.messages)
    (sent,) = harness.channel.messages
    await until(lambda: harness.clock.sleeps)
    assert (await reload(harness.jobs, job)).message_id == sent


async def test_after_a_restart_nobody_waits_for_chat_to_open_a_message(make: Callable[..., MessagesHarness]) -> None:
    before = make()
    await before.jobs.admit([job_request()], admit_all)
    before.clock.now += 1
    after = make(clock=before.clock)
    after.job_messages.progress(await after.claimed(), Progress(1, 9))
    await until(lambda: after.channel.messages)


@pytest.mark.parametrize(("after_s", "took_s", "mentioned"), [(-1, 999, 0), (0, 0, 1), (30, 29, 0), (30, 30, 1)])
async def test_the_requester_is_mentioned_as_configured(
    make: Callable[..., MessagesHarness], after_s: float, took_s: float, mentioned: int
) -> None:
    harness = make(mention_after_s=after_s)
    job = await harness.rendered(await harness.running())
    harness.clock.now += took_s
    await harness.job_messages.post(job)
    assert harness.channel.mentions == [(1, MESSAGE)] * mentioned


async def test_a_failed_mention_is_not_retried(harness: MessagesHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    job = await harness.rendered(await harness.running())
    mention = harness.channel.mention
    tries: list[int] = []

    async def fails(job: Job, message_id: int) -> None:
        tries.append(message_id)
        harness.channel.failures = [UnreachableError("down")]
        await mention(job, message_id)

    monkeypatch.setattr(harness.channel, "mention", fails)
    await harness.job_messages.post(job)
    assert tries == [MESSAGE]
    assert harness.channel.mentions == []


async def test_a_batch_has_one_message_and_one_mention_after_its_last_picture(
    harness: MessagesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, read = harness.pictures.get, list[str]()

    async def reading(sha256: str) -> bytes:
        read.append(sha256)
        return await get(sha256)

    monkeypatch.setattr(harness.pictures, "get", reading)
    batch = await harness.open_message(job_request(prompt="a"), job_request(prompt="b"), job_request(prompt="c"))
    for number, prompt in enumerate("abc", start=1):
        job = await harness.rendered(await harness.claimed(), prompt.encode())
        await harness.job_messages.post(job)
        assert len(harness.channel.mentions) == (number == 3)
    assert list(harness.channel.messages) == [MESSAGE]
    assert harness.cards[-1].pictures == {job.id: job.request.prompt.encode() for job in batch}
    assert [len(card.pictures) for card in harness.cards if card.pictures] == [1, 2, 3]
    assert len(read) == 3, "each picture is read once"


async def test_two_last_pictures_shown_in_one_edit_cause_one_mention(harness: MessagesHarness) -> None:
    await harness.open_message(job_request(prompt="a"), job_request(prompt="b"))
    rendered = [await harness.rendered(await harness.claimed(), png) for png in (b"a", b"b")]
    await asyncio.gather(*(harness.job_messages.post(job) for job in rendered))
    await harness.over()
    assert harness.channel.mentions == [(1, MESSAGE)]


async def test_a_change_during_the_mention_causes_no_second_mention(harness: MessagesHarness) -> None:
    job = await harness.rendered(await harness.running())
    harness.channel.holding = True
    posting = asyncio.create_task(harness.job_messages.post(job))
    await harness.channel.release()
    await until(lambda: harness.channel.held)
    assert len(harness.cards) == 1, "the held call is the mention"
    harness.job_messages.changed(job)
    await harness.channel.release()
    await posting
    harness.channel.holding = False
    await harness.edited(2)
    await harness.over()
    assert harness.channel.mentions == [(1, MESSAGE)]


async def test_a_picture_that_was_quick_is_not_mentioned_by_a_later_edit(make: Callable[..., MessagesHarness]) -> None:
    harness = make(mention_after_s=60)
    job = await harness.rendered(await harness.running())
    harness.channel.holding = True
    posting = asyncio.create_task(harness.job_messages.post(job))
    await until(lambda: harness.channel.held)
    harness.job_messages.changed(job)
    await harness.channel.release()
    await posting
    await until(lambda: harness.channel.held)
    harness.clock.now += 60
    harness.channel.holding = False
    await harness.channel.release()
    await harness.over()
    assert len(harness.cards) == 2
    assert harness.channel.mentions == []


@pytest.mark.parametrize("end", [JobState.FAILED, JobState.CANCELLED])
async def test_a_batch_whose_last_job_fails_still_mentions_for_the_other_pictures(
    harness: MessagesHarness, end: JobState
) -> None:
    await harness.open_message(job_request(prompt="a"), job_request(prompt="b"))
    first = await harness.rendered(await harness.claimed())
    await harness.job_messages.post(first)
    await harness.jobs.finish(first.id, JobState.DONE)
    assert harness.channel.mentions == []
    harness.job_messages.changed(await harness.jobs.finish((await harness.claimed()).id, end))
    await until(lambda: harness.channel.mentions)
    assert harness.channel.mentions == [(1, MESSAGE)]


async def test_a_failed_job_mentions_nobody(harness: MessagesHarness) -> None:
    job = await harness.running()
    harness.job_messages.changed(await harness.jobs.finish(job.id, JobState.FAILED))
    assert (await harness.edited()).settled
    await harness.over()
    assert harness.channel.mentions == []


async def test_a_held_picture_is_not_shown_until_it_is_approved(harness: MessagesHarness) -> None:
    job = await harness.running()
    harness.job_messages.progress(job, Progress(1, 9, preview=b"preview"))
    await harness.edited()
    harness.job_messages.changed(await harness.rendered(job, hold=True))
    await until(lambda: harness.cards[-1].first_job.state is JobState.HELD)
    assert harness.cards[-1].pictures == {}
    assert harness.cards[-1].settled
    await harness.over()
    assert harness.channel.mentions == []
    released = await harness.jobs.release(job.id)
    harness.job_messages.adopt(released)
    await harness.job_messages.post(released)
    assert harness.cards[-1].pictures == {job.id: b"png"}


async def test_one_call_edits_a_limited_number_of_messages_those_without_a_position_first(
    harness: MessagesHarness,
) -> None:
    count = 2 * EDITS + 5
    admitted = [(await harness.jobs.admit([job_request(person)], admit_all))[0] for person in range(count)]
    for job in admitted:
        harness.channel.messages[job.id] = []
        await harness.job_messages.opened(job, job.id)
    positions = [QueuePosition(job.id, job.id, place, None) for place, job in enumerate(admitted, start=1)]
    for edited in (EDITS, 2 * EDITS, count):
        assert harness.job_messages.show_positions(positions) is (edited < count)
        while sum(map(len, harness.channel.messages.values())) < edited:
            await harness.quiet()
    assert not harness.job_messages.show_positions(positions)
    assert [harness.channel.messages[job.id][-1].position for job in admitted] == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("position", "start_at", "edits"),
    [
        (9, 1000.0, False),  # unchanged
        (8, 1000.0, False),  # position above EXACT_POSITIONS
        (8, 1199.0, False),  # within a fifth of the wait
        (8, 1350.0, True),
        (8, 700.0, True),
        (3, 1000.0, True),
        (9, None, True),
    ],
)
async def test_a_new_position_causes_an_edit_only_if_it_differs_enough(
    make: Callable[..., MessagesHarness], position: int, start_at: float | None, edits: bool
) -> None:
    harness = make()
    harness.clock.now = 0.0
    (job,) = await harness.open_message()
    harness.job_messages.show_positions([QueuePosition(job.id, job.id, 9, 1000.0)])
    first = await harness.edited()
    assert (first.position, first.start_at) == (9, 1000.0)
    harness.job_messages.show_positions([QueuePosition(job.id, job.id, position, start_at)])
    await harness.clock.slept()
    await harness.quiet()
    assert len(harness.cards) == 1 + edits
    if edits:
        assert (harness.cards[-1].position, harness.cards[-1].start_at) == (position, start_at)


async def test_the_position_of_a_batch_is_that_of_its_next_job(harness: MessagesHarness) -> None:
    first_job, second = await harness.open_message(job_request(prompt="a"), job_request(prompt="b"))
    harness.job_messages.show_positions(
        [QueuePosition(first_job.id, first_job.id, 2, 50.0), QueuePosition(second.id, first_job.id, 4, 90.0)]
    )
    assert (await harness.edited()).position == 2
    await harness.claimed()
    await harness.clock.slept()
    harness.job_messages.show_positions([QueuePosition(second.id, first_job.id, 3, 95.0)])
    assert (await harness.edited(2)).position == 3
