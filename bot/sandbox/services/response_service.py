"""Messages that answer interactions. They need no channel permissions and can be ephemeral."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.guild import Message
from bot.sandbox.models.message_constants import EPHEMERAL, LOADING
from bot.sandbox.services import message_service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.interaction import Interaction
    from bot.sandbox.models.upload import Upload
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.message import Draft


def send_response(
    state: SandboxState,
    interaction: Interaction,
    channel: Channel,
    draft: Draft,
    uploads: Mapping[int, Upload],
    *,
    kind: int,
) -> Message:
    """Post a message that answers an interaction; these need no channel permissions of the bot's."""
    ephemeral = bool((draft.flags or 0) & EPHEMERAL)
    message = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=state.guild_data.bot.id,
        timestamp=state.clock.time(),
        type=kind,
        flags=EPHEMERAL if ephemeral else 0,
        reference_id=interaction.answers(),
        interaction_id=interaction.id,
        interaction=interaction.metadata(),
        ephemeral_for=interaction.user_id if ephemeral else None,
    )
    message_service.fill(state, message, channel, draft, uploads)
    return message_service.publish(state, message)


def send_deferred(
    state: SandboxState, interaction: Interaction, channel: Channel, *, ephemeral: bool, kind: int
) -> Message:
    """Post the "is thinking…" message of a deferred response."""
    message = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=state.guild_data.bot.id,
        timestamp=state.clock.time(),
        type=kind,
        flags=LOADING | (EPHEMERAL if ephemeral else 0),
        reference_id=interaction.answers(),
        interaction_id=interaction.id,
        interaction=interaction.metadata(),
        ephemeral_for=interaction.user_id if ephemeral else None,
    )
    return message_service.publish(state, message)
