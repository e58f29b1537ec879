"""How the guild looks in Discord's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import wire, wire_thread
from bot.sandbox.clock import timestamp
from bot.sandbox.permissions import Permission, in_channel

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm


def guild(realm: Realm) -> Payload:
    """Return a guild object, as REST gives it."""
    world = realm.world
    return {
        "id": str(world.guild.id),
        "name": world.guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(world.guild.owner_id),
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
        "preferred_locale": world.guild.preferred_locale,
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
        "emojis": [],
        "stickers": [],
        "roles": [wire.role(entry) for entry in world.roles.values()],
        "incidents_data": None,
    }


def guild_create(realm: Realm, *, with_presences: bool) -> Payload:
    """Return what GUILD_CREATE carries; without the presence intent it names no member but the bot."""
    world = realm.world
    seen = list(world.members.values()) if with_presences else [world.members[world.bot.id]]
    return guild(realm) | {
        "joined_at": timestamp(world.members[world.bot.id].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(world.members),
        "voice_states": [],
        "members": [wire.member(who) for who in seen],
        "channels": [wire.channel(realm, where, with_guild=False) for where in world.channels.values()],
        "threads": [
            wire_thread.in_guild_create(realm, where)
            for where in world.threads.values()
            if where.thread is not None
            and not where.thread.archived
            and in_channel(world, world.bot.id, where) & Permission.VIEW_CHANNEL
        ],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
