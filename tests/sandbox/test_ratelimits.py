"""Rate limits: their headers, and the response to requests over the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.server import Sandbox
from bot.sandbox.state.ratelimit import GLOBAL, RateLimit
from tests.sandbox.conftest import RestClient

if TYPE_CHECKING:
    from bot.sandbox.clock import ManualClock
    from tests.sandbox.person import Person


async def test_the_sixth_message_in_five_seconds_is_refused_with_via_and_a_time(
    rest_client: RestClient, clock: ManualClock, ada: Person
) -> None:
    for left in (4, 3, 2, 1, 0):
        answer = await rest_client.post({"content": "hello"})
        assert answer.headers["X-RateLimit-Limit"] == "5"
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
        assert answer.headers["X-RateLimit-Reset"] == f"{clock.time() + 5:.3f}"
        assert answer.headers["X-RateLimit-Reset-After"] == "5.000"
    refused = await rest_client.post({"content": "hello"})
    assert refused.status == 429
    assert refused.headers["Retry-After"] == refused.headers["X-RateLimit-Reset-After"] == "5.000"
    assert refused.headers["X-RateLimit-Bucket"] == answer.headers["X-RateLimit-Bucket"]
    assert refused.headers["Via"]
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.body == {"message": "You are being rate limited.", "code": 0, "retry_after": 5.0, "global": False}
    assert len(await ada.messages()) == 5
    await clock.advance(5)
    assert (await rest_client.post({"content": "hello"})).status == 200


async def test_channels_do_not_share_a_bucket(rest_client: RestClient, sandbox: Sandbox) -> None:
    for _ in range(5):
        await rest_client.post({"content": "hello"})
    general = list(sandbox.guild_data.channels)[1]
    assert (await rest_client.call("POST", f"/channels/{general}/messages", {"content": "hello"})).status == 200


async def test_there_is_a_global_limit(clock: ManualClock) -> None:
    async with Sandbox(clock=clock, limits={GLOBAL: RateLimit(2, 1)}) as small, aiohttp.ClientSession() as session:
        rest_client = RestClient(small, session)
        await rest_client.call("GET", "/users/@me")
        await rest_client.post({"content": "hello"})
        refused = await rest_client.call("GET", f"/channels/{rest_client.channel.id}")
        assert (refused.status, refused.body["global"]) == (429, True)
        assert refused.headers["X-RateLimit-Global"] == "true"
