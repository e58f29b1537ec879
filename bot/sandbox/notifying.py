"""Whom a message mentions, and whom it notifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.mentions import EVERYTHING, mentioned
from bot.sandbox.validate.message import SUPPRESS_NOTIFICATIONS

if TYPE_CHECKING:
    from bot.sandbox.realm import Realm
    from bot.sandbox.validate.message import Draft
    from bot.sandbox.world import Channel, Message

REPLY = 19


def mention(realm: Realm, message: Message, channel: Channel, draft: Draft) -> None:
    """Record whom a message mentions by what it now says."""
    replied_to = None
    if message.type == REPLY and message.interaction_id is None and message.reference_id is not None:
        original = realm.world.message(channel.id, message.reference_id)
        replied_to = None if original is None else original.author_id
    granted = realm.permissions(message.author_id, channel)
    found = mentioned(realm.world, message.content, draft.allowed or EVERYTHING, granted, replied_to)
    message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone


def ping(realm: Realm, message: Message) -> None:
    """Record whom a new message notifies; an edit never notifies anybody."""
    if message.flags & SUPPRESS_NOTIFICATIONS:
        return
    by_role = {
        user_id
        for user_id, member in realm.world.members.items()
        if message.mention_everyone or set(member.roles) & set(message.mention_roles)
    }
    for user_id in dict.fromkeys([*message.mentions, *sorted(by_role)]):
        if user_id != message.author_id:
            realm.pings.append((message.id, user_id))
