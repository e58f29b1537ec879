"""What the page asks for: who and what there is, and the messages of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import registry, threads, wire, wire_message, wire_thread
from bot.sandbox.errors import unknown_interaction
from bot.sandbox.page.live import interaction
from bot.sandbox.page.where import channel_of
from bot.sandbox.payload import snowflake
from bot.sandbox.permissions import Permission
from bot.sandbox.rest.endpoint import path_id

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel, Member

PAGE = 50


def people(realm: Realm) -> Payload:
    """Return whom a page can be."""
    return {"people": [_member(realm, member) for member in realm.world.people()]}


async def state(realm: Realm, user_id: int, _: web.Request) -> Payload:
    """Return the guild as a member sees it."""
    world = realm.world
    seen = [c for c in world.channels.values() if realm.permissions(user_id, c) & Permission.VIEW_CHANNEL]
    return {
        "me": str(user_id),
        "guild": {"id": str(world.guild.id), "name": world.guild.name},
        "bot_online": realm.bot_online,
        "members": [_member(realm, member) for member in world.members.values()],
        "roles": [wire.role(role) for role in world.roles.values()],
        "channels": [_channel(realm, user_id, channel) for channel in seen],
        "threads": [_thread(realm, user_id, thread) for thread in _threads_of(realm, user_id)],
    }


def _threads_of(realm: Realm, user_id: int) -> list[Channel]:
    """Return the threads that a member sees, the newest last, archived ones included."""
    for thread in list(realm.world.threads.values()):
        threads.settle(realm, thread)
    visible = (t for t in realm.world.threads.values() if realm.permissions(user_id, t) & Permission.VIEW_CHANNEL)
    return sorted(visible, key=lambda thread: thread.id)


def _thread(realm: Realm, user_id: int, channel: Channel) -> Payload:
    kept = channel.thread
    assert kept is not None, "these are threads"  # noqa: S101  a programming error, not input
    return _channel(realm, user_id, channel) | {
        "parent_id": str(channel.parent_id),
        "owner_id": str(kept.owner_id),
        "archived": kept.archived,
        "locked": kept.locked,
        "joined": kept.joined(user_id) is not None,
        "members": [str(member.user_id) for member in kept.members],
        "message_count": wire_thread.thread(realm, channel)["message_count"],
    }


def _member(realm: Realm, member: Member) -> Payload:
    held = [realm.world.roles[role_id] for role_id in member.roles]
    held.sort(key=lambda role: role.position, reverse=True)
    return {
        "id": str(member.user.id),
        "name": member.nick or member.user.global_name or member.user.username,
        "username": member.user.username,
        "bot": member.user.bot,
        "avatar_url": f"/avatars/{member.user.id}/{member.user.avatar}.png",
        "locale": member.user.locale,
        "color": next((f"#{role.color:06x}" for role in held if role.color), None),
        "roles": [role.name for role in held],
    }


def _channel(realm: Realm, user_id: int, channel: Channel) -> Payload:
    usable = [c for c in realm.world.commands if registry.usable(realm, c, user_id, channel)]
    return {
        "id": str(channel.id),
        "name": channel.name,
        "type": channel.type,
        "topic": channel.topic,
        "nsfw": realm.world.root(channel).nsfw,
        "permissions": str(int(realm.permissions(user_id, channel))),
        "commands": [wire.command(realm, command) for command in usable],
    }


async def messages(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Return the last messages of a channel, oldest first, those that only this member sees among them."""
    channel = channel_of(realm, user_id, request)
    realm.require(user_id, channel, Permission.READ_MESSAGE_HISTORY)
    before = snowflake(request.query.get("before")) or 2**64
    seen = [
        message
        for message in realm.world.messages.get(channel.id, {}).values()
        if message.id < before and message.ephemeral_for in (None, user_id)
    ]
    shown = [wire_message.message(realm, message, viewer_id=user_id) for message in seen[-PAGE:]]
    return {"messages": shown, "more": len(seen) > PAGE}


async def pings(realm: Realm, user_id: int, _: web.Request) -> Payload:
    """Return the ids of the messages that notified a member, in order, one for each time."""
    return {"pings": [str(message_id) for message_id, pinged in realm.pings if pinged == user_id]}


async def get_interaction(realm: Realm, user_id: int, request: web.Request) -> Payload:
    """Return how an interaction ended, once it has."""
    found = realm.interactions.get(path_id(request, "interaction_id"))
    if found is None or found.user_id != user_id:
        raise unknown_interaction()
    await found.settled.wait()
    return interaction(found)
