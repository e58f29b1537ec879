"""Converts events of the sandbox to gateway events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gateway.dispatch_guild import dispatch_guild
from bot.sandbox.gateway.dispatch_thread import dispatch_thread
from bot.sandbox.gateway.gateway_event import GatewayEvent
from bot.sandbox.gateway.intents import NO_INTENT, Intent
from bot.sandbox.models.permissions import Permission
from bot.sandbox.serializers import message_objects, objects
from bot.sandbox.state.events import (
    GuildEvent,
    InteractionOpened,
    MessageCreated,
    MessageDeleted,
    PollVoted,
    ReactionAdded,
    ReactionRemoved,
    ReactionsCleared,
    ThreadCreated,
    ThreadDeleted,
    ThreadMembership,
    ThreadUpdated,
    TypingStarted,
)

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Message
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.events import Event
    from bot.sandbox.state.sandbox_state import SandboxState


def dispatch(state: SandboxState, event: Event) -> GatewayEvent | None:
    """Return the gateway event for an event of the sandbox, or None if the bot gets none."""
    if isinstance(event, InteractionOpened):
        return GatewayEvent("INTERACTION_CREATE", event.payload, NO_INTENT)
    if isinstance(event, TypingStarted):
        return _typing(state, event) if _sees(state, event.channel_id) else None
    if isinstance(event, ThreadCreated | ThreadUpdated | ThreadDeleted | ThreadMembership):
        return dispatch_thread(state, event)
    if isinstance(event, GuildEvent):
        return dispatch_guild(state, event)
    message: Message | None = getattr(event, "message", None)
    # the gateway sends no events of ephemeral messages
    hidden = message is None or message.ephemeral_for is not None or not _sees(state, message.channel_id)
    return None if message is None or hidden else _message(state, event, message)


def _message(state: SandboxState, event: Event, message: Message) -> GatewayEvent:
    if isinstance(event, ReactionAdded | ReactionRemoved | ReactionsCleared):
        return _reaction(state, event, message)
    if isinstance(event, PollVoted):
        return _vote(state, event)
    if isinstance(event, MessageDeleted):
        data = {"id": str(message.id)} | _location(state, message)
        return GatewayEvent("MESSAGE_DELETE", data, Intent.GUILD_MESSAGES)
    name = "MESSAGE_CREATE" if isinstance(event, MessageCreated) else "MESSAGE_UPDATE"
    return GatewayEvent(name, message_objects.in_guild(state, message), Intent.GUILD_MESSAGES)


def _sees(state: SandboxState, channel_id: int) -> bool:
    channel = state.guild_data.channel(channel_id)
    return channel is not None and bool(state.permissions(state.guild_data.bot.id, channel) & Permission.VIEW_CHANNEL)


def _location(state: SandboxState, message: Message) -> Payload:
    return {"channel_id": str(message.channel_id), "guild_id": str(state.guild_data.guild.id)}


def _reaction(
    state: SandboxState, event: ReactionAdded | ReactionRemoved | ReactionsCleared, message: Message
) -> GatewayEvent:
    data: Payload = {"message_id": str(message.id)} | _location(state, message)
    if isinstance(event, ReactionsCleared):
        name = "MESSAGE_REACTION_REMOVE_ALL"
        if event.emoji is not None:
            name, data["emoji"] = "MESSAGE_REACTION_REMOVE_EMOJI", objects.reaction_emoji(state, event.emoji)
        return GatewayEvent(name, data, Intent.GUILD_MESSAGE_REACTIONS)
    data |= {
        "user_id": str(event.user_id),
        "emoji": objects.reaction_emoji(state, event.emoji),
        "burst": False,
        "type": 0,
    }
    if isinstance(event, ReactionRemoved):
        return GatewayEvent("MESSAGE_REACTION_REMOVE", data, Intent.GUILD_MESSAGE_REACTIONS)
    data |= {
        "message_author_id": str(message.author_id),
        "member": objects.member(state.guild_data.members[event.user_id]),
        "burst_colors": [],
    }
    return GatewayEvent("MESSAGE_REACTION_ADD", data, Intent.GUILD_MESSAGE_REACTIONS)


def _vote(state: SandboxState, event: PollVoted) -> GatewayEvent:
    data = {"user_id": str(event.user_id), "message_id": str(event.message.id), "answer_id": event.answer}
    name = "MESSAGE_POLL_VOTE_ADD" if event.added else "MESSAGE_POLL_VOTE_REMOVE"
    return GatewayEvent(name, data | _location(state, event.message), Intent.GUILD_MESSAGE_POLLS)


def _typing(state: SandboxState, event: TypingStarted) -> GatewayEvent:
    data = {
        "channel_id": str(event.channel_id),
        "guild_id": str(state.guild_data.guild.id),
        "user_id": str(event.user_id),
        "timestamp": int(event.at),
        "member": objects.member(state.guild_data.members[event.user_id]),
    }
    return GatewayEvent("TYPING_START", data, Intent.GUILD_MESSAGE_TYPING)
