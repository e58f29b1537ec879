"""Creates, changes and deletes channels, and their permission overwrites. Threads have services of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import too_many_channels
from bot.sandbox.models.guild import Channel, Overwrite
from bot.sandbox.state.events import Change, ChannelChanged

if TYPE_CHECKING:
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_CHANNELS = 500
CATEGORY = 4


def create(state: SandboxState, name: str, kind: int = 0, **properties: Any) -> Channel:
    """Create a channel of a type; `properties` are those of `Channel`. Raise 30013 if the guild has 500."""
    guild_data = state.guild_data
    if len(guild_data.channels) >= MAX_CHANNELS:
        raise too_many_channels()
    last = max((channel.position for channel in guild_data.channels.values()), default=-1)
    channel = Channel(state.snowflakes.next(), name, type=kind, position=last + 1)
    _set(state, channel, properties)
    guild_data.channels[channel.id] = channel
    state.archive.put_guild(guild_data)
    state.events.publish(ChannelChanged(channel, Change.CREATED))
    return channel


def edit(state: SandboxState, channel: Channel, **properties: Any) -> None:
    """Change properties of a channel that is not a thread."""
    _set(state, channel, properties)
    state.archive.put_guild(state.guild_data)
    state.events.publish(ChannelChanged(channel, Change.UPDATED))


def _set(state: SandboxState, channel: Channel, properties: dict[str, Any]) -> None:
    """Set properties of a channel, and give new tags their ids."""
    for key, value in properties.items():
        setattr(channel, key, value)
    for tag in channel.tags:
        tag["id"] = str(tag["id"] or state.snowflakes.next())


def delete(state: SandboxState, channel: Channel) -> None:
    """Delete a channel with its messages and threads. The channels of a deleted category stay."""
    guild_data = state.guild_data
    inside = [thread for thread in guild_data.threads.values() if thread.parent_id == channel.id]
    for place in (channel, *inside):
        for message in guild_data.messages.pop(place.id, {}).values():
            state.archive.drop_message(message)
    for thread in inside:
        del guild_data.threads[thread.id]
        state.archive.drop_thread(thread)
    guild_data.webhooks = {key: one for key, one in guild_data.webhooks.items() if one.channel_id != channel.id}
    del guild_data.channels[channel.id]
    state.events.publish(ChannelChanged(channel, Change.DELETED))
    for child in guild_data.channels.values():
        if child.parent_id == channel.id:
            edit(state, child, parent_id=None)
    state.archive.put_guild(guild_data)


def set_overwrite(state: SandboxState, channel: Channel, wanted: Overwrite) -> None:
    """Add an overwrite to a channel, or replace the one of the same role or member."""
    others = [overwrite for overwrite in channel.overwrites if overwrite.id != wanted.id]
    edit(state, channel, overwrites=[*others, replace(wanted)])


def remove_overwrite(state: SandboxState, channel: Channel, target_id: int) -> None:
    """Remove the overwrite of a role or a member; nothing happens if there is none."""
    edit(state, channel, overwrites=[overwrite for overwrite in channel.overwrites if overwrite.id != target_id])
