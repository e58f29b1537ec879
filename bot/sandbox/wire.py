"""How the world looks in Discord's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.permissions import in_channel
from bot.sandbox.validate.embed import MEDIA

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Attachment, Channel, Command, Member, Message, Role, User

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SPOILER_ATTACHMENT = 1 << 3


def user(person: User) -> Payload:
    """Return a user object."""
    return {
        "id": str(person.id),
        "username": person.username,
        "discriminator": "0000" if person.bot else "0",
        "global_name": person.global_name,
        "avatar": person.avatar,
        "bot": person.bot,
        "system": False,
        "public_flags": 0,
        "avatar_decoration_data": None,
        "primary_guild": None,
    }


def member(who: Member, *, with_user: bool = True) -> Payload:
    """Return a guild member object; messages carry it without its user."""
    body: Payload = {
        "roles": [str(role_id) for role_id in who.roles],
        "nick": who.nick,
        "avatar": None,
        "banner": None,
        "premium_since": None,
        "joined_at": timestamp(who.joined_at),
        "pending": False,
        "communication_disabled_until": None,
        "flags": 0,
        "mute": False,
        "deaf": False,
    }
    if with_user:
        body["user"] = user(who.user)
    return body


def role(entry: Role) -> Payload:
    """Return a role object."""
    body: Payload = {
        "id": str(entry.id),
        "name": entry.name,
        "color": entry.color,
        "colors": {"primary_color": entry.color, "secondary_color": None, "tertiary_color": None},
        "hoist": entry.hoist,
        "icon": None,
        "unicode_emoji": None,
        "position": entry.position,
        "permissions": str(int(entry.permissions)),
        "managed": entry.bot_id is not None,
        "mentionable": entry.mentionable,
        "flags": 0,
    }
    if entry.bot_id is not None:
        body["tags"] = {"bot_id": str(entry.bot_id)}
    return body


def channel(realm: Realm, where: Channel, *, with_guild: bool = True) -> Payload:
    """Return a channel object."""
    posted = [m.id for m in realm.world.messages.get(where.id, {}).values() if m.ephemeral_for is None]
    body: Payload = {
        "id": str(where.id),
        "type": where.type,
        "name": where.name,
        "topic": where.topic,
        "position": where.position,
        "nsfw": where.nsfw,
        "flags": 0,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "last_message_id": str(posted[-1]) if posted else None,
        "last_pin_timestamp": None,
        "permission_overwrites": [
            {"id": str(o.id), "type": o.type, "allow": str(int(o.allow)), "deny": str(int(o.deny))}
            for o in where.overwrites
        ],
    }
    if with_guild:
        body["guild_id"] = str(realm.world.guild.id)
    return body


def interaction_channel(realm: Realm, where: Channel, user_id: int) -> Payload:
    """Return a channel as interactions and resolved options carry it: with the permissions of the one who acts."""
    body = channel(realm, where)
    del body["permission_overwrites"]
    body["permissions"] = str(int(in_channel(realm.world, user_id, where)))
    return body


def guild(realm: Realm) -> Payload:
    """Return a guild object, as REST gives it."""
    world = realm.world
    return {
        "id": str(world.guild.id),
        "name": world.guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(world.guild.owner_id),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "preferred_locale": world.guild.preferred_locale,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "max_members": 500000,
        "max_presences": None,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role(entry) for entry in world.roles.values()],
        "incidents_data": None,
    }


def guild_create(realm: Realm, *, with_presences: bool) -> Payload:
    """Return what GUILD_CREATE carries; without the presence intent it names no member but the bot."""
    world = realm.world
    seen = list(world.members.values()) if with_presences else [world.members[world.bot.id]]
    return guild(realm) | {
        "joined_at": timestamp(world.members[world.bot.id].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(world.members),
        "voice_states": [],
        "members": [member(who) for who in seen],
        "channels": [channel(realm, where, with_guild=False) for where in world.channels.values()],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment(realm: Realm, file: Attachment, *, ephemeral: bool = False) -> Payload:
    """Return an attachment object with a freshly signed address."""
    url = realm.cdn.url(file)
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


def _embeds(realm: Realm, post: Message) -> tuple[list[Payload], set[int]]:
    """Return the embeds with `attachment://` resolved, and the ids of the files that they show.

    Discord leaves those files out of `attachments` (discord-api-docs #1340) until an edit no longer names them.
    """
    by_name = {file.filename: file for file in post.attachments}
    shown: set[int] = set()
    resolved = []
    for kept in post.embeds:
        embed = dict(kept)
        for part, key in MEDIA:
            holder = embed.get(part)
            if not isinstance(holder, dict) or not str(holder.get(key, "")).startswith("attachment://"):
                continue
            file = by_name.get(str(holder[key]).removeprefix("attachment://"))
            if file is None:
                # a name that no file has: the picture is silently absent, as on Discord
                embed[part] = {k: v for k, v in holder.items() if k != key}
                if part in ("image", "thumbnail"):
                    del embed[part]
                continue
            shown.add(file.id)
            url = realm.cdn.url(file)
            size = {} if file.width is None else {"width": file.width, "height": file.height}
            prefix = "" if key == "url" else "icon_"
            embed[part] = holder | {key: url, f"proxy_{prefix}url": url} | (size if key == "url" else {})
        resolved.append(embed)
    return resolved, shown


def message(realm: Realm, post: Message, *, viewer_id: int | None = None, nested: bool = False) -> Payload:
    """Return a message object as `viewer_id` sees it (by default the bot)."""
    world = realm.world
    viewer = world.bot.id if viewer_id is None else viewer_id
    embeds, shown = _embeds(realm, post)
    ephemeral = post.ephemeral_for is not None
    body: Payload = {
        "id": str(post.id),
        "channel_id": str(post.channel_id),
        "type": post.type,
        "author": user(world.members[post.author_id].user),
        "content": post.content,
        "timestamp": timestamp(post.timestamp),
        "edited_timestamp": None if post.edited_at is None else timestamp(post.edited_at),
        "flags": post.flags,
        "tts": post.tts,
        "pinned": False,
        "mention_everyone": post.mention_everyone,
        "mentions": [user(world.members[i].user) for i in post.mentions if i in world.members],
        "mention_roles": [str(i) for i in post.mention_roles],
        "attachments": [
            attachment(realm, file, ephemeral=ephemeral) for file in post.attachments if file.id not in shown
        ],
        "embeds": embeds,
        "components": post.components,
    }
    if post.reactions:
        body["reactions"] = [
            {
                "emoji": {"id": None, "name": reaction.emoji},
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
    if post.interaction is not None:
        body |= {"application_id": str(world.bot.id), "webhook_id": str(world.bot.id)}
        body["interaction_metadata"] = _interaction_metadata(realm, post.interaction)
        if post.interaction.get("name"):
            body["interaction"] = {key: post.interaction[key] for key in ("id", "type", "name")} | {
                "user": body["interaction_metadata"]["user"]
            }
    if post.reference_id is not None:
        body["message_reference"] = {
            "type": 0,
            "message_id": str(post.reference_id),
            "channel_id": str(post.channel_id),
            "guild_id": str(world.guild.id),
        }
        if not nested:
            original = world.message(post.channel_id, post.reference_id)
            body["referenced_message"] = (
                None if original is None else message(realm, original, viewer_id=viewer_id, nested=True)
            )
    if viewer == world.bot.id and not _may_read(realm, post):
        body |= {"content": "", "embeds": [], "attachments": [], "components": []}
    return body


def _interaction_metadata(realm: Realm, kept: Payload) -> Payload:
    body = {key: value for key, value in kept.items() if key not in ("name", "user_id")}
    body["user"] = user(realm.world.members[int(kept["user_id"])].user)
    body["authorizing_integration_owners"] = {"0": str(realm.world.guild.id)}
    return body


def _may_read(realm: Realm, post: Message) -> bool:
    """Tell whether the bot sees what a message says: its own, those that mention it, or all with the intent."""
    bot_id = realm.world.bot.id
    return realm.message_content or post.author_id == bot_id or bot_id in post.mentions


def in_guild(realm: Realm, post: Message) -> Payload:
    """Return a message as the gateway sends it: with its guild and its author's membership."""
    author = member(realm.world.members[post.author_id], with_user=False)
    return message(realm, post) | {"guild_id": str(realm.world.guild.id), "member": author}


def command(realm: Realm, entry: Command) -> Payload:
    """Return an application command object."""
    body = {
        "id": str(entry.id),
        "application_id": str(realm.world.bot.id),
        "version": str(entry.version),
        "type": entry.type,
        "default_member_permissions": None,
        "nsfw": False,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "name_localizations": None,
        "description_localizations": None,
        "description": "",
    } | entry.definition
    if entry.guild_id is not None:
        body["guild_id"] = str(entry.guild_id)
    return body


def application(realm: Realm) -> Payload:
    """Return the bot's application object."""
    world = realm.world
    return {
        "id": str(world.bot.id),
        "name": "Imagine",
        "icon": None,
        "description": "",
        "bot": user(world.bot),
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": user(world.members[world.guild.owner_id].user),
        "team": None,
        "verify_key": "0" * 64,
        # GATEWAY_MESSAGE_CONTENT_LIMITED
        "flags": 1 << 19 if realm.message_content else 0,
        "summary": "",
        "hook": True,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": 1,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
    }
