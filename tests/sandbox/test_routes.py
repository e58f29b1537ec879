"""Every route of Discord is served or refused, and a route that does not exist is neither."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.rest import refused
from bot.sandbox.server import ENDPOINTS
from tests.sandbox.schema import bare, routes

if TYPE_CHECKING:
    from bot.sandbox.clock import ManualClock
    from tests.sandbox.conftest import RestClient


RENEW = "renew docs/sandbox.md with python -m tests.sandbox.routes docs/sandbox.md"


def test_what_is_served_and_what_is_refused_are_together_what_discord_describes() -> None:
    served = [bare(f"{endpoint.method} {endpoint.path}") for endpoint in ENDPOINTS]
    turned_away = [bare(f"{endpoint.method} {endpoint.path}") for endpoint in refused.ENDPOINTS]
    assert len(served + turned_away) == len({*served, *turned_away}), "a route is there twice"
    described = [bare(route) for route in routes()]
    # Discord documents one more: https://discord.com/developers/docs/resources/sku
    assert sorted(served + turned_away) == sorted([*described, "GET /applications/{}/skus"])


def test_the_documentation_lists_every_route_with_a_test() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z]+ /[^`]*)` \| (\S+ \S+|\S+) \|$", text, re.MULTILINE))
    assert sorted(rows) == sorted(f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS), RENEW
    for route, test in rows.items():
        file, _, name = test.partition(" ")
        assert f"def {name}(" in (Path(__file__).parent / file).read_text(encoding="utf-8"), f"{route}: {RENEW}"
    for path, methods in refused.REFUSED:
        assert f"- `{path}`: {methods.replace(' ', ', ')}\n" in text, RENEW
    for path, methods, code in refused.ABSENT:
        assert f"- `{path}`: {methods.replace(' ', ', ')}: {code}\n" in text, RENEW


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/oauth2/@me"), ("POST", "/guilds/1/stickers"), ("PUT", "/guilds/1/onboarding")]
)
async def test_a_route_that_is_not_served_is_refused_aloud(rest_client: RestClient, method: str, path: str) -> None:
    answer = await rest_client.call(method, path)
    assert (answer.status, answer.code) == (400, 40006)
    assert "does not serve this route" in answer.body["message"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/invites/abc", 10006), ("PATCH", "/guilds/1/voice-states/@me", 10065), ("GET", "/stickers/1", 10060)],
)
async def test_what_the_sandbox_has_none_of_is_unknown(
    rest_client: RestClient, method: str, path: str, code: int
) -> None:
    answer = await rest_client.call(method, path)
    assert (answer.status, answer.code) == (404, code)


async def test_another_method_is_405_and_another_path_404(rest_client: RestClient) -> None:
    assert (await rest_client.call("PUT", "/gateway/bot")).status == 405
    assert (await rest_client.call("POST", rest_client.messages + "/1")).status == 405
    unknown = await rest_client.call("GET", "/no/such/route")
    assert (unknown.status, unknown.body) == (404, {"message": "404: Not Found", "code": 0})


async def test_fifteen_message_menus_five_user_menus(rest_client: RestClient, clock: ManualClock) -> None:
    path = f"/applications/{rest_client.sandbox.guild_data.bot.id}/commands"
    for kind, most in ((3, 15), (2, 5)):
        menus = [{"name": f"Menu {number}", "type": kind} for number in range(most + 1)]
        assert (await rest_client.call("PUT", path, menus[:most])).status == 200
        assert (await rest_client.call("PUT", path, menus)).code == 30032
        await clock.advance(20)
