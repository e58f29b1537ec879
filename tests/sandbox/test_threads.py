"""Threads, mostly through an unmodified discord.py client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from bot.sandbox.models.guild import Overwrite
from bot.sandbox.models.permissions import Permission
from bot.sandbox.server import Sandbox
from tests.sandbox.client import Client, Interaction, running
from tests.sandbox.conftest import RestClient
from tests.sandbox.person import PageRefusedError, Person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.clock import ManualClock


@pytest.fixture
async def bot(sandbox: Sandbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A client with one command, which answers with the name of its channel."""
    client = Client()

    @client.tree.command(name="where", description="Where am I?")
    async def where(interaction: Interaction) -> None:
        channel = interaction.channel
        assert isinstance(channel, discord.Thread)
        await interaction.response.send_message(f"{channel.name} in {channel.parent}")

    async with running(sandbox, clock, monkeypatch, client) as started:
        yield started


async def test_a_thread_from_a_message_has_the_messages_id_and_starts_with_that_message(
    bot: Client, ada: Person
) -> None:
    posted = await bot.text_channel("imagine").send("a lighthouse")
    thread = await posted.create_thread(name="Variations", auto_archive_duration=60)
    assert (thread.id, thread.parent_id, thread.owner_id) == (posted.id, posted.channel.id, bot.user and bot.user.id)
    assert (thread.auto_archive_duration, thread.archived, thread.locked) == (60, False, False)
    (known,) = await bot.guilds[0].active_threads()
    assert known == thread == await bot.happened("thread_create")
    assert thread.me is not None, "starting a thread joins it"

    (message,) = await ada.messages()
    assert message["flags"] & 32
    assert message["thread"]["name"] == "Variations"
    inside = ada.at(str(thread.id))
    (starter,) = await inside.messages()
    assert (starter["type"], starter["content"]) == (21, "")
    assert starter["referenced_message"]["content"] == "a lighthouse"
    with pytest.raises(discord.HTTPException) as repeated:
        await posted.create_thread(name="Again")
    assert repeated.value.code == 160004


async def test_a_thread_without_a_message_is_announced_in_its_parent(bot: Client, ada: Person) -> None:
    thread = await bot.text_channel("gallery").create_thread(name="Of the week", type=discord.ChannelType.public_thread)
    (notice,) = await (await ada.in_channel("gallery")).messages()
    assert (notice["type"], notice["content"]) == (18, "Of the week")
    assert notice["message_reference"]["channel_id"] == str(thread.id) != notice["id"]
    assert "message_id" not in notice["message_reference"]


async def test_people_and_the_bot_talk_use_commands_and_react_in_a_thread(
    bot: Client, ada: Person, ben: Person
) -> None:
    await ada.wait_for_bot("where")
    inside = await ada.start_thread("Ideas", await ada.send_message("ideas?"))
    await bot.happened("thread_create")
    answer = await inside.answer_to(await inside.invoke("where"))
    assert answer["content"] == "Ideas in imagine"
    assert answer["channel_id"] == inside.channel_id
    await ben.at(inside.channel_id).react(answer, "⭐")
    event = await bot.happened("raw_reaction_add")
    assert (str(event.emoji), event.channel_id) == ("⭐", int(inside.channel_id))
    thread = bot.get_channel(int(inside.channel_id))
    assert isinstance(thread, discord.Thread)
    sent = await thread.send("a picture")
    await sent.edit(content="a better one")
    await sent.add_reaction("🔁")
    assert [entry.content async for entry in thread.history(limit=2)] == ["a better one", "Ideas in imagine"]
    fetched = await bot.fetch_channel(thread.id)
    assert isinstance(fetched, discord.Thread)
    assert (fetched.message_count, fetched.member_count) == (2, 2)


async def test_writing_in_a_thread_has_a_permission_of_its_own(bot: Client, ada: Person, sandbox: Sandbox) -> None:
    imagine = next(iter(sandbox.guild_data.channels.values()))
    inside = await ada.start_thread("Ideas")
    thread = await bot.happened("thread_create")
    imagine.overwrites.append(Overwrite(sandbox.guild_data.guild.id, 0, deny=Permission.SEND_MESSAGES))
    await thread.send("still allowed")
    imagine.overwrites[0].deny = int(Permission.SEND_MESSAGES_IN_THREADS | Permission.CREATE_PUBLIC_THREADS)
    imagine.overwrites.append(Overwrite(sandbox.guild_data.bot.id, 1, deny=Permission.SEND_MESSAGES_IN_THREADS))
    public = discord.ChannelType.public_thread
    for attempt in (thread.send("no"), bot.text_channel("imagine").create_thread(name="no", type=public)):
        with pytest.raises(discord.Forbidden) as refused:
            await attempt
        assert refused.value.code == 50013
    with pytest.raises(PageRefusedError, match="50013"):
        await inside.send_message("no")


async def test_in_an_archived_thread_only_sending_works_and_unarchives_it(bot: Client, ada: Person) -> None:
    thread = await bot.text_channel("imagine").create_thread(name="Old", type=discord.ChannelType.public_thread)
    sent = await thread.send("before")
    await thread.edit(archived=True)
    before, after = await bot.happened("thread_update")
    assert (before.archived, after.archived) == (False, True)
    assert await bot.guilds[0].active_threads() == []
    assert [old.id async for old in bot.text_channel("imagine").archived_threads()] == [thread.id]
    for attempt in (sent.edit(content="no"), sent.add_reaction("⭐"), thread.edit(name="no"), thread.join()):
        with pytest.raises(discord.HTTPException) as refused:
            await attempt
        assert refused.value.code == 50083
    inside = ada.at(str(thread.id))
    with pytest.raises(PageRefusedError) as unusable:
        await inside.invoke("where")
    assert unusable.value.code == 50083
    await inside.send_message("wake up")
    assert (await bot.happened("raw_thread_update")).data["thread_metadata"]["archived"]
    assert not (await bot.happened("raw_thread_update")).data["thread_metadata"]["archived"]
    await sent.edit(content="yes")


async def test_a_locked_thread_is_for_moderators(bot: Client, ada: Person, mo: Person) -> None:
    inside = await ada.start_thread("Quarrel")
    thread = await bot.happened("thread_create")
    posted = await thread.send("calm down")
    with pytest.raises(PageRefusedError, match="50013"):
        await inside.change_thread(locked=True)
    with pytest.raises(discord.Forbidden) as forbidden:
        await thread.edit(locked=True)
    assert forbidden.value.code == 50013
    with pytest.raises(discord.Forbidden):
        await thread.edit(name="not the bot's")
    await inside.change_thread(name="A conversation")
    assert (await inside.messages())[-1]["type"] == 4
    await mo.at(inside.channel_id).change_thread(locked=True)
    with pytest.raises(discord.HTTPException) as locked:
        await thread.send("no")
    assert locked.value.code == 160005
    await mo.at(inside.channel_id).change_thread(archived=True)
    for attempt in (thread.send("no"), posted.edit(content="no"), posted.delete()):
        with pytest.raises(discord.HTTPException) as refused:
            await attempt
        assert refused.value.code == 50083
    with pytest.raises(PageRefusedError, match="50083"):
        await inside.send_message("no")
    await mo.at(inside.channel_id).send_message("a moderator may")


async def test_a_thread_that_is_deleted_is_gone_and_its_message_stays(bot: Client, mo: Person) -> None:
    posted = await mo.send_message("about this")
    inside = await mo.start_thread("Short", posted)
    thread = await bot.happened("thread_create")
    with pytest.raises(discord.Forbidden):
        await thread.delete()
    await mo.call("DELETE", f"/channels/{inside.channel_id}")
    assert (await bot.happened("thread_delete")).id == thread.id
    (message,) = await mo.messages()
    assert message["flags"] == 0
    with pytest.raises(discord.NotFound) as gone:
        await thread.send("into the void")
    assert gone.value.code == 10003


async def test_the_bot_joins_and_leaves(bot: Client, ada: Person) -> None:
    await ada.start_thread("Ideas")
    thread = await bot.happened("thread_create")
    assert thread.me is None
    await thread.join()
    assert (await bot.happened("thread_join")).id == thread.id
    await thread.leave()
    assert (await bot.happened("thread_remove")).id == thread.id


async def test_a_thread_in_a_hidden_channel_is_hidden(bot: Client, ada: Person, mo: Person) -> None:
    log = bot.text_channel("mod-log")
    thread = await log.create_thread(name="Case 1", type=discord.ChannelType.public_thread)
    assert [entry["name"] for entry in await mo.threads()] == ["Case 1"]
    assert await ada.threads() == []
    with pytest.raises(PageRefusedError, match="50001"):
        await ada.at(str(thread.id)).messages()


async def test_an_idle_thread_is_archived_by_itself(clock: ManualClock) -> None:
    async with Sandbox(clock=clock) as sandbox, aiohttp.ClientSession() as session:
        rest_client = RestClient(sandbox, session)
        posted = (await rest_client.post({"content": "hello"})).body
        path = f"{rest_client.messages}/{posted['id']}/threads"
        thread = (await rest_client.call("POST", path, {"name": "Idle", "auto_archive_duration": 60})).body
        await clock.advance(59 * 60)
        sent = (await rest_client.call("POST", f"/channels/{thread['id']}/messages", {"content": "still here"})).body
        await clock.advance(59 * 60)
        address = f"/channels/{thread['id']}/messages/{sent['id']}"
        assert (await rest_client.call("PATCH", address, {"content": "edits are no activity"})).status == 200
        await clock.advance(2 * 60)
        assert (await rest_client.call("PATCH", address, {"content": "too late"})).code == 50083


async def test_threads_survive_a_restart_and_guild_create_lists_only_active_ones(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Sandbox(clock=clock, data=tmp_path) as first, Person(first.page_url, "Ada") as ada:
        kept_thread = await ada.start_thread("Kept", await ada.send_message("about this"))
        await kept_thread.send_message("hello")
        archived = await ada.start_thread("Asleep")
        await archived.change_thread(archived=True)
    async with (
        Sandbox(clock=clock, data=tmp_path) as second,
        Person(second.page_url, "Ada") as ada,
        running(second, clock, monkeypatch, Client()) as bot,
    ):
        assert [thread.name for thread in bot.guilds[0].threads] == ["Kept"]
        assert [(thread["name"], thread["archived"]) for thread in await ada.threads()] == [
            ("Kept", False),
            ("Asleep", True),
        ]
        assert [message["content"] for message in await ada.at(kept_thread.channel_id).messages()] == ["", "hello"]
        assert (await ada.messages())[0]["thread"]["member_count"] == 1


async def test_a_name_and_a_duration_have_limits(bot: Client, sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        rest_client = RestClient(sandbox, session)
        answer = await rest_client.call(
            "POST",
            f"/channels/{rest_client.channel.id}/threads",
            {"type": 11, "name": "x" * 101, "auto_archive_duration": 61},
        )
        assert answer.code == 50035
        assert set(answer.body["errors"]) == {"name", "auto_archive_duration"}
        nested = await rest_client.call(
            "POST", f"/channels/{rest_client.channel.id}/threads", {"type": 11, "name": "one"}
        )
        deeper = await rest_client.call("POST", f"/channels/{nested.body['id']}/threads", {"type": 11, "name": "two"})
        assert deeper.code == 50024
