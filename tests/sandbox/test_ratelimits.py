"""Rate limits: the headers tell, and what is over the limit is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.ratelimit import GLOBAL, Limit
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Wire

if TYPE_CHECKING:
    from bot.sandbox.clock import ManualClock
    from tests.sandbox.person import Person


async def test_the_sixth_message_in_five_seconds_is_refused_with_via_and_a_time(
    wire: Wire, clock: ManualClock, ada: Person
) -> None:
    for left in (4, 3, 2, 1, 0):
        answer = await wire.post({"content": "hello"})
        assert answer.headers["X-RateLimit-Limit"] == "5"
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
        assert answer.headers["X-RateLimit-Reset"] == f"{clock.time() + 5:.3f}"
        assert answer.headers["X-RateLimit-Reset-After"] == "5.000"
    refused = await wire.post({"content": "hello"})
    assert refused.status == 429
    assert refused.headers["Retry-After"] == refused.headers["X-RateLimit-Reset-After"] == "5.000"
    assert refused.headers["X-RateLimit-Bucket"] == answer.headers["X-RateLimit-Bucket"]
    assert refused.headers["Via"]
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.body == {"message": "You are being rate limited.", "retry_after": 5.0, "global": False}
    assert len(await ada.messages()) == 5
    await clock.advance(5)
    assert (await wire.post({"content": "hello"})).status == 200


async def test_channels_do_not_share_a_bucket(wire: Wire, sandbox: Sandbox) -> None:
    for _ in range(5):
        await wire.post({"content": "hello"})
    general = list(sandbox.world.channels)[1]
    assert (await wire.call("POST", f"/channels/{general}/messages", {"content": "hello"})).status == 200


async def test_everything_together_has_a_limit_too(clock: ManualClock) -> None:
    async with Sandbox(clock=clock, limits={GLOBAL: Limit(2, 1)}) as small, aiohttp.ClientSession() as session:
        wire = Wire(small, session)
        await wire.call("GET", "/users/@me")
        await wire.post({"content": "hello"})
        refused = await wire.call("GET", f"/channels/{wire.channel.id}")
        assert (refused.status, refused.body["global"]) == (429, True)
        assert refused.headers["X-RateLimit-Global"] == "true"
