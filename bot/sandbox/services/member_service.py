"""Members join, leave, and are banned; their status changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.guild import Member, User
from bot.sandbox.services import message_service, thread_lifecycle
from bot.sandbox.state.events import BanChanged, MemberJoined, MemberLeft, PresenceChanged

if TYPE_CHECKING:
    from bot.sandbox.state.sandbox_state import SandboxState


def join(state: SandboxState, username: str) -> Member:
    """Add a member: a former one of that name again, or a new user. A ban of the user ends."""
    data = state.guild_data
    user = next((one for one in data.former.values() if one.username == username), None)
    if user is None:
        user = User(state.snowflakes.next(), username, username.title(), avatar="a0")
    if user.id in data.bans:
        unban(state, user)
    data.former.pop(user.id, None)
    member = Member(user, [], joined_at=state.clock.time())
    data.members[user.id] = member
    state.archive.put_guild(data)
    state.events.publish(MemberJoined(member))
    return member


def remove(state: SandboxState, member: Member) -> None:
    """Take a member out of the guild and its threads. Messages and reactions stay."""
    data = state.guild_data
    user = member.user
    for thread in data.threads.values():
        if thread.thread is not None and thread.thread.joined(user.id) and not thread.thread.archived:
            thread_lifecycle.leave(state, user.id, thread)
    del data.members[user.id]
    data.former[user.id] = user
    data.presences.pop(user.id, None)
    state.archive.put_guild(data)
    state.events.publish(MemberLeft(user))


def ban(state: SandboxState, user: User, reason: str | None, delete_s: int = 0) -> None:
    """Ban a user, remove the member, and delete the user's messages of the last `delete_s` seconds."""
    data = state.guild_data
    data.bans[user.id] = reason
    if user.id in data.members:
        remove(state, data.members[user.id])
    state.archive.put_guild(data)
    state.events.publish(BanChanged(user, banned=True))
    since = state.clock.time() - delete_s
    for channel_id, posted in list(data.messages.items()):
        channel = data.channel(channel_id)
        gone = [one for one in posted.values() if one.author_id == user.id and one.timestamp > since]
        if gone and delete_s and channel is not None:
            message_service.delete_many(state, channel, gone)


def unban(state: SandboxState, user: User) -> None:
    """End a ban; nothing happens without one."""
    if state.guild_data.bans.pop(user.id, "none") != "none":
        state.archive.put_guild(state.guild_data)
        state.events.publish(BanChanged(user, banned=False))


def set_presence(state: SandboxState, user_id: int, status: str) -> None:
    """Change a member's status: online, idle, dnd or offline."""
    if status == "offline":
        state.guild_data.presences.pop(user_id, None)
    else:
        state.guild_data.presences[user_id] = status
    state.events.publish(PresenceChanged(user_id))
