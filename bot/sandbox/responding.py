"""Messages that answer interactions: they need no permissions of the bot's, and may be for one member alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import posting, wire_message
from bot.sandbox.world import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.body import Upload
    from bot.sandbox.interaction import Interaction
    from bot.sandbox.realm import Realm
    from bot.sandbox.validate.message import Draft
    from bot.sandbox.world import Channel


def respond(
    realm: Realm, interaction: Interaction, channel: Channel, draft: Draft, uploads: Mapping[int, Upload], *, kind: int
) -> Message:
    """Post a message that answers an interaction; these need no channel permissions of the bot's."""
    ephemeral = bool((draft.flags or 0) & wire_message.EPHEMERAL)
    message = Message(
        id=realm.snowflakes.next(),
        channel_id=channel.id,
        author_id=realm.world.bot.id,
        timestamp=realm.clock.time(),
        type=kind,
        flags=wire_message.EPHEMERAL if ephemeral else 0,
        reference_id=interaction.answers(),
        interaction_id=interaction.id,
        interaction=interaction.metadata(),
        ephemeral_for=interaction.user_id if ephemeral else None,
    )
    posting.fill(realm, message, channel, draft, uploads)
    return posting.publish(realm, message)


def think(realm: Realm, interaction: Interaction, channel: Channel, *, ephemeral: bool, kind: int) -> Message:
    """Post the "is thinking…" message of a deferred response."""
    message = Message(
        id=realm.snowflakes.next(),
        channel_id=channel.id,
        author_id=realm.world.bot.id,
        timestamp=realm.clock.time(),
        type=kind,
        flags=wire_message.LOADING | (wire_message.EPHEMERAL if ephemeral else 0),
        reference_id=interaction.answers(),
        interaction_id=interaction.id,
        interaction=interaction.metadata(),
        ephemeral_for=interaction.user_id if ephemeral else None,
    )
    return posting.publish(realm, message)
