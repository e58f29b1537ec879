"""Opens interactions: adds them to the registry, serializes them and sends them to the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.interaction import InteractionKind
from bot.sandbox.serializers import message_objects, objects
from bot.sandbox.state.events import InteractionOpened

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.models.interaction import Interaction
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState


def open_interaction(
    state: SandboxState,
    kind: InteractionKind,
    user_id: int,
    channel: Channel,
    data: Payload,
    *,
    message: Message | None = None,
    trigger: Interaction | None = None,
) -> Interaction:
    """Add an interaction to the registry and send it to the bot."""
    interaction = state.interactions.open(kind, user_id, channel, data, message=message, trigger=trigger)
    state.events.publish(InteractionOpened(interaction, _payload(state, interaction, channel, message)))
    return interaction


def _payload(state: SandboxState, interaction: Interaction, channel: Channel, message: Message | None) -> Payload:
    """Return the interaction object that the bot receives."""
    guild_data = state.guild_data
    actor = guild_data.members[interaction.user_id]
    guild_id = str(guild_data.guild.id)
    granted = int(state.permissions(interaction.user_id, channel))
    body: Payload = {
        "id": str(interaction.id),
        "application_id": str(guild_data.bot.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": guild_data.guild.preferred_locale, "features": []},
        "guild_locale": guild_data.guild.preferred_locale,
        "channel_id": str(channel.id),
        "channel": objects.interaction_channel(state, channel, interaction.user_id),
        "member": objects.member(actor) | {"permissions": str(granted)},
        "locale": actor.user.locale,
        "app_permissions": str(int(state.permissions(guild_data.bot.id, channel))),
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": {"0": guild_id},
        "context": 0,
        "attachment_size_limit": 10 * 1024 * 1024,
        "data": interaction.data,
    }
    if message is not None and interaction.kind in (InteractionKind.COMPONENT, InteractionKind.MODAL):
        body["message"] = message_objects.message(state, message)
    return body
