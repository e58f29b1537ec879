"""A sandbox for each test, on a clock that only the test moves, and a plain HTTP client for it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import zlib
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox.clock import ManualClock
from bot.sandbox.server import Sandbox
from tests.people import ada, ben, chiyo, dan, eve, mo, olive
from tests.sandbox.browser import browse, devtools, page
from tests.sandbox.schema import SchemaCheck

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from bot.sandbox.models.guild import Channel
    from tests.sandbox.person import Person

__all__ = ["ada", "ben", "browse", "chiyo", "dan", "devtools", "eve", "mo", "olive", "page"]

HANG_S = 60.0
"""Seconds after which a wait fails."""
GUILDS, MESSAGES, REACTIONS, CONTENT = 1, 1 << 9, 1 << 10, 1 << 15
PROPERTIES = {"os": "linux", "browser": "tests", "device": "tests"}
"""What an IDENTIFY says of the client."""


ROUTES_FILE = "SANDBOX_ROUTES"
MET: dict[str, list[str]] = {}
"""The tests that a route answered with what they asked for, by the route."""


@dataclass(frozen=True)
class Answer:
    """The sandbox's response to a request."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> int:
        """Discord's error code."""
        code: int = self.body["code"]
        return code


class RestClient:
    """Sends HTTP requests as the bot, without a Discord library."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.channel: Channel = next(iter(sandbox.guild_data.channels.values()))
        self.messages = f"/channels/{self.channel.id}/messages"

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        files: Mapping[str, bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with the bot's token; `files` go as `files[n]` beside `payload_json`."""
        sent = {"Authorization": f"Bot {self.sandbox.bot_token}", **(headers or {})}
        form = None
        if files is not None:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", json.dumps(body))
            for number, (name, data) in enumerate(files.items()):
                form.add_field(f"files[{number}]", io.BytesIO(data), filename=name)
        url = self.sandbox.api_url + path
        json_body = None if form is not None else body
        async with self.session.request(method, url, json=json_body, data=form, headers=sent) as response:
            text = await response.text()
            return Answer(response.status, response.headers, json.loads(text) if text else None)

    async def post(self, body: object = None, files: Mapping[str, bytes] | None = None) -> Answer:
        """Post a channel message."""
        return await self.call("POST", self.messages, body, files=files)

    async def register(self, *commands: dict[str, Any]) -> list[dict[str, Any]]:
        """Register global commands."""
        answer = await self.call("PUT", f"/applications/{self.sandbox.guild_data.bot.id}/commands", list(commands))
        assert answer.status == 200, answer.body
        registered: list[dict[str, Any]] = answer.body
        return registered

    async def callback(self, interaction: dict[str, Any], kind: int, data: object = None) -> Answer:
        """Answer an interaction."""
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback?with_response=1"
        return await self.call("POST", path, {"type": kind, "data": data})

    def webhook(self, interaction: dict[str, Any], rest: str = "") -> str:
        """The webhook path of an interaction's token."""
        return f"/webhooks/{interaction['application_id']}/{interaction['token']}{rest}"


class GatewayClient:
    """A gateway connection without a Discord library."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.sequence = 0
        self._inflate = zlib.decompressobj()

    async def receive(self) -> dict[str, Any]:
        """The next payload; a closed connection gives `{"close": code}`."""
        frame = await self.socket.receive(timeout=HANG_S)
        if frame.type is aiohttp.WSMsgType.TEXT:
            payload: dict[str, Any] = json.loads(frame.data)
        elif frame.type is aiohttp.WSMsgType.BINARY:
            payload = json.loads(self._inflate.decompress(frame.data))
        else:
            return {"close": self.socket.close_code}
        self.sequence = payload.get("s") or self.sequence
        return payload

    async def event(self, name: str) -> dict[str, Any]:
        """The next event of that name."""
        while True:
            payload = await self.receive()
            assert "close" not in payload, payload
            if payload.get("t") == name:
                data: dict[str, Any] = payload["d"]
                return data

    async def send(self, op: int, data: object) -> None:
        """Send a payload."""
        await self.socket.send_json({"op": op, "d": data})

    async def identify(
        self, token: str, intents: int = GUILDS | REACTIONS, shard: tuple[int, int] = (0, 1)
    ) -> dict[str, Any]:
        """Receive HELLO and identify; return READY, or the payload that came instead."""
        await self.receive()
        await self.send(2, {"token": token, "intents": intents, "properties": PROPERTIES, "shard": shard})
        return await self.receive()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@asynccontextmanager
async def checked(running: Sandbox, request: pytest.FixtureRequest) -> AsyncIterator[SchemaCheck]:
    """Check all that is said against Discord's published description, and note which routes the test met."""
    check = SchemaCheck(running)
    yield check
    for route in check.met:
        MET.setdefault(route, []).append(request.node.nodeid)
    assert not check.faults, check.report()


def pytest_sessionfinish() -> None:
    """Write which tests met which route to the file that `ROUTES_FILE` names; `tests.sandbox.routes` reads it."""
    if ROUTES_FILE in os.environ:
        Path(os.environ[ROUTES_FILE]).write_text(json.dumps(MET), encoding="utf-8")


@pytest.fixture
async def sandbox(clock: ManualClock, request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as running, checked(running, request):
        yield running


@pytest.fixture
async def rest_client(sandbox: Sandbox) -> AsyncIterator[RestClient]:
    async with aiohttp.ClientSession() as session:
        yield RestClient(sandbox, session)


@pytest.fixture
async def connect(sandbox: Sandbox) -> AsyncIterator[Callable[..., Awaitable[GatewayClient]]]:
    """A function that opens a gateway connection."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def opened(query: str = "?v=10&encoding=json") -> GatewayClient:
            return GatewayClient(await stack.enter_async_context(session.ws_connect(sandbox.gateway_url + query)))

        yield opened


@pytest.fixture
async def gateway(sandbox: Sandbox, connect: Callable[..., Awaitable[GatewayClient]]) -> GatewayClient:
    """A connection that has identified with the intents the bot uses."""
    connection = await connect()
    assert (await connection.identify(sandbox.bot_token))["t"] == "READY"
    return connection


@pytest.fixture
async def interaction(rest_client: RestClient, gateway: GatewayClient, ada: Person) -> dict[str, Any]:
    """An interaction as the bot receives it: Ada used /imagine a moment ago."""
    await rest_client.register({"name": "imagine", "description": "Draw"})
    await ada.invoke("imagine")
    return await gateway.event("INTERACTION_CREATE")


async def drain_events() -> None:
    """Let the tasks of pending events run."""
    for _ in range(10):
        await asyncio.sleep(0)
