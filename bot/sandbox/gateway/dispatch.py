"""Which gateway event an event of the sandbox becomes, for a session with given intents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import wire, wire_message
from bot.sandbox.events import (
    InteractionOpened,
    MessageCreated,
    MessageDeleted,
    ReactionAdded,
    ReactionRemoved,
    ReactionsCleared,
    ThreadCreated,
    ThreadDeleted,
    ThreadMembership,
    ThreadUpdated,
    TypingStarted,
)
from bot.sandbox.gateway.dispatch_thread import dispatch_thread
from bot.sandbox.gateway.intents import NO_INTENT, Intent
from bot.sandbox.gateway.told import Dispatch
from bot.sandbox.permissions import Permission

if TYPE_CHECKING:
    from bot.sandbox.events import Event
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Message


def dispatch(realm: Realm, event: Event) -> Dispatch | None:
    """Return what the bot is told of an event, or None if it is nothing of its business."""
    if isinstance(event, InteractionOpened):
        return Dispatch("INTERACTION_CREATE", event.payload, NO_INTENT)
    if isinstance(event, TypingStarted):
        return _typing(realm, event) if _sees(realm, event.channel_id) else None
    if isinstance(event, ThreadCreated | ThreadUpdated | ThreadDeleted | ThreadMembership):
        return dispatch_thread(realm, event)
    message: Message | None = getattr(event, "message", None)
    # an ephemeral message is between the interaction's token and its member; the gateway never speaks of it
    if message is None or message.ephemeral_for is not None or not _sees(realm, message.channel_id):
        return None
    if isinstance(event, ReactionAdded | ReactionRemoved | ReactionsCleared):
        return _reaction(realm, event, message)
    return _message(realm, event, message)


def _message(realm: Realm, event: Event, message: Message) -> Dispatch:
    if isinstance(event, MessageDeleted):
        data = {"id": str(message.id)} | _place(realm, message)
        return Dispatch("MESSAGE_DELETE", data, Intent.GUILD_MESSAGES)
    name = "MESSAGE_CREATE" if isinstance(event, MessageCreated) else "MESSAGE_UPDATE"
    return Dispatch(name, wire_message.in_guild(realm, message), Intent.GUILD_MESSAGES)


def _sees(realm: Realm, channel_id: int) -> bool:
    channel = realm.world.channel(channel_id)
    return channel is not None and bool(realm.permissions(realm.world.bot.id, channel) & Permission.VIEW_CHANNEL)


def _place(realm: Realm, message: Message) -> Payload:
    return {"channel_id": str(message.channel_id), "guild_id": str(realm.world.guild.id)}


def _reaction(realm: Realm, event: ReactionAdded | ReactionRemoved | ReactionsCleared, message: Message) -> Dispatch:
    data: Payload = {"message_id": str(message.id)} | _place(realm, message)
    if isinstance(event, ReactionsCleared):
        name = "MESSAGE_REACTION_REMOVE_ALL"
        if event.emoji is not None:
            name, data["emoji"] = "MESSAGE_REACTION_REMOVE_EMOJI", {"id": None, "name": event.emoji}
        return Dispatch(name, data, Intent.GUILD_MESSAGE_REACTIONS)
    data |= {"user_id": str(event.user_id), "emoji": {"id": None, "name": event.emoji}, "burst": False, "type": 0}
    if isinstance(event, ReactionRemoved):
        return Dispatch("MESSAGE_REACTION_REMOVE", data, Intent.GUILD_MESSAGE_REACTIONS)
    data |= {
        "message_author_id": str(message.author_id),
        "member": wire.member(realm.world.members[event.user_id]),
        "burst_colors": [],
    }
    return Dispatch("MESSAGE_REACTION_ADD", data, Intent.GUILD_MESSAGE_REACTIONS)


def _typing(realm: Realm, event: TypingStarted) -> Dispatch:
    data = {
        "channel_id": str(event.channel_id),
        "guild_id": str(realm.world.guild.id),
        "user_id": str(event.user_id),
        "timestamp": int(event.at),
        "member": wire.member(realm.world.members[event.user_id]),
    }
    return Dispatch("TYPING_START", data, Intent.GUILD_MESSAGE_TYPING)
