"""An unmodified discord.py client does what moderators' tools do. Its bot is an administrator with every intent."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from PIL import Image

from tests.sandbox.administrator import control, sandbox
from tests.sandbox.client import Client, Interaction, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.clock import ManualClock
    from bot.sandbox.server import Sandbox
    from tests.sandbox.control import Control
    from tests.sandbox.person import Person

__all__ = ["control", "sandbox"]


@pytest.fixture
async def bot(sandbox: Sandbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    async with running(sandbox, clock, monkeypatch, Client(discord.Intents.all())) as client:
        yield client


@pytest.fixture
def guild(bot: Client) -> discord.Guild:
    return bot.guilds[0]


@pytest.fixture
def imagine(bot: Client) -> discord.TextChannel:
    return bot.text_channel("imagine")


def member(guild: discord.Guild, name: str) -> discord.Member:
    found = guild.get_member_named(name)
    assert found is not None, name
    return found


def raise_bot(sandbox: Sandbox) -> None:
    """Put the bot's role above all others."""
    next(role for role in sandbox.guild_data.roles.values() if role.bot_id is not None).position = 9


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, "PNG")
    return buffer.getvalue()


async def test_it_logs_in_and_reads_the_guild_and_its_members(bot: Client, guild: discord.Guild) -> None:
    granted = (await bot.application_info()).flags
    assert granted.gateway_guild_members_limited
    assert granted.gateway_presence_limited
    assert granted.gateway_message_content_limited
    fetched = await bot.fetch_guild(guild.id)
    assert (fetched.name, fetched.approximate_member_count) == ("Pocket Gallery", 8)
    assert len([one async for one in guild.fetch_members()]) == len(guild.members) == 8
    assert [one.name for one in await guild.query_members("ad")] == ["ada"]
    assert (await guild.fetch_member(member(guild, "ada").id)).display_name == "Ada"
    assert {channel.name for channel in await guild.fetch_channels()} >= {"imagine", "mod-log"}
    assert (await guild.fetch_roles())[0].is_default()
    assert guild.me.status is discord.Status.online


async def test_channels_of_every_type_are_made_changed_and_deleted(bot: Client, guild: discord.Guild) -> None:
    art = await guild.create_category("Art")
    text = await guild.create_text_channel("sketches", category=art, topic="Rough", slowmode_delay=5)
    assert (await text.edit(name="drafts", nsfw=True)).nsfw
    news = await guild.create_text_channel("news", news=True)
    voice = await guild.create_voice_channel("studio", bitrate=96_000, user_limit=4)
    stage = await guild.create_stage_channel("talks")
    assert (voice.bitrate, voice.user_limit, voice.members) == (96_000, 4, [])
    await voice.edit(user_limit=8)
    assert [str((await guild.fetch_channel(one.id)).type) for one in (art, news, voice, stage)] == [
        "category",
        "news",
        "voice",
        "stage_voice",
    ]
    assert (await voice.send("text in voice")).channel.id == voice.id
    await text.move(category=None, end=True)
    assert (await guild.fetch_channel(text.id)).category_id is None
    await text.set_permissions(member(guild, "ada"), view_channel=False)
    assert (await bot.happened("guild_channel_update"))[1].id
    for channel in (text, news, voice, stage, art):
        await channel.delete(reason="done")
    assert (await bot.happened("guild_channel_delete")).name == "drafts"


async def test_a_forum_has_posts_with_tags(bot: Client, guild: discord.Guild) -> None:
    forum = await guild.create_forum(
        "ideas", available_tags=[discord.ForumTag(name="Bug", emoji="🐛"), discord.ForumTag(name="Wish")]
    )
    bug, wish = forum.available_tags
    await forum.edit(require_tag=True)
    with pytest.raises(discord.HTTPException) as refused:
        await forum.create_thread(name="untagged", content="hm")
    assert refused.value.code == 40067
    thread, message = await forum.create_thread(
        name="Blurry", content="All is blurred", file=discord.File(io.BytesIO(picture()), "a.png"), applied_tags=[bug]
    )
    assert (thread.id, thread.parent_id, message.content) == (message.id, forum.id, "All is blurred")
    assert await (await thread.fetch_message(message.id)).attachments[0].read() == picture()
    assert (await bot.happened("thread_create")).name == "Blurry"
    changed = await thread.edit(applied_tags=[wish], pinned=True)
    assert ([tag.name for tag in changed.applied_tags], changed.flags.pinned) == (["Wish"], True)
    await thread.edit(archived=True)
    assert [one.id async for one in forum.archived_threads()] == [thread.id]


async def test_threads_public_private_and_of_announcements(guild: discord.Guild, imagine: discord.TextChannel) -> None:
    ada = member(guild, "ada")
    private = await imagine.create_thread(name="secret", invitable=False)
    await private.add_user(ada)
    assert {one.id for one in await private.fetch_members()} == {guild.me.id, ada.id}
    await private.remove_user(ada)
    public = await (await imagine.send("topic")).create_thread(name="about it", auto_archive_duration=60)
    news = await guild.create_text_channel("news", news=True)
    posted = await news.send("release")
    bulletin = await posted.create_thread(name="release notes")
    assert [one.type.name for one in (private, public, bulletin)] == ["private_thread", "public_thread", "news_thread"]
    await posted.publish()
    assert (await news.fetch_message(posted.id)).flags.crossposted
    assert {one.id for one in await guild.active_threads()} == {private.id, public.id, bulletin.id}
    await bulletin.edit(archived=True)
    assert [one.id async for one in news.archived_threads()] == [bulletin.id]
    await public.delete()


async def test_a_poll_is_voted_on_and_ended(bot: Client, imagine: discord.TextChannel, control: Control) -> None:
    poll = discord.Poll(question="Which?", duration=dt.timedelta(hours=2))
    poll.add_answer(text="Cats", emoji="🐱").add_answer(text="Dogs")
    message = await imagine.send(poll=poll)
    assert message.poll is not None
    assert (message.poll.question, message.poll.answers[0].text) == ("Which?", "Cats")
    await control.vote(imagine.id, message.id, 2, "ada")
    await control.vote(imagine.id, message.id, 1, "ada")
    await control.vote(imagine.id, message.id, 1, "ben")
    votes = [await bot.happened("raw_poll_vote_add") for _ in range(3)]
    assert [vote.answer_id for vote in votes] == [2, 1, 1]
    assert (await bot.happened("raw_poll_vote_remove")).answer_id == 2, "one answer only"
    fetched = (await imagine.fetch_message(message.id)).poll
    assert fetched is not None
    assert [answer.vote_count for answer in fetched.answers] == [2, 0]
    assert {user.name async for user in fetched.answers[0].voters()} == {"ada", "ben"}
    await fetched.end()
    ended = (await imagine.fetch_message(message.id)).poll
    assert ended is not None
    assert ended.is_finalised()
    result = await anext(imagine.history(limit=1))
    assert (result.type.name, result.embeds[0].fields[1].value) == ("poll_result", "2")


async def test_a_message_is_forwarded_with_its_files(bot: Client, imagine: discord.TextChannel, ada: Person) -> None:
    original = await ada.send_message("look", files={"a.png": picture()})
    message = await imagine.fetch_message(int(original["id"]))
    forwarded = await message.forward(bot.text_channel("general"))
    await message.delete()
    copy = await bot.text_channel("general").fetch_message(forwarded.id)
    snapshot = copy.message_snapshots[0]
    assert (copy.content, snapshot.content, copy.reference and copy.reference.type.name) == ("", "look", "forward")
    assert await snapshot.attachments[0].read() == picture()
    assert (await ada.at(str(bot.text_channel("general").id)).messages())[-1]["id"] == str(forwarded.id)


async def test_messages_are_pinned_and_purged(imagine: discord.TextChannel) -> None:
    posted = [await imagine.send(str(number)) for number in range(4)]
    await posted[0].pin(reason="keep")
    assert [one.content async for one in imagine.pins()] == ["0"]
    await posted[0].unpin()
    await imagine.delete_messages(posted[1:])
    assert [one.content async for one in imagine.history() if one.type is discord.MessageType.default] == ["0"]


async def test_a_webhook_writes(bot: Client, guild: discord.Guild, imagine: discord.TextChannel) -> None:
    webhook = await imagine.create_webhook(name="Relay", avatar=picture())
    said = await webhook.send("hello", username="Herald", avatar_url="https://example.org/a.png", wait=True)
    assert (said.author.discriminator, guild.me.discriminator != "0000") == ("0000", True)
    assert (await said.edit(content="bye")).content == "bye"
    assert [one.id for one in await imagine.webhooks()] == [webhook.id]
    await said.delete()
    assert (await webhook.edit(channel=bot.text_channel("general"))).channel == bot.text_channel("general")
    async with aiohttp.ClientSession() as session:
        by_token = discord.Webhook.from_url(webhook.url, session=session)
        assert (await by_token.edit(name="Post", prefer_auth=False)).name == "Post"
        await by_token.delete(prefer_auth=False)
    forum = await guild.create_forum("ideas")
    post = await (await forum.create_webhook(name="Relay")).send("hi", thread_name="A post", wait=True)
    assert (await guild.fetch_channel(post.id)).name == "A post"


async def test_roles_are_made_ordered_given_and_deleted(bot: Client, guild: discord.Guild, sandbox: Sandbox) -> None:
    raise_bot(sandbox)
    friend = await guild.create_role(name="Friend", colour=discord.Colour.teal(), hoist=True)
    patron = await guild.create_role(name="Patron")
    await guild.edit_role_positions({friend: 2, patron: 1})
    assert {role.name: role.colour for role in await guild.fetch_roles()}["Friend"] == discord.Colour.teal()
    ada = member(guild, "ada")
    await ada.add_roles(friend, patron)
    assert (await bot.happened("member_update"))[1].id == ada.id
    assert (await friend.edit(name="Best friend")).name == "Best friend"  # type: ignore[union-attr]
    await ada.edit(roles=[patron], nick="Countess")
    fetched = await guild.fetch_member(ada.id)
    assert (fetched.nick, [one.name for one in fetched.roles[1:]]) == ("Countess", ["Patron"])
    await patron.delete()
    assert (await bot.happened("guild_role_delete")).name == "Patron"


async def test_members_are_timed_out_kicked_banned_and_come_back(
    bot: Client, guild: discord.Guild, sandbox: Sandbox, control: Control, clock: ManualClock, ada: Person
) -> None:
    raise_bot(sandbox)
    posted = await ada.send_message("rude")
    await member(guild, "ada").timeout(dt.datetime.fromtimestamp(clock.time(), dt.UTC) + dt.timedelta(hours=1))
    assert (await guild.fetch_member(int(ada.id))).timed_out_until is not None
    await guild.kick(member(guild, "ben"), reason="spam")
    assert (await bot.happened("member_remove")).name == "ben"
    await guild.ban(member(guild, "ada"), reason="rude words", delete_message_seconds=3600)
    assert (await bot.happened("member_ban"))[1].name == "ada"
    assert (await bot.happened("raw_bulk_message_delete")).message_ids == {int(posted["id"])}
    ban = await guild.fetch_ban(discord.Object(int(ada.id)))
    assert (ban.user.name, ban.reason) == ("ada", "rude words")
    assert [one.user.name async for one in guild.bans()] == ["ada"]
    await guild.unban(ban.user)
    assert (await bot.happened("member_unban"))[1].name == "ada"
    with pytest.raises(discord.NotFound) as refused:
        await guild.fetch_ban(ban.user)
    assert refused.value.code == 10026
    await control.join("ada")
    assert (await bot.happened("member_join")).id == int(ada.id)
    result = await guild.bulk_ban([member(guild, "dan"), member(guild, "olive")])
    assert ([len(result.banned), len(result.failed)]) == [1, 1], "the owner cannot be banned"
    actions = [entry.action.name async for entry in guild.audit_logs()]
    assert actions == ["ban", "unban", "ban", "kick", "member_update"]
    reasons = [entry.reason async for entry in guild.audit_logs(action=discord.AuditLogAction.kick)]
    assert reasons == ["spam"]
    assert (await bot.happened("audit_log_entry_create")).action.name == "member_update"


async def test_the_guilds_emoji_are_made_used_and_deleted(
    bot: Client, guild: discord.Guild, imagine: discord.TextChannel, ada: Person
) -> None:
    emoji = await guild.create_custom_emoji(name="teal", image=picture())
    assert [one.name for one in (await bot.happened("guild_emojis_update"))[2]] == ["teal"]
    message = await imagine.send(f"look {emoji}")
    await message.add_reaction(emoji)
    event = await bot.happened("raw_reaction_add")
    assert (event.emoji.id, event.emoji.name) == (emoji.id, "teal")
    assert [user.id async for user in (await imagine.fetch_message(message.id)).reactions[0].users()] == [guild.me.id]
    assert (await ada.messages())[-1]["reactions"][0]["emoji"]["name"] == "teal"
    assert (await emoji.edit(name="blue")).name == "blue"
    assert [one.name for one in await guild.fetch_emojis()] == ["blue"]
    assert (await guild.fetch_emoji(emoji.id)).user == guild.me
    await emoji.delete()
    assert await guild.fetch_emojis() == []


async def test_people_come_go_type_and_change_their_status(
    bot: Client, guild: discord.Guild, imagine: discord.TextChannel, control: Control
) -> None:
    await control.set_presence("ada", "dnd")
    assert (await bot.happened("presence_update"))[1].status is discord.Status.dnd
    await control.start_typing(imagine.id, "ada")
    assert (await bot.happened("typing"))[1].name == "ada"
    joined = await control.join("fay")
    assert (await bot.happened("member_join")).name == "fay"
    await control.leave(joined["user"]["id"])
    assert (await bot.happened("raw_member_remove")).user.name == "fay"
    await bot.change_presence(status=discord.Status.idle)
    # READY is followed by no event of the bot's own; this one follows the change
    changed = await bot.happened("presence_update")
    assert (changed[1].id, changed[1].status) == (guild.me.id, discord.Status.idle)


class Panel(discord.ui.LayoutView):
    """A container with text, a section with a thumbnail, a gallery, a file and a button."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        again: discord.ui.Button[Panel] = discord.ui.Button(label="Again", custom_id="again")
        again.callback = self.again  # type: ignore[method-assign]
        self.add_item(
            discord.ui.Container(
                discord.ui.TextDisplay("# A cat"),
                discord.ui.Section("by Ada", accessory=discord.ui.Thumbnail("attachment://a.png")),
                discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png", description="a cat")),
                discord.ui.Separator(),
                discord.ui.File("attachment://a.png"),
                discord.ui.ActionRow(again),
                accent_colour=discord.Colour.teal(),
            )
        )

    async def again(self, interaction: Interaction) -> None:
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.TextDisplay("done"))
        await interaction.response.edit_message(view=view, attachments=[])


async def test_components_v2_are_sent_clicked_and_edited(imagine: discord.TextChannel, ada: Person) -> None:
    message = await imagine.send(view=Panel(), file=discord.File(io.BytesIO(picture()), "a.png"))
    container: Any = (await imagine.fetch_message(message.id)).components[0]
    assert [part.type.name for part in container.children] == [
        "text_display",
        "section",
        "media_gallery",
        "separator",
        "file",
        "action_row",
    ]
    gallery = container.children[2].items[0]
    assert (gallery.media.width, gallery.description) == (8, "a cat")
    shown = (await ada.messages())[-1]
    assert shown["content"] == "# A cat\nby Ada"
    await ada.press(shown, "Again")
    changed = await ada.wait_for(lambda one: one["content"] == "done")
    assert changed["components"] == []
    with pytest.raises(discord.HTTPException) as refused:
        await imagine.get_partial_message(message.id).edit(content="plain")
    assert refused.value.code == 50035


async def test_what_the_sandbox_has_none_of_is_an_empty_list_or_discords_error(
    bot: Client, guild: discord.Guild, imagine: discord.TextChannel
) -> None:
    assert await guild.invites() == await imagine.invites() == await guild.integrations() == []
    assert await guild.fetch_stickers() == await guild.fetch_scheduled_events() == []
    assert [await guild.fetch_automod_rules(), await guild.templates(), await bot.fetch_premium_sticker_packs()] == [
        []
    ] * 3
    assert await guild.fetch_soundboard_sounds() == []
    assert [
        await bot.fetch_application_emojis(),
        await bot.fetch_skus(),
        [one async for one in bot.entitlements()],
    ] == [[]] * 3
    with pytest.raises(discord.NotFound) as missing:
        await bot.fetch_sticker(1)
    assert missing.value.code == 10060
    with pytest.raises(discord.NotFound) as unknown:
        await bot.fetch_invite("abc")
    assert unknown.value.code == 10006
    with pytest.raises(discord.HTTPException) as refused:
        await imagine.send(stickers=[discord.Object(1)])  # type: ignore[list-item]
    assert refused.value.code == 50081
    with pytest.raises(discord.HTTPException) as silent:
        await member(guild, "ben").edit(mute=True)
    assert silent.value.code == 40032
