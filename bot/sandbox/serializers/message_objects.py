"""Discord's JSON objects for messages and their attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.models.guild import EMBED_MEDIA, User
from bot.sandbox.models.layout import text
from bot.sandbox.models.message_constants import HAS_THREAD
from bot.sandbox.serializers import layout_objects, objects, poll_objects, thread_objects

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Attachment, Message
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

SPOILER_ATTACHMENT = 1 << 3
SNAPSHOT = (
    "type",
    "content",
    "mentions",
    "mention_roles",
    "attachments",
    "embeds",
    "timestamp",
    "edited_timestamp",
    "flags",
    "components",
)
"""The fields of a message that a forward carries."""


def attachment(state: SandboxState, file: Attachment, *, ephemeral: bool = False) -> Payload:
    """Return an attachment object with a freshly signed address."""
    url = state.cdn.url(file)
    body: Payload = {
        "id": str(file.id),
        "filename": file.filename,
        "size": file.size,
        "url": url,
        "proxy_url": url,
        "flags": SPOILER_ATTACHMENT if file.filename.startswith("SPOILER_") else 0,
    }
    if file.content_type is not None:
        body["content_type"] = file.content_type
    if file.width is not None:
        body |= {"width": file.width, "height": file.height}
    if file.description is not None:
        body["description"] = file.description
    if ephemeral:
        body["ephemeral"] = True
    return body


def _embeds(state: SandboxState, post: Message) -> tuple[list[Payload], set[int]]:
    """Return the embeds with `attachment://` addresses resolved, and the ids of the files that they show.

    Discord omits those files from `attachments` (discord-api-docs #1340) as long as an embed shows them.
    """
    by_name = {file.filename: file for file in post.attachments}
    embedded: set[int] = set()
    resolved = []
    for kept in post.embeds:
        embed = dict(kept)
        for part, key in EMBED_MEDIA:
            holder = embed.get(part)
            if not isinstance(holder, dict) or not str(holder.get(key, "")).startswith("attachment://"):
                continue
            file = by_name.get(str(holder[key]).removeprefix("attachment://"))
            if file is None:
                # no file has this name: Discord omits the picture without an error
                embed[part] = {k: v for k, v in holder.items() if k != key}
                if part in ("image", "thumbnail"):
                    del embed[part]
                continue
            embedded.add(file.id)
            url = state.cdn.url(file)
            size = {} if file.width is None else {"width": file.width, "height": file.height}
            prefix = "" if key == "url" else "icon_"
            embed[part] = holder | {key: url, f"proxy_{prefix}url": url} | (size if key == "url" else {})
        resolved.append(embed)
    return resolved, embedded


def _author(state: SandboxState, post: Message) -> Payload:
    """Return the author: a member, or a webhook under the name that it went by."""
    if post.webhook_name is None:
        return objects.user(state.guild_data.user(post.author_id))
    author = objects.user(User(post.author_id, post.webhook_name, None, "", bot=True))
    return author | {"avatar": post.webhook_avatar, "discriminator": "0000"}


def message(
    state: SandboxState,
    post: Message,
    *,
    viewer_id: int | None = None,
    nested: bool = False,
    snapshot: bool = False,
) -> Payload:
    """Return a message object as a user sees it, by default the bot.

    A `nested` message, which another one refers to, does not include its own referenced message. A `snapshot` is what
    a forward carries: its author could read it, so everybody who reads the forward can.
    """
    guild_data = state.guild_data
    viewer = guild_data.bot.id if viewer_id is None else viewer_id
    embeds, embedded = _embeds(state, post)
    ephemeral = post.ephemeral_for is not None
    body: Payload = {
        "id": str(post.id),
        "channel_id": str(post.channel_id),
        "type": post.type,
        "author": _author(state, post),
        "content": post.content,
        "timestamp": timestamp(post.timestamp),
        "edited_timestamp": None if post.edited_at is None else timestamp(post.edited_at),
        "flags": post.flags,
        "tts": post.tts,
        "pinned": post.pinned_at is not None,
        "mention_everyone": post.mention_everyone,
        "mentions": [objects.user(guild_data.user(i)) for i in post.mentions],
        "mention_roles": [str(i) for i in post.mention_roles],
        "attachments": [
            attachment(state, file, ephemeral=ephemeral) for file in post.attachments if file.id not in embedded
        ],
        "embeds": embeds,
        "components": post.components,
    }
    if post.layout and viewer_id is None:
        body["components"] = layout_objects.layout(state, post)
    elif post.layout:
        # the page draws text and action rows
        body["content"] = text(post.layout)
    if post.reactions:
        body["reactions"] = [
            {
                "emoji": objects.reaction_emoji(state, reaction.emoji),
                "count": len(reaction.user_ids),
                "count_details": {"burst": 0, "normal": len(reaction.user_ids)},
                "burst_colors": [],
                "me": viewer in reaction.user_ids,
                "me_burst": False,
                "burst_me": False,
            }
            for reaction in post.reactions
        ]
    if post.nonce is not None:
        body["nonce"] = post.nonce
    if post.webhook_name is not None:
        body["webhook_id"] = str(post.author_id)
    if post.interaction is not None:
        body |= {"application_id": str(guild_data.bot.id), "webhook_id": str(guild_data.bot.id)}
        body["interaction_metadata"] = _interaction_metadata(state, post.interaction)
        if post.interaction.get("name"):
            body["interaction"] = {key: post.interaction[key] for key in ("id", "type", "name")} | {
                "user": body["interaction_metadata"]["user"]
            }
    if post.flags & HAS_THREAD and post.id in guild_data.threads:
        body["thread"] = thread_objects.thread(state, guild_data.threads[post.id])
    if post.poll is not None:
        body["poll"] = poll_objects.poll(post.poll, state.clock.time(), viewer)
    body |= _reference(state, post, viewer_id, nested=nested)
    if viewer == guild_data.bot.id and not snapshot and not may_read(state, post):
        body |= {"content": "", "embeds": [], "attachments": [], "components": []}
        body.pop("poll", None)
        body.pop("message_snapshots", None)
    return body


def _reference(state: SandboxState, post: Message, viewer_id: int | None, *, nested: bool) -> Payload:
    """Return the fields of the message, or for type 18 the thread, that a message refers to."""
    if post.reference_id is None and post.reference_channel_id is None:
        return {}
    channel_id = post.reference_channel_id or post.channel_id
    if post.forwarded is not None:
        snapshot = message(state, post.forwarded, viewer_id=viewer_id, nested=True, snapshot=True)
        place = {"channel_id": str(channel_id), "guild_id": str(state.guild_data.guild.id)}
        return {
            "message_reference": {"type": 1, "message_id": str(post.reference_id)} | place,
            "message_snapshots": [{"message": {key: snapshot[key] for key in SNAPSHOT}}],
        }
    reference: Payload = {"type": 0, "channel_id": str(channel_id), "guild_id": str(state.guild_data.guild.id)}
    body: Payload = {"message_reference": reference}
    if post.reference_id is not None:
        reference["message_id"] = str(post.reference_id)
        if not nested:
            original = state.guild_data.message(channel_id, post.reference_id)
            body["referenced_message"] = (
                None if original is None else message(state, original, viewer_id=viewer_id, nested=True)
            )
    return body


def _interaction_metadata(state: SandboxState, stored: Payload) -> Payload:
    body = {key: value for key, value in stored.items() if key not in ("name", "user_id")}
    body["user"] = objects.user(state.guild_data.user(int(stored["user_id"])))
    if "target_user_id" in body:
        body["target_user"] = objects.user(state.guild_data.user(int(body.pop("target_user_id"))))
    if "triggering_interaction_metadata" in body:
        trigger = body["triggering_interaction_metadata"]
        body["triggering_interaction_metadata"] = _interaction_metadata(state, trigger)
    body["authorizing_integration_owners"] = {"0": str(state.guild_data.guild.id)}
    return body


def may_read(state: SandboxState, post: Message) -> bool:
    """Return whether the bot can read a message: its own, its webhook's, one that mentions it, any with the intent."""
    bot_id = state.guild_data.bot.id
    return state.message_content or post.author_id == bot_id or bot_id in post.mentions or post.webhook_name is not None


def in_guild(state: SandboxState, post: Message) -> Payload:
    """Return a message object with guild_id and member, as the gateway sends it."""
    body = message(state, post) | {"guild_id": str(state.guild_data.guild.id)}
    author = state.guild_data.members.get(post.author_id)
    if author is not None:
        body["member"] = objects.member(author, with_user=False)
    return body
