"""Discord's routes that the sandbox does not serve. It refuses them aloud, with 40006 or a code of their own.

A tool then does not take one for a typing error.
The list is what Discord's published description has beyond `server.ENDPOINTS`; tests/sandbox/test_routes.py compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.error_codes import error_of
from bot.sandbox.errors import not_served
from bot.sandbox.rest.endpoint import Answer, Endpoint, Handler

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState

REFUSED = (
    ("/applications/@me", "PATCH"),
    ("/applications/{application_id}", "GET PATCH"),
    ("/applications/{application_id}/activity-instances/{instance_id}", "GET"),
    ("/applications/{application_id}/attachment", "POST"),
    ("/applications/{application_id}/emojis", "POST"),
    ("/applications/{application_id}/entitlements", "POST"),
    ("/applications/{application_id}/entitlements/{entitlement_id}", "GET DELETE"),
    ("/applications/{application_id}/entitlements/{entitlement_id}/consume", "POST"),
    ("/applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions", "PUT"),
    ("/applications/{application_id}/role-connections/metadata", "GET PUT"),
    ("/channels/{channel_id}/followers", "POST"),
    ("/channels/{channel_id}/invites", "POST"),
    ("/channels/{channel_id}/recipients/{user_id}", "PUT DELETE"),
    ("/channels/{channel_id}/send-soundboard-sound", "POST"),
    ("/channels/{channel_id}/threads/search", "GET"),
    ("/channels/{channel_id}/voice-status", "PUT"),
    ("/guilds/{guild_id}", "PATCH"),
    ("/guilds/{guild_id}/auto-moderation/rules", "POST"),
    ("/guilds/{guild_id}/auto-moderation/rules/{rule_id}", "GET DELETE PATCH"),
    ("/guilds/{guild_id}/incident-actions", "PUT"),
    ("/guilds/{guild_id}/integrations/{integration_id}", "DELETE"),
    ("/guilds/{guild_id}/members/{user_id}", "PUT"),
    ("/guilds/{guild_id}/messages/search", "GET"),
    ("/guilds/{guild_id}/new-member-welcome", "GET"),
    ("/guilds/{guild_id}/onboarding", "GET PUT"),
    ("/guilds/{guild_id}/preview", "GET"),
    ("/guilds/{guild_id}/prune", "GET POST"),
    ("/guilds/{guild_id}/requests", "GET"),
    ("/guilds/{guild_id}/requests/{request_id}", "PATCH"),
    ("/guilds/{guild_id}/scheduled-events", "POST"),
    ("/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/exceptions", "POST"),
    ("/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/exceptions/{exception_id}", "DELETE PATCH"),
    ("/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/users/counts", "GET"),
    (
        "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/{guild_scheduled_event_exception_id}/users",
        "GET",
    ),
    ("/guilds/{guild_id}/soundboard-sounds", "POST"),
    ("/guilds/{guild_id}/stickers", "POST"),
    ("/guilds/{guild_id}/templates", "POST"),
    ("/guilds/{guild_id}/vanity-url", "GET"),
    ("/guilds/{guild_id}/welcome-screen", "PATCH"),
    ("/guilds/{guild_id}/widget", "GET PATCH"),
    ("/guilds/{guild_id}/widget.json", "GET"),
    ("/guilds/{guild_id}/widget.png", "GET"),
    ("/invites/{code}/target-users", "GET PUT"),
    ("/invites/{code}/target-users/bulk-add", "POST"),
    ("/invites/{code}/target-users/bulk-delete", "POST"),
    ("/invites/{code}/target-users/job-status", "GET"),
    ("/invites/{code}/target-users/{user_id}", "PUT DELETE"),
    ("/lobbies", "PUT POST"),
    ("/lobbies/{lobby_id}", "GET DELETE PATCH"),
    ("/lobbies/{lobby_id}/channel-linking", "PATCH"),
    ("/lobbies/{lobby_id}/members/@me", "DELETE"),
    ("/lobbies/{lobby_id}/members/@me/invites", "POST"),
    ("/lobbies/{lobby_id}/members/bulk", "POST"),
    ("/lobbies/{lobby_id}/members/{user_id}", "PUT DELETE"),
    ("/lobbies/{lobby_id}/members/{user_id}/invites", "POST"),
    ("/lobbies/{lobby_id}/messages", "GET POST"),
    ("/lobbies/{lobby_id}/messages/{message_id}/moderation-metadata", "PUT"),
    ("/oauth2/@me", "GET"),
    ("/oauth2/keys", "GET"),
    ("/oauth2/userinfo", "GET"),
    ("/partner-sdk/dms/{user_id_1}/{user_id_2}/messages/{message_id}/moderation-metadata", "PUT"),
    ("/partner-sdk/provisional-accounts/unmerge", "POST"),
    ("/partner-sdk/provisional-accounts/unmerge/bot", "POST"),
    ("/partner-sdk/token", "POST"),
    ("/partner-sdk/token/bot", "POST"),
    ("/skus/{sku_id}/subscriptions", "GET"),
    ("/skus/{sku_id}/subscriptions/{subscription_id}", "GET"),
    ("/soundboard-default-sounds", "GET"),
    ("/stage-instances", "POST"),
    ("/users/@me", "PATCH"),
    ("/users/@me/applications/{application_id}/entitlements", "GET"),
    ("/users/@me/applications/{application_id}/role-connection", "GET PUT DELETE"),
    ("/users/@me/connections", "GET"),
    ("/users/@me/guilds/{guild_id}", "DELETE"),
    ("/users/@me/guilds/{guild_id}/member", "GET"),
    ("/webhooks/{webhook_id}/{webhook_token}/github", "POST"),
    ("/webhooks/{webhook_id}/{webhook_token}/slack", "POST"),
)


ABSENT = (
    ("/applications/{application_id}/emojis/{emoji_id}", "GET DELETE PATCH", 10014),
    ("/applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions", "GET", 10066),
    ("/guilds/templates/{code}", "GET", 10057),
    ("/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}", "GET DELETE PATCH", 10070),
    ("/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/users", "GET", 10070),
    ("/guilds/{guild_id}/soundboard-sounds/{sound_id}", "GET DELETE PATCH", 10097),
    ("/guilds/{guild_id}/stickers/{sticker_id}", "GET DELETE PATCH", 10060),
    ("/guilds/{guild_id}/templates/{code}", "PUT DELETE PATCH", 10057),
    ("/guilds/{guild_id}/voice-states/@me", "GET PATCH", 10065),
    ("/guilds/{guild_id}/voice-states/{user_id}", "GET PATCH", 10065),
    ("/guilds/{guild_id}/welcome-screen", "GET", 10069),
    ("/invites/{code}", "GET DELETE", 10006),
    ("/stage-instances/{channel_id}", "GET DELETE PATCH", 10067),
    ("/sticker-packs/{pack_id}", "GET", 10061),
    ("/stickers/{sticker_id}", "GET", 10060),
)
"""Routes of single things that the sandbox has none of, with the code of something that does not exist."""


async def refuse(_: SandboxState, __: web.Request) -> Answer:
    """Answer 40006."""
    raise not_served()


def _missing(code: int) -> Handler:
    """Return a handler that answers with a code of something that does not exist."""

    async def refused(_: SandboxState, __: web.Request) -> Answer:
        raise error_of(code)

    return refused


ENDPOINTS = [
    *(
        Endpoint(method, path, refuse, needs_token="{webhook_token}" not in path)
        for path, methods in REFUSED
        for method in methods.split()
    ),
    *(Endpoint(method, path, _missing(code)) for path, methods, code in ABSENT for method in methods.split()),
]
