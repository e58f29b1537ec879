"""What the page reads: the guild, messages, pings and interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_interaction
from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.page.live import interaction
from bot.sandbox.page.path_params import channel_of
from bot.sandbox.rest.endpoint import path_id
from bot.sandbox.serializers import message_objects, objects, thread_objects
from bot.sandbox.services import application_commands, message_service, thread_lifecycle
from bot.sandbox.validate.channel_types import FORUM_KINDS

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel, GuildData, Member
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

PAGE = 50


def people(state: SandboxState) -> Payload:
    """Return the members that a page can act as."""
    return {"people": [_member(state, member) for member in state.guild_data.people()]}


async def guild_state(state: SandboxState, user_id: int, _: web.Request) -> Payload:
    """Return the guild as a member sees it."""
    guild_data = state.guild_data
    seen = [c for c in _in_order(guild_data) if state.permissions(user_id, c) & Permission.VIEW_CHANNEL]
    return {
        "me": str(user_id),
        "guild": {"id": str(guild_data.guild.id), "name": guild_data.guild.name},
        "bot_online": state.bot_online,
        "members": [_member(state, member) for member in guild_data.members.values()],
        "roles": [objects.role(role) for role in guild_data.roles.values()],
        "channels": [_channel(state, user_id, channel) | {"category": _category(state, channel)} for channel in seen],
        "threads": [_thread(state, user_id, thread) for thread in _threads_of(state, user_id)],
    }


def _in_order(guild_data: GuildData) -> list[Channel]:
    """Return the channels with messages and the forums, those without a category first."""

    def order(channel: Channel) -> tuple[int, int, int, int]:
        parent = guild_data.channels.get(channel.parent_id or 0)
        above = (-1, 0) if parent is None else (parent.position, parent.id)
        return (*above, channel.position, channel.id)

    shown = (*message_service.WITH_MESSAGES, *FORUM_KINDS)
    return sorted((channel for channel in guild_data.channels.values() if channel.type in shown), key=order)


def _category(state: SandboxState, channel: Channel) -> str | None:
    parent = state.guild_data.channels.get(channel.parent_id or 0)
    return None if parent is None else parent.name


def _threads_of(state: SandboxState, user_id: int) -> list[Channel]:
    """Return the threads that a member sees, the newest last, archived ones included."""
    for thread in list(state.guild_data.threads.values()):
        thread_lifecycle.auto_archive(state, thread)
    visible = (t for t in state.guild_data.threads.values() if state.permissions(user_id, t) & Permission.VIEW_CHANNEL)
    return sorted(visible, key=lambda thread: thread.id)


def _thread(state: SandboxState, user_id: int, channel: Channel) -> Payload:
    thread = channel.thread
    assert thread is not None, "not a thread"  # noqa: S101  a programming error, not input
    return _channel(state, user_id, channel) | {
        "parent_id": str(channel.parent_id),
        "owner_id": str(thread.owner_id),
        "archived": thread.archived,
        "locked": thread.locked,
        "joined": thread.joined(user_id) is not None,
        "members": [str(member.user_id) for member in thread.members],
        "message_count": thread_objects.thread(state, channel)["message_count"],
    }


def _member(state: SandboxState, member: Member) -> Payload:
    held = [state.guild_data.roles[role_id] for role_id in member.roles]
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


def _channel(state: SandboxState, user_id: int, channel: Channel) -> Payload:
    usable = [c for c in state.guild_data.commands if application_commands.usable(state, c, user_id, channel)]
    return {
        "id": str(channel.id),
        "name": channel.name,
        "type": channel.type,
        "topic": channel.topic,
        "nsfw": state.guild_data.root(channel).nsfw,
        "permissions": str(int(state.permissions(user_id, channel))),
        "commands": [objects.command(state, command) for command in usable],
    }


async def messages(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Return the last messages of a channel, oldest first, including the member's ephemeral ones."""
    channel = channel_of(state, user_id, request)
    state.require(user_id, channel, Permission.READ_MESSAGE_HISTORY)
    before = snowflake(request.query.get("before")) or 2**64
    seen = [
        message
        for message in state.guild_data.messages.get(channel.id, {}).values()
        if message.id < before and message.ephemeral_for in (None, user_id)
    ]
    page = [message_objects.message(state, message, viewer_id=user_id) for message in seen[-PAGE:]]
    return {"messages": page, "more": len(seen) > PAGE}


async def pings(state: SandboxState, user_id: int, _: web.Request) -> Payload:
    """Return the ids of the messages that notified a member, oldest first."""
    return {"pings": [str(message_id) for message_id, pinged in state.pings if pinged == user_id]}


async def get_interaction(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Wait until an interaction is acknowledged or has failed, and return its state."""
    found = state.interactions.get(path_id(request, "interaction_id"))
    if found is None or found.user_id != user_id:
        raise unknown_interaction()
    await found.settled.wait()
    return interaction(found)
