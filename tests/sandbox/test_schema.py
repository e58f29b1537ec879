"""The check against Discord's published description finds what does not fit. Every other test here runs under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.serializers import objects
from bot.sandbox.server import ENDPOINTS, Sandbox
from bot.sandbox.state.observers import Exchange
from tests.sandbox.schema import SchemaCheck, bare, routes

if TYPE_CHECKING:
    from tests.sandbox.conftest import GatewayClient, RestClient


@pytest.fixture
def check() -> SchemaCheck:
    return SchemaCheck(Sandbox())


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"id": 1}, "at id: 1 is not of type"),
        ({}, 'at the top: "username" is a required property'),
    ],
)
def test_an_answer_that_does_not_fit_is_found(check: SchemaCheck, answer: dict[str, Any], fault: str) -> None:
    check.exchange(Exchange("GET", "/users/{user_id}", None, 200, objects.user(Sandbox().guild_data.bot)))
    assert check.faults == []
    check.exchange(Exchange("GET", "/users/{user_id}", None, 200, answer))
    assert fault in check.report()


def test_a_body_that_should_not_have_been_accepted_is_found(check: SchemaCheck) -> None:
    check.exchange(Exchange("POST", "/channels/{channel_id}/typing", None, 204, None))
    assert check.faults == []
    check.exchange(Exchange("POST", "/channels/{channel_id}/messages", {"nonce": "x" * 26}, 200, None))
    assert "accepted body at nonce" in check.report()


def test_an_event_that_does_not_fit_is_found(check: SchemaCheck) -> None:
    check.event("TYPING_START", {"channel_id": "1", "user_id": "1", "timestamp": 1})
    assert check.faults == []
    check.event("TYPING_START", {"channel_id": "1"})
    check.event("MESSAGE_CREATED", {})
    assert 'TYPING_START at the top: "user_id" is a required property' in check.report()
    assert "MESSAGE_CREATED is no event of the description" in check.report()


def test_a_gateway_payload_that_does_not_fit_is_found(check: SchemaCheck) -> None:
    check.payload(8, {"guild_id": "1", "query": "", "limit": 0})
    assert check.faults == []
    check.payload(8, {"query": "", "limit": 0})
    assert "opcode 8: at the top" in check.report()


async def test_every_answer_and_event_of_the_other_tests_is_checked(
    sandbox: Sandbox, rest_client: RestClient, gateway: GatewayClient
) -> None:
    check = SchemaCheck(sandbox)
    await rest_client.post({"content": "hello"})
    await rest_client.call("GET", "/users/@me")
    assert check.checked == 2


def test_every_route_of_the_sandbox_is_one_of_discords() -> None:
    known = {bare(route) for route in routes()}
    others = [f"{e.method} {e.path}" for e in ENDPOINTS if bare(f"{e.method} {e.path}") not in known]
    assert others == ["GET /applications/{application_id}/skus"]
