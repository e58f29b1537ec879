"""Endpoints that list what the sandbox has none of, such as invites and stickers, and its only voice region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_access
from bot.sandbox.models.permissions import NONE, Permission
from bot.sandbox.rest.channels import IN_CHANNEL, bot_channel
from bot.sandbox.rest.endpoint import Answer, Endpoint, Handler, path_id
from bot.sandbox.rest.guild_access import IN_GUILD, known_guild, require_in_guild

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

REGION: Payload = {"id": "rotterdam", "name": "Rotterdam", "custom": False, "deprecated": False, "optimal": True}


def _of_guild(needed: Permission, answer: Answer) -> Handler:
    """Return a handler that gives an answer about the guild to a bot with the permissions."""

    async def listed(state: SandboxState, request: web.Request) -> Answer:
        known_guild(state, request)
        require_in_guild(state, needed)
        return answer

    return listed


async def list_channel_invites(state: SandboxState, request: web.Request) -> Answer:
    """GET /channels/{channel_id}/invites: none."""
    bot_channel(state, request, Permission.MANAGE_CHANNELS)
    empty: list[Payload] = []
    return empty


async def list_regions(_: SandboxState, __: web.Request) -> Answer:
    """GET /voice/regions."""
    return [REGION]


async def list_sticker_packs(_: SandboxState, __: web.Request) -> Answer:
    """GET /sticker-packs: none."""
    return {"sticker_packs": []}


def _of_application(answer: Answer) -> Handler:
    """Return a handler that gives an answer about the bot's application, and 50001 about another."""

    async def listed(state: SandboxState, request: web.Request) -> Answer:
        if path_id(request, "application_id") != state.guild_data.bot.id:
            raise missing_access()
        return answer

    return listed


GUILD, APPLICATION = "/guilds/{guild_id}", "/applications/{application_id}"
_OF_GUILD: list[tuple[str, Permission, Answer]] = [
    ("/auto-moderation/rules", Permission.MANAGE_GUILD, []),
    ("/integrations", Permission.MANAGE_GUILD, []),
    ("/invites", Permission.MANAGE_GUILD, []),
    ("/regions", NONE, [REGION]),
    ("/scheduled-events", NONE, []),
    ("/soundboard-sounds", NONE, {"items": []}),
    ("/stickers", NONE, []),
    ("/templates", Permission.MANAGE_GUILD, []),
]
ENDPOINTS = [
    *(
        Endpoint("GET", GUILD + path, _of_guild(needed, answer), "guild", IN_GUILD)
        for path, needed, answer in _OF_GUILD
    ),
    Endpoint("GET", APPLICATION + "/emojis", _of_application({"items": []}), "application"),
    Endpoint("GET", APPLICATION + "/entitlements", _of_application([]), "application"),
    # documented, though the published description lacks it
    Endpoint("GET", APPLICATION + "/skus", _of_application([]), "application"),
    Endpoint("GET", APPLICATION + GUILD + "/commands/permissions", _of_application([]), "application"),
    Endpoint("GET", "/channels/{channel_id}/invites", list_channel_invites, "channel", IN_CHANNEL),
    Endpoint("GET", "/sticker-packs", list_sticker_packs, "application"),
    Endpoint("GET", "/voice/regions", list_regions, "application"),
]
