"""Checks what the sandbox and a bot say to each other against published descriptions of Discord's API.

`schemas/rest.json` is Discord's own OpenAPI description, `schemas/gateway.json` that of discord-api-types; `make
schemas` makes both.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox
    from bot.sandbox.state.observers import Exchange

# answers, request bodies, events, and what a client sends over the gateway
DIALECTS = {
    "rest": "https://json-schema.org/draft/2020-12/schema",
    "request": "https://json-schema.org/draft/2020-12/schema",
    "gateway": "http://json-schema.org/draft-07/schema#",
    "payload": "http://json-schema.org/draft-07/schema#",
}
FOLDER = Path(__file__).parent / "schemas"


@cache
def description(name: str) -> dict[str, Any]:
    """One of the two descriptions: `rest` or `gateway`."""
    described: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return described


def routes() -> dict[str, Any]:
    """What Discord describes of each route, such as `GET /channels/{channel_id}`."""
    described: dict[str, Any] = description("rest")["routes"]
    return described


@cache
def _validator(name: str, schema: str) -> jsonschema_rs.Validator:
    definitions = description("gateway" if name in ("gateway", "payload") else "rest")["$defs"]
    if name in ("request", "payload"):
        # Discord accepts ids as numbers too, and discord.py sends them so
        snowflake = {"type": ["integer", "string"]}
        definitions = definitions | {"SnowflakeType": snowflake, "Snowflake": snowflake}
    whole = {"$schema": DIALECTS[name], "$defs": definitions, **json.loads(schema)}
    return jsonschema_rs.validator_for(whole)


def faults_in(name: str, schema: Any, value: object) -> list[str]:
    """What of a value does not fit a schema: where, and why. The `name` is a key of `DIALECTS`."""
    if schema is None:
        return []
    return [line for error in _validator(name, json.dumps(schema)).iter_errors(value) for line in _explained(error)]


def _explained(error: jsonschema_rs.ValidationError) -> list[str]:
    """An error in words; where no choice of several fits, what is wrong with the nearest."""
    choices = getattr(error.kind, "context", None)
    if choices:
        explained = [[line for one in choice for line in _explained(one)] for choice in choices]
        return min(explained, key=len)
    return [f"at {'/'.join(map(str, error.instance_path)) or 'the top'}: {error.message[:300]}"]


class SchemaCheck:
    """Collects what does not fit: every answer, every event, and every accepted body and gateway payload of a client.

    `met` are the routes that gave what was asked for.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.faults: list[str] = []
        self.checked = 0
        self.met: dict[str, None] = {}
        self._known = {bare(route): entry for route, entry in routes().items()}
        sandbox.state.observers.exchanges.append(self.exchange)
        sandbox.state.observers.events.append(self.event)
        sandbox.state.observers.payloads.append(self.payload)

    def exchange(self, exchange: Exchange) -> None:
        """Check one request and its answer."""
        route = bare(f"{exchange.method} {exchange.route}")
        if exchange.status < 300:
            self.met[route] = None
        entry = self._known.get(route)
        if entry is None:
            return
        self.checked += 1
        where = f"{exchange.method} {exchange.route} {exchange.status}"
        responses = entry["responses"]
        schema = responses.get(str(exchange.status), responses.get(f"{str(exchange.status)[0]}XX", False))
        if schema is False:
            self.faults.append(f"{where}: the description has only {', '.join(responses)}")
        else:
            self._add(f"{where}: the answer", "rest", schema, exchange.answer)
        if exchange.status < 300 and exchange.body is not None:
            self._add(f"{where}: the accepted body", "request", entry["request"], _with_numbers(exchange.body))

    def event(self, name: str, data: object) -> None:
        """Check one gateway event."""
        schema = description("gateway")["events"].get(name)
        if schema is None:
            self.faults.append(f"{name} is no event of the description")
            return
        self.checked += 1
        self._add(name, "gateway", schema, json.loads(json.dumps(data)))

    def payload(self, opcode: int, data: object) -> None:
        """Check one payload that a client sent over the gateway."""
        self.checked += 1
        self._add(f"opcode {opcode}:", "payload", description("gateway")["sends"][str(int(opcode))], data)

    def _add(self, where: str, name: str, schema: Any, value: object) -> None:
        self.faults += [f"{where} {fault}" for fault in faults_in(name, schema, value)]

    def report(self) -> str:
        """Everything that does not fit, each once."""
        return "\n".join(dict.fromkeys(self.faults))


PERMISSIONS = ("allow", "deny", "permissions", "default_member_permissions")


def _with_numbers(body: Any) -> Any:
    """A body in which permissions are numbers, as the description has them; the documentation has strings."""
    if isinstance(body, list):
        return [_with_numbers(entry) for entry in body]
    if not isinstance(body, dict):
        return body
    return {
        key: int(value) if key in PERMISSIONS and isinstance(value, str) else _with_numbers(value)
        for key, value in body.items()
    }


def bare(route: str) -> str:
    """A route without the names of its parameters."""
    parts = ["{}" if part.startswith("{") else part for part in route.split("/")]
    return "/".join(parts)
