"""What a bot uses up: IDENTIFYs of a day, and invalid requests until a ban."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.sandbox.state.traffic import BAN_S, WINDOW_S
from tests.sandbox.conftest import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.sandbox.clock import ManualClock
    from bot.sandbox.server import Sandbox
    from tests.sandbox.conftest import GatewayClient, RestClient

    Connect = Callable[..., Awaitable[GatewayClient]]


async def test_a_second_identify_within_5_s_gets_invalid_session(
    connect: Connect, sandbox: Sandbox, clock: ManualClock
) -> None:
    assert (await (await connect()).identify(sandbox.bot_token))["t"] == "READY"
    connection = await connect()
    refused = await connection.identify(sandbox.bot_token)
    assert (refused["op"], refused["d"]) == (9, False)
    await clock.advance(5)
    await connection.send(2, {"token": sandbox.bot_token, "intents": 1, "properties": PROPERTIES})
    assert (await connection.receive())["t"] == "READY"


async def test_shards_identify_side_by_side_as_far_as_max_concurrency_allows(
    connect: Connect, sandbox: Sandbox, clock: ManualClock
) -> None:
    sandbox.state.identifies.max_concurrency = 2

    async def identify(shard: int) -> str | None:
        name: str | None = (await (await connect()).identify(sandbox.bot_token, shard=(shard, 4)))["t"]
        return name

    # 0 and 2 share a window, 1 and 3 the other
    assert [await identify(shard) for shard in (0, 1, 2, 3)] == ["READY", "READY", None, None]
    await clock.advance(5)
    assert [await identify(shard) for shard in (3, 2, 0)] == ["READY", "READY", None]


async def test_gateway_bot_tells_what_is_left_of_the_day(
    connect: Connect, sandbox: Sandbox, clock: ManualClock, rest_client: RestClient
) -> None:
    await (await connect()).identify(sandbox.bot_token)
    await clock.advance(3600)
    limit = (await rest_client.call("GET", "/gateway/bot")).body["session_start_limit"]
    assert limit == {"total": 1000, "remaining": 999, "reset_after": 82_800_000, "max_concurrency": 1}
    await clock.advance(82_801)
    assert (await rest_client.call("GET", "/gateway/bot")).body["session_start_limit"]["remaining"] == 1000


async def test_the_1001st_identify_of_a_day_costs_the_token(
    connect: Connect, sandbox: Sandbox, clock: ManualClock, rest_client: RestClient
) -> None:
    old = sandbox.bot_token
    first = await connect()
    await first.identify(old)
    await first.event("GUILD_CREATE")
    sandbox.state.identifies.remaining = 0
    await clock.advance(5)
    assert await (await connect()).identify(old) == {"close": 4004}
    assert await first.receive() == {"close": 4004}, "every session ends"
    headers = {"Authorization": f"Bot {old}"}
    assert (await rest_client.call("GET", "/users/@me", headers=headers)).status == 401
    assert sandbox.bot_token != old


@pytest.fixture
async def strangers(sandbox: Sandbox) -> AsyncIterator[Callable[[], Awaitable[tuple[int, bool]]]]:
    """A function that sends a request with a wrong token; returns the status and whether Discord answered it."""
    async with aiohttp.ClientSession(headers={"Authorization": "Bot wrong"}) as session:

        async def send() -> tuple[int, bool]:
            async with session.get(sandbox.api_url + "/users/@me") as response:
                return response.status, "Via" in response.headers

        yield send


async def test_10_000_invalid_requests_in_10_minutes_are_a_ban(
    strangers: Callable[[], Awaitable[tuple[int, bool]]], sandbox: Sandbox, clock: ManualClock, rest_client: RestClient
) -> None:
    assert sandbox.state.traffic.max_invalid == 10_000
    for _ in range(9_999):
        sandbox.state.traffic.count("GET", "/users/@me", 403)
    assert await strangers() == (401, True)
    assert await strangers() == (429, False)
    # Cloudflare refuses everybody at this address
    headers = {"Authorization": f"Bot {sandbox.bot_token}"}
    async with rest_client.session.get(sandbox.api_url + "/users/@me", headers=headers) as response:
        assert (response.status, await response.text()) == (429, "error code: 1015")
    await clock.advance(BAN_S)
    assert (await rest_client.call("GET", "/users/@me")).status == 200


async def test_invalid_requests_are_forgotten_after_10_minutes(
    strangers: Callable[[], Awaitable[tuple[int, bool]]], sandbox: Sandbox, clock: ManualClock
) -> None:
    for _ in range(9_999):
        sandbox.state.traffic.count("GET", "/users/@me", 429)
    sandbox.state.traffic.count("GET", "/users/@me", 429, shared=True)
    await clock.advance(WINDOW_S)
    assert await strangers() == (401, True)
    assert sandbox.state.traffic.invalid == 1
    assert sandbox.state.traffic.banned_s == 0
