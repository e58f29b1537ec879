"""What Discord refuses, and kills of the bot in the middle of a call: every job ends, and nothing is posted twice."""

import asyncio

import pytest
from discord import ChannelType
from simcord.builders import ChannelHandle

from bot.chat import submission
from bot.jobs.job import Job, JobState
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, card, read_out

EDIT = "/channels/*/messages/*"
SEND = "/channels/*/messages"
UNKNOWN_CODES = [(400, 240000), (400, 50035), (400, 200000), (413, 40005), (403, 40333)]


def private_messages(harness: BotHarness) -> list[str]:
    """The texts of ada's direct messages."""
    backend = harness.env.backend
    channel = backend.dm_channels.get(harness.ada.id)
    return [] if channel is None else [message.content for message in backend.messages[channel].values()]


async def ended(harness: BotHarness, number: int) -> Job:
    """The job, once it has ended and its messages are up to date."""
    await harness.wait_until_idle()
    return await harness.job(number)


async def shown(harness: BotHarness) -> None:
    """Waits until every message is up to date, so that the next edit is that of the finished picture."""
    await harness.until(
        lambda: all(updater._outdated._waiters for updater in harness.app.job_messages._updaters.values())
    )


@pytest.mark.parametrize(("status", "code"), UNKNOWN_CODES)
async def test_a_picture_that_discord_refuses_ends_its_job_in_words(
    harness: BotHarness, status: int, code: int
) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    await shown(harness)
    harness.env.inject_error("PATCH", EDIT, status=status, code=code)
    harness.engine.gates["a lighthouse"].set()
    job = await ended(harness, 1001)
    assert (job.state, job.reason) == (JobState.FAILED, "reason-refused")
    assert "Discord does not accept this picture or its text." in card(harness.now(message))
    assert private_messages(harness) == []
    assert (await harness.app.jobs.usage(harness.ada.id, harness.guild.id)).own == 0


async def test_the_requester_is_told_privately_once_if_the_message_cannot_be_edited_at_all(
    harness: BotHarness,
) -> None:
    await harness.running(harness.ada, "a lighthouse")
    harness.env.inject_error("PATCH", EDIT, status=400, code=240000, times=None)
    harness.engine.gates["a lighthouse"].set()
    await ended(harness, 1001)
    (text,) = private_messages(harness)
    assert text.startswith(
        f"Your picture #1001 could not be posted in <#{harness.channel.id}>. Discord does not accept"
    )
    await harness.restart()
    await ended(harness, 1001)
    assert len(private_messages(harness)) == 1


async def test_a_member_who_refuses_direct_messages_does_not_keep_the_job(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse")
    harness.env.inject_error("PATCH", EDIT, status=403, code=50001, times=None)
    harness.env.inject_error("POST", SEND, status=403, code=50007, times=None)
    harness.engine.gates["a lighthouse"].set()
    job = await ended(harness, 1001)
    assert (job.state, job.reason) == (JobState.FAILED, "reason-no-access")


async def test_refused_progress_is_tried_once_and_the_picture_is_still_posted(harness: BotHarness) -> None:
    harness.env.inject_error("PATCH", EDIT, status=400, code=50035)
    message = await harness.done(harness.ada, "a lighthouse")
    assert "✅ **Done**" in card(message)
    edits = [entry for entry in harness.env.http_requests if entry.method == "PATCH" and "/messages/" in entry.path]
    assert len(edits) <= 3


def thread_of(harness: BotHarness, kind: ChannelType = ChannelType.public_thread) -> ChannelHandle:
    """A new thread of ada's."""
    made = harness.env.backend.create_thread(
        harness.channel.id, "pictures", harness.ada.id, type=kind.value, broadcast=kind is ChannelType.public_thread
    )
    return next(known for known in harness.channel.threads if known.id == made.id)


async def test_an_archived_thread_is_reopened_for_the_picture(harness: BotHarness) -> None:
    thread = thread_of(harness)
    harness.engine.gates["a lighthouse"] = asyncio.Event()
    await harness.ada.slash(thread, "imagine", prompt="a lighthouse")
    await harness.until(lambda: " 1/" in card(harness.cards("a lighthouse", thread)[-1]))
    harness.env.inject_error("PATCH", EDIT, status=400, code=50083)
    harness.engine.gates["a lighthouse"].set()
    assert (await ended(harness, 1001)).state is JobState.DONE
    assert any(
        entry.method == "PATCH" and entry.path == f"/channels/{thread.id}" for entry in harness.env.http_requests
    )


async def test_nobody_can_ask_in_a_private_thread_that_the_bot_has_not_joined(harness: BotHarness) -> None:
    thread = thread_of(harness, ChannelType.private_thread)
    harness.env.inject_error("PUT", "/channels/*/thread-members/@me", status=403, code=50001)
    refusal = await harness.refuses(harness.ada.slash(thread, "imagine", prompt="a lighthouse"))
    assert refusal.startswith("I am not in this private thread")
    assert await harness.count() == 0


async def kill(*_: object) -> None:
    """Ends the task that calls it, as if the bot was killed there."""
    raise asyncio.CancelledError


async def test_a_message_sent_before_a_kill_is_found_in_a_busy_channel(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.running(harness.ben, "the first")
    with monkeypatch.context() as patched:
        patched.setattr(harness.app.jobs, "set_message", kill)
        await harness.imagine(harness.ada, "a lighthouse")
    (message,) = harness.cards("a lighthouse")
    assert (await harness.job(1002)).message_id is None
    for number in range(60):
        await harness.ben.send(harness.channel, f"chatter {number}")
    harness.engine.gates.clear()
    await harness.restart()
    await ended(harness, 1002)
    assert [card.id for card in harness.cards("a lighthouse")] == [message.id]
    assert "✅ **Done**" in card(harness.now(message))


async def test_a_kill_after_the_mention_causes_no_second_one_in_a_busy_channel(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.restart(discord={"mention_after_s": 0.0})
    for number in range(60):
        await harness.ben.send(harness.channel, f"before {number}")
    with monkeypatch.context() as patched:
        patched.setattr(harness.app.jobs, "finish", kill)
        await harness.imagine(harness.ada, "a lighthouse")
        await harness.until(lambda: any("your picture is ready" in text for text in harness.texts()))
        await harness.until(lambda: not harness.app.poster._tasks)
    assert (await harness.job(1001)).state is JobState.POSTING
    for number in range(60):
        await harness.ben.send(harness.channel, f"after {number}")
    await harness.restart()
    assert (await ended(harness, 1001)).state is JobState.DONE
    assert len([text for text in harness.texts() if "your picture is ready" in text]) == 1


async def test_an_interaction_is_acknowledged_in_time_when_admission_is_slow(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "ANSWER_S", 0.01)
    admit = harness.app.jobs.admit

    async def slow(*args: object) -> list[Job]:
        await harness.until(lambda: all(record.responded for record in harness.env.backend.interactions.values()))
        return await admit(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(harness.app.jobs, "admit", slow)
    await harness.imagine(harness.ada, "a lighthouse")
    await ended(harness, 1001)
    assert len(harness.cards("a lighthouse")) == 1
    assert "✅ **Done**" in card(harness.cards("a lighthouse")[0])


async def test_a_refusal_after_a_late_acknowledgement_is_private(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    monkeypatch.setattr(submission, "ANSWER_S", 0.0)
    assert "on the blocklist" in answer(await harness.imagine(harness.ada, "a kitten"))
    assert all("kitten" not in read_out(message) for message in harness.channel.history())


async def test_the_end_of_a_job_is_shown_after_a_kill_between_its_row_and_its_message(
    harness: BotHarness,
) -> None:
    await harness.running(harness.ada, "a lighthouse")
    waiting = await harness.waiting(harness.ben, "a windmill")
    await harness.app.jobs.finish(1002, JobState.FAILED, "reason-crashed")  # and no change of its message
    await harness.restart()
    await harness.until(lambda: "⚠️ **Failed.** The engine crashed twice" in card(harness.now(waiting)))
    assert await harness.app.jobs.unshown() == []
