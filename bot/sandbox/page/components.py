"""The page's actions on a message's buttons and selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import invalid_form
from bot.sandbox.models.interaction import InteractionKind
from bot.sandbox.page.path_params import channel_of, message_of, require_usable
from bot.sandbox.page.select_values import select_values
from bot.sandbox.rest.request_body import read_body
from bot.sandbox.services import interaction_service
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.select import SELECTS

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Message
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState


async def use_component(state: SandboxState, user_id: int, request: web.Request) -> Payload:
    """Click a button or choose from a select."""
    channel = channel_of(state, user_id, request)
    message = message_of(state, user_id, channel, request)
    require_usable(state, user_id, channel)
    body = (await read_body(request)).object()
    component = _component(message, body.get("custom_id"))
    data: Payload = {"custom_id": component["custom_id"], "component_type": component["type"], "id": component["id"]}
    if component["type"] in SELECTS:
        form = Form()
        values, resolved = select_values(state, user_id, form, ("values",), component, body.get("values"))
        form.finish()
        data["values"] = values
        if resolved is not None:
            data["resolved"] = resolved
    opened = interaction_service.open_interaction(
        state, InteractionKind.COMPONENT, user_id, channel, data, message=message
    )
    return {"interaction_id": str(opened.id)}


def _component(message: Message, custom_id: object) -> Payload:
    for row in message.components:
        for component in row["components"]:
            if component.get("custom_id") == custom_id and custom_id and not component.get("disabled"):
                found: Payload = component
                return found
    words = "This component does not exist or is disabled"
    raise invalid_form({"custom_id": {"_errors": [{"code": "COMPONENT_NOT_FOUND", "message": words}]}})
