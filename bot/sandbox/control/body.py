"""Reads the requests of the control API. What is wrong is said in one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.sandbox.models.payload import snowflake

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState

_NOT_GIVEN: Any = object()
KIND_NAMES = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "dict": "an object",
    "NoneType": "null",
}


class ControlError(Exception):
    """A request that cannot be carried out; the message says what is wrong and what to do."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Fields:
    """The fields of a JSON object. `finish` refuses those that nobody asked for."""

    def __init__(self, body: Payload) -> None:
        self._body = body
        self._known: set[str] = set()

    def get(self, name: str, kind: type | tuple[type, ...], default: Any = _NOT_GIVEN) -> Any:
        """Return a field of one of the given types, or the default; a field without a default is required."""
        self._known.add(name)
        value = self._body.get(name, default)
        if value is _NOT_GIVEN:
            raise ControlError(f"The field {name} is missing.")
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wrong = not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)
        if wrong and value is not default:
            names = " or ".join(KIND_NAMES[entry.__name__] for entry in kinds)
            raise ControlError(f"The field {name} has to be {names}, not {json.dumps(value)}.")
        return value

    def given(self, name: str, kind: type | tuple[type, ...]) -> Payload:
        """Return the field as a dictionary of one entry, empty if it is not given."""
        self._known.add(name)
        return {name: self.get(name, kind)} if name in self._body else {}

    def finish(self) -> None:
        """Raise for fields that are not known."""
        unknown = sorted(self._body.keys() - self._known)
        if unknown:
            raise ControlError(f"Unknown field {unknown[0]}; known are {', '.join(sorted(self._known))}.")


async def read_fields(request: web.Request) -> Fields:
    """Read a JSON object; an empty body is an empty object."""
    data = await request.read()
    try:
        body = json.loads(data or b"{}")
    except ValueError as error:
        raise ControlError("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise ControlError("The body has to be a JSON object.")
    return Fields(body)


def id_in(request: web.Request, name: str) -> int:
    """Return an id from the path."""
    value = snowflake(request.match_info[name])
    if value is None:
        raise ControlError(f"{request.match_info[name]} is not an id.")
    return value


def channel_in(state: SandboxState, request: web.Request) -> Channel:
    """Return the channel or thread of the path."""
    channel = state.guild_data.channel(id_in(request, "channel_id"))
    if channel is None:
        raise ControlError("There is no such channel.", 404)
    return channel


def user_id_of(state: SandboxState, value: object) -> int:
    """Return the id of a member, given as an id or a username."""
    for member in state.guild_data.members.values():
        if str(value) in (str(member.user.id), member.user.username):
            return member.user.id
    raise ControlError(f"There is no member {value}.", 404)
