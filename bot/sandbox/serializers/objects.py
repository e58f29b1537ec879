"""Discord's JSON objects for users, members, roles, channels, commands and the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.models.permissions import in_channel
from bot.sandbox.serializers import thread_objects

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, Command, Emoji, Member, Role, User
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.audit_log import AuditEntry
    from bot.sandbox.state.sandbox_state import SandboxState


def user(person: User) -> Payload:
    """Return a user object."""
    return {
        "id": str(person.id),
        "username": person.username,
        # bots kept theirs; 0000 is a webhook's
        "discriminator": f"{person.id % 9000 + 1000}" if person.bot else "0",
        "global_name": person.global_name,
        "avatar": person.avatar,
        "bot": person.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "avatar_decoration_data": None,
        "primary_guild": None,
    }


def member(guild_member: Member, *, with_user: bool = True) -> Payload:
    """Return a guild member object. In messages it has no user."""
    until = guild_member.timed_out_until
    body: Payload = {
        "roles": [str(role_id) for role_id in guild_member.roles],
        "nick": guild_member.nick,
        "avatar": None,
        "banner": None,
        "premium_since": None,
        "joined_at": timestamp(guild_member.joined_at),
        "pending": False,
        "communication_disabled_until": None if until is None else timestamp(until),
        "flags": 0,
        "mute": False,
        "deaf": False,
    }
    if with_user:
        body["user"] = user(guild_member.user)
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


def emoji(state: SandboxState, entry: Emoji) -> Payload:
    """Return an object of an emoji of the guild."""
    return {
        "id": str(entry.id),
        "name": entry.name,
        "roles": [str(role_id) for role_id in entry.roles],
        "user": user(state.guild_data.user(entry.user_id)),
        "require_colons": True,
        "managed": False,
        "animated": entry.animated,
        "available": True,
    }


def reaction_emoji(state: SandboxState, text: str) -> Payload:
    """Return the partial emoji of a reaction: a Unicode emoji, or `name:id` of one of the guild's."""
    name, _, emoji_id = text.partition(":")
    if not emoji_id:
        return {"id": None, "name": text}
    entry = state.guild_data.emojis.get(int(emoji_id))
    # a deleted emoji stays under the message
    return {"id": emoji_id, "name": name} | ({"animated": True} if entry is not None and entry.animated else {})


_VOICE: Payload = {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
_FORUM: Payload = {"available_tags": [], "default_reaction_emoji": None, "default_sort_order": None}
_OF_TYPE: dict[int, Payload] = {
    2: _VOICE,
    13: _VOICE,
    15: _FORUM | {"default_forum_layout": 0},
    16: _FORUM,
}
"""The fields that only channels of a type have: voice, stage, forum and media."""


def direct_channel(source: Channel, recipient: User) -> Payload:
    """Return the channel object of a direct message channel."""
    return {
        "id": str(source.id),
        "type": source.type,
        "flags": 0,
        "last_message_id": None,
        "recipients": [user(recipient)],
    }


def channel(state: SandboxState, source: Channel, *, with_guild: bool = True) -> Payload:
    """Return a channel object."""
    if source.thread is not None:
        return thread_objects.thread(state, source)
    kept = state.guild_data.messages.get(source.id, {}).values()
    posted = [m.id for m in kept if m.ephemeral_for is None]
    pinned = max((m.pinned_at for m in kept if m.pinned_at is not None), default=None)
    body: Payload = {
        "id": str(source.id),
        "type": source.type,
        "name": source.name,
        "topic": source.topic,
        "position": source.position,
        "nsfw": source.nsfw,
        "flags": source.flags,
        "parent_id": None if source.parent_id is None else str(source.parent_id),
        "rate_limit_per_user": source.slow_mode_s,
        "last_message_id": str(posted[-1]) if posted else None,
        "last_pin_timestamp": None if pinned is None else timestamp(pinned),
        "permission_overwrites": [
            {"id": str(o.id), "type": o.type, "allow": str(int(o.allow)), "deny": str(int(o.deny))}
            for o in source.overwrites
        ],
    }
    body |= _OF_TYPE.get(source.type, {}) | source.typed
    if source.type in (15, 16):
        body["available_tags"] = source.tags
    if with_guild:
        body["guild_id"] = str(state.guild_data.guild.id)
    return body


def interaction_channel(state: SandboxState, source: Channel, user_id: int) -> Payload:
    """Return a channel object as in interactions: with the permissions of the user, without overwrites."""
    body = channel(state, source)
    for key in ("permission_overwrites", "member"):
        body.pop(key, None)
    body["permissions"] = str(int(in_channel(state.guild_data, user_id, source)))
    return body


def command(state: SandboxState, entry: Command) -> Payload:
    """Return an application command object."""
    body = {
        "id": str(entry.id),
        "application_id": str(state.guild_data.bot.id),
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


def audit_entry(entry: AuditEntry) -> Payload:
    """Return an audit log entry object."""
    body: Payload = {
        "id": str(entry.id),
        "action_type": int(entry.action),
        "user_id": str(entry.user_id),
        "target_id": None if entry.target_id is None else str(entry.target_id),
    }
    if entry.options:
        body["options"] = entry.options
    if entry.reason is not None:
        body["reason"] = entry.reason
    return body


def application(state: SandboxState) -> Payload:
    """Return the bot's application object."""
    guild_data = state.guild_data
    # the LIMITED flags, those of a bot in few guilds
    intents = state.presences << 13 | state.member_list << 15 | state.message_content << 19
    return {
        "id": str(guild_data.bot.id),
        "name": guild_data.bot.username,
        "type": None,
        "icon": None,
        "description": "",
        "bot": user(guild_data.bot),
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": user(guild_data.members[guild_data.guild.owner_id].user),
        "team": None,
        "verify_key": "0" * 64,
        "flags": intents,
        "flags_new": str(intents),
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "summary": "",
        "hook": True,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
    }
