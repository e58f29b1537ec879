"""How the world looks in Discord's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import wire_thread
from bot.sandbox.clock import timestamp
from bot.sandbox.permissions import in_channel

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel, Command, Member, Role, User


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
    if where.thread is not None:
        return wire_thread.thread(realm, where)
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
    for key in ("permission_overwrites", "member"):
        body.pop(key, None)
    body["permissions"] = str(int(in_channel(realm.world, user_id, where)))
    return body


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
