"""Discord's JSON objects for the guild."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.clock import timestamp
from bot.sandbox.models.permissions import Permission, in_channel
from bot.sandbox.serializers import objects, thread_objects

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState


def guild(state: SandboxState) -> Payload:
    """Return a guild object."""
    guild_data = state.guild_data
    return {
        "id": str(guild_data.guild.id),
        "name": guild_data.guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(guild_data.guild.owner_id),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "preferred_locale": guild_data.guild.preferred_locale,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "max_members": 500000,
        "max_presences": None,
        "features": [],
        "emojis": [objects.emoji(state, emoji) for emoji in guild_data.emojis.values()],
        "stickers": [],
        "roles": [objects.role(entry) for entry in guild_data.roles.values()],
        "incidents_data": None,
        "hub_type": None,
        "home_header": None,
        "widget_enabled": False,
        "widget_channel_id": None,
        "nsfw": False,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
    }


def presence(state: SandboxState, user_id: int) -> Payload:
    """Return a presence, with only the id of the user."""
    status = state.guild_data.presences.get(user_id)
    clients = {} if status is None else {"web" if user_id == state.guild_data.bot.id else "desktop": status}
    return {
        "user": {"id": str(user_id)},
        "guild_id": str(state.guild_data.guild.id),
        "status": status or "offline",
        "activities": [],
        "client_status": clients,
    }


def guild_create(state: SandboxState, *, with_presences: bool) -> Payload:
    """Return the data of GUILD_CREATE; without presences its only member is the bot."""
    guild_data = state.guild_data
    seen = list(guild_data.members.values()) if with_presences else [guild_data.members[guild_data.bot.id]]
    return guild(state) | {
        "joined_at": timestamp(guild_data.members[guild_data.bot.id].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(guild_data.members),
        "voice_states": [],
        "members": [objects.member(member) for member in seen],
        "channels": [objects.channel(state, source, with_guild=False) for source in guild_data.channels.values()],
        "threads": [
            thread_objects.in_guild_create(state, source)
            for source in guild_data.threads.values()
            if source.thread is not None
            and not source.thread.archived
            and in_channel(guild_data, guild_data.bot.id, source) & Permission.VIEW_CHANNEL
        ],
        "presences": [presence(state, user_id) for user_id in guild_data.presences] if with_presences else [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
