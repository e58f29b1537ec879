"""Records what the bot does in the audit log, and the endpoint that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.models.permissions import Permission
from bot.sandbox.rest.endpoint import Answer, Endpoint
from bot.sandbox.rest.guild_access import known_guild, require_in_guild
from bot.sandbox.serializers import objects
from bot.sandbox.state.audit_log import Action, AuditEntry
from bot.sandbox.state.events import AuditEntryAdded
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.state.sandbox_state import SandboxState


def record(state: SandboxState, request: web.Request, action: Action, target_id: int | None, **options: object) -> None:
    """Add an entry for something that the bot did by a request."""
    reason = request.headers.get("X-Audit-Log-Reason")
    words = {key: str(value) for key, value in options.items()}
    entry = AuditEntry(
        state.snowflakes.next(), action, state.guild_data.bot.id, target_id, words, unquote(reason) if reason else None
    )
    state.audit_log.append(entry)
    state.events.publish(AuditEntryAdded(entry))


async def read_log(state: SandboxState, request: web.Request) -> Answer:
    """GET /guilds/{guild_id}/audit-logs, newest first."""
    known_guild(state, request)
    require_in_guild(state, Permission.VIEW_AUDIT_LOG)
    form = Form()
    limit = form.integer(("limit",), snowflake(request.query.get("limit", "50")), 1, 100)
    wanted = {
        key: snowflake(request.query[key]) for key in ("action_type", "user_id", "before") if key in request.query
    }
    for key, value in wanted.items():
        if value is None:
            form.error((key,), "NUMBER_TYPE_COERCE", f'Value "{request.query[key]}" is not snowflake.')
    form.finish()
    found = [
        entry
        for entry in reversed(state.audit_log)
        if wanted.get("action_type") in (None, entry.action)
        and wanted.get("user_id") in (None, entry.user_id)
        and entry.id < (wanted.get("before") or 1 << 64)
    ][:limit]
    users = dict.fromkeys(entry.user_id for entry in found)
    empty: list[Payload] = []
    return {
        "audit_log_entries": [objects.audit_entry(entry) for entry in found],
        "users": [objects.user(state.guild_data.user(user_id)) for user_id in users],
        "integrations": empty,
        "webhooks": empty,
        "guild_scheduled_events": empty,
        "threads": empty,
        "application_commands": empty,
        "auto_moderation_rules": empty,
    }


ENDPOINTS = [Endpoint("GET", "/guilds/{guild_id}/audit-logs", read_log, "guild", ("guild_id",))]
