"""DiscordMessenger against the sandbox, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.chat.client import override_endpoints
from bot.chat.messages.messenger import DiscordMessenger
from bot.community.guild_settings import GuildSettings
from bot.config import DiscordConfig
from bot.delivery.messenger import Card, ChannelGoneError, MessageGoneError, UnreachableError
from bot.jobs.job import Job, JobState, Progress
from bot.operations.metrics import Metrics
from bot.sandbox.server import Sandbox
from bot.store.database import Database
from bot.store.jobs import Jobs
from tests.harness.channel import until
from tests.harness.job_requests import admit_all, job_request
from tests.sandbox.person import Person


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as started:
        yield started


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[discord.Client]:
    """Connected; with discord.py pointed at the sandbox, and back at the end."""
    override_endpoints(DiscordConfig(api_url=sandbox.api_url, gateway_url=sandbox.gateway_url))
    connected = discord.Client(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        guild_ready_timeout=0.05,
    )
    task = asyncio.create_task(connected.start(sandbox.bot_token))
    await until(lambda: task.done() or (connected.is_ready() and available(connected)))
    assert not task.done(), task.exception()
    yield connected
    await connected.close()
    await asyncio.gather(task, return_exceptions=True)
    override_endpoints(DiscordConfig())


def available(client: discord.Client) -> bool:
    """Whether its servers, for which it does not wait long, have arrived."""
    return bool(client.guilds) and not any(guild.unavailable for guild in client.guilds)


@pytest.fixture
async def ada(sandbox: Sandbox) -> AsyncIterator[Person]:
    async with Person(sandbox.page_url, "Ada") as person:
        yield person


@pytest.fixture
async def job(database: Database, ada: Person) -> Job:
    """A job of Ada's in the channel."""
    wanted = replace(job_request(int(ada.id), prompt="@everyone *look* `here`"), channel_id=int(ada.channel_id))
    (admitted,) = await Jobs(database).admit([wanted], admit_all)
    return admitted


@pytest.fixture
def messenger(client: discord.Client) -> DiscordMessenger:
    return DiscordMessenger(lambda: client, lambda guild_id: GuildSettings(), Metrics())


def card(job: Job, **shown: Any) -> Card:
    """A card with a single job."""
    return Card((job,), **shown)


async def test_the_same_card_sent_twice_is_one_message(messenger: DiscordMessenger, job: Job, ada: Person) -> None:
    assert await messenger.send(card(job)) == await messenger.send(card(job))
    assert len(await ada.messages()) == 1


async def test_a_prompt_pings_nobody_and_is_escaped(messenger: DiscordMessenger, job: Job, ada: Person) -> None:
    await messenger.edit(await messenger.send(card(job)), card(job, position=2))
    (message,) = await ada.messages()
    assert await ada.pings() == []
    assert not message["mention_everyone"]
    assert r"\*look\* \`here\`" in message["embeds"][0]["description"]


async def test_an_edit_replaces_the_picture(messenger: DiscordMessenger, job: Job, ada: Person) -> None:
    running = replace(job, state=JobState.RUNNING)
    message_id = await messenger.send(
        card(running, progress={job.id: Progress(1, 9)}, pictures={job.id: b"\xff\xd8 one"})
    )
    await messenger.edit(
        message_id, card(running, progress={job.id: Progress(2, 9)}, pictures={job.id: b"\xff\xd8 two"})
    )
    await messenger.edit(message_id, card(replace(job, state=JobState.POSTING), pictures={job.id: b"\x89PNG three"}))
    (message,) = await ada.messages()
    (attachment,) = message["attachments"]
    assert attachment["filename"] == f"job-{job.id}.png"
    assert await ada.read(attachment["url"]) == b"\x89PNG three"
    await messenger.edit(message_id, card(replace(job, state=JobState.CANCELLED)))
    assert (await ada.messages())[0]["attachments"] == []


async def test_a_message_that_replaces_a_deleted_one_has_a_nonce_that_discord_takes(
    messenger: DiscordMessenger, job: Job, ada: Person
) -> None:
    """Discord takes nonces of up to 25 characters; the two ids alone have 27."""
    replaced = replace(job, id=12_345_678, message_id=1456074443980800026)
    assert await messenger.send(card(replaced)) == await messenger.send(card(replaced))
    assert await messenger.send(card(replace(replaced, message_id=1456074443980800027)))
    assert len(await ada.messages()) == 2


async def test_a_job_s_message_is_found_from_where_it_was_sent_on(
    messenger: DiscordMessenger, job: Job, ada: Person
) -> None:
    await ada.send_message("before")
    job = replace(job, search_from=messenger.mark())
    assert await messenger.find(job) is None
    message_id = await messenger.send(card(job))
    for number in range(120):
        await ada.send_message(f"chatter {number}")
    assert await messenger.find(job) == message_id
    assert await messenger.find(replace(job, id=job.id * 10 + 1)) is None
    assert await messenger.find(replace(job, search_from=message_id)) == message_id
    assert await messenger.find(replace(job, search_from=message_id + 1)) is None
    assert await messenger.find(replace(job, search_from=None)) is None


async def test_the_same_mention_sent_twice_is_one_message(messenger: DiscordMessenger, job: Job, ada: Person) -> None:
    message_id = await messenger.send(card(job))
    await messenger.mention(job, message_id)
    await messenger.mention(job, message_id)
    assert len(await ada.pings()) == 1
    assert len(await ada.messages()) == 2


async def test_editing_a_deleted_message_raises_gone(messenger: DiscordMessenger, job: Job, sandbox: Sandbox) -> None:
    message_id = await messenger.send(card(job))
    async with Person(sandbox.page_url, "Mo") as mo:
        (message,) = await mo.messages()
        await mo.delete(message)
    with pytest.raises(MessageGoneError):
        await messenger.edit(message_id, card(job))


async def test_sending_to_a_deleted_channel_raises_gone(messenger: DiscordMessenger, job: Job) -> None:
    with pytest.raises(ChannelGoneError):
        await messenger.send(card(replace(job, channel_id=12345)))


async def test_without_a_connection_the_messenger_raises_unreachable(
    messenger: DiscordMessenger, job: Job, client: discord.Client, sandbox: Sandbox
) -> None:
    with pytest.raises(UnreachableError):
        await DiscordMessenger(lambda: None, lambda guild_id: GuildSettings(), Metrics()).send(card(job))
    await sandbox.stop()
    with pytest.raises(UnreachableError):
        await messenger.send(card(job))
