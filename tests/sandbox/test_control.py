"""The control API: faults of requests and of gateway events, and changes of what exists."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox.models.permissions import Permission
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import GUILDS, MESSAGES, GatewayClient, RestClient
from tests.sandbox.control import Control, ControlRefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.sandbox.clock import ManualClock

POST = "/channels/{channel_id}/messages"


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock, control_port=0) as running:
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with Control(sandbox.control_url, sandbox.control_secret) as client:
        yield client


def posted(sandbox: Sandbox, rest_client: RestClient) -> list[str]:
    """The contents of the channel's messages."""
    return [message.content for message in sandbox.guild_data.messages.get(rest_client.channel.id, {}).values()]


async def test_a_wrong_secret_is_refused(sandbox: Sandbox) -> None:
    async with Control(sandbox.control_url, "wrong") as stranger:
        with pytest.raises(ControlRefusedError, match="secret is wrong"):
            await stranger.call("GET", "/state")


async def test_the_api_has_no_control_routes(rest_client: RestClient, sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.control_secret}"}
    async with rest_client.session.get(sandbox.page_url + "faults", headers=headers) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"kind": "explode"}, "kind has to be one of delay, hold"),
        ({}, "field kind is missing"),
        ({"kind": "cut", "times": "many"}, "field times has to be an integer or null"),
        ({"kind": "cut", "repeat": 3}, "Unknown field repeat"),
        ({"kind": "cut", "method": "FETCH"}, "method has to be one of GET"),
        ({"kind": "refuse", "status": 200}, "between 400 and 599"),
        ({"kind": "refuse", "method": "GATEWAY"}, "use close for the gateway"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused_in_words(
    control: Control, body: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ControlRefusedError, match=sentence):
        await control.call("POST", "/faults", body)


async def test_a_refusal_happens_once_and_changes_nothing(
    control: Control, rest_client: RestClient, sandbox: Sandbox
) -> None:
    await control.fault("refuse", "POST", POST, code=240000)
    refused = await rest_client.post({"content": "a"})
    assert (refused.status, refused.code) == (400, 240000)
    assert refused.body["message"] == "Message blocked by harmful links filter"
    assert (await rest_client.post({"content": "b"})).status == 200
    assert posted(sandbox, rest_client) == ["b"]


async def test_a_refusal_can_come_after_the_deed(control: Control, rest_client: RestClient, sandbox: Sandbox) -> None:
    await control.fault("refuse", "POST", POST, status=502, body="<html>Bad gateway</html>", done_first=True)
    url = sandbox.api_url + rest_client.messages
    headers = {"Authorization": f"Bot {sandbox.bot_token}"}
    async with rest_client.session.post(url, json={"content": "a"}, headers=headers) as response:
        assert (response.status, response.content_type) == (502, "text/html")
    assert posted(sandbox, rest_client) == ["a"]


async def test_a_429_has_a_time_and_via_unless_it_is_one_of_cloudflares(
    control: Control, rest_client: RestClient
) -> None:
    await control.fault("refuse", "POST", POST, status=429, retry_after=2.5)
    await control.fault("refuse", "POST", POST, status=429, via=False)
    first, second = [await rest_client.post({"content": "a"}) for _ in range(2)]
    assert (first.headers["Retry-After"], first.body["retry_after"]) == ("2.500", 2.5)
    assert "Via" in first.headers
    assert "Via" not in second.headers


async def test_skip_where_and_times_choose_the_requests(
    control: Control, rest_client: RestClient, sandbox: Sandbox
) -> None:
    general = list(sandbox.guild_data.channels)[1]
    await control.fault("refuse", "POST", POST, where={"channel_id": str(rest_client.channel.id)}, skip=1, times=2)
    other = await rest_client.call("POST", f"/channels/{general}/messages", {"content": "elsewhere"})
    assert other.status == 200
    assert [(await rest_client.post({"content": "a"})).status for _ in range(4)] == [200, 400, 400, 200]


@pytest.mark.parametrize(("done_first", "left"), [(False, []), (True, ["a"])])
async def test_a_cut_connection_may_have_carried_out_the_request(
    control: Control, rest_client: RestClient, sandbox: Sandbox, done_first: bool, left: list[str]
) -> None:
    await control.fault("cut", "POST", POST, done_first=done_first)
    with pytest.raises(aiohttp.ClientConnectionError):
        await rest_client.post({"content": "a"})
    assert posted(sandbox, rest_client) == left


async def test_half_an_answer_is_sent(control: Control, rest_client: RestClient, sandbox: Sandbox) -> None:
    await control.fault("half", "POST", POST)
    with pytest.raises(aiohttp.ClientPayloadError):
        await rest_client.post({"content": "a"})
    assert posted(sandbox, rest_client) == ["a"]


async def test_an_answer_can_be_malformed(control: Control, rest_client: RestClient) -> None:
    await control.fault("garbage", "POST", POST)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        await rest_client.post({"content": "a"})


async def test_a_dropped_request_is_never_answered(control: Control, rest_client: RestClient, sandbox: Sandbox) -> None:
    fault = await control.fault("drop", "POST", POST)
    request = asyncio.create_task(rest_client.post({"content": "a"}))
    await control.happened(fault)
    assert posted(sandbox, rest_client) == []
    assert not request.done()
    request.cancel()


async def test_a_held_request_carries_on_when_the_fault_ends(
    control: Control, rest_client: RestClient, sandbox: Sandbox
) -> None:
    fault = await control.fault("hold", "POST", POST)
    request = asyncio.create_task(rest_client.post({"content": "a"}))
    await control.happened(fault)
    assert posted(sandbox, rest_client) == []
    await control.end(fault)
    assert (await request).status == 200


async def test_a_delay_is_on_the_sandboxs_clock(control: Control, rest_client: RestClient, clock: ManualClock) -> None:
    fault = await control.fault("delay", "POST", POST, seconds=7)
    request = asyncio.create_task(rest_client.post({"content": "a"}))
    await control.happened(fault)
    assert not request.done()
    await clock.advance(7)
    assert (await request).status == 200


async def test_waiting_for_a_fault_that_does_not_happen_ends_in_words(control: Control) -> None:
    fault = await control.fault("cut", "POST", POST)
    with pytest.raises(ControlRefusedError, match="has happened 0 times and not 1"):
        await control.happened(fault, timeout_s=0.01)


async def test_files_have_faults_too(control: Control, rest_client: RestClient) -> None:
    answer = await rest_client.post({"content": ""}, files={"a.png": b"12345"})
    await control.fault("half", "GET", "/attachments/{channel_id}/{file_id}/{filename}")
    with pytest.raises(aiohttp.ClientPayloadError):
        async with rest_client.session.get(answer.body["attachments"][0]["url"]) as response:
            await response.read()


# --- the gateway


async def test_the_first_connect_can_fail(control: Control, sandbox: Sandbox, rest_client: RestClient) -> None:
    # aiohttp repeats a GET whose connection is reset
    await control.fault("cut", "GET", "/websocket", times=2)
    await control.fault("refuse", "GET", "/websocket", status=503)
    with pytest.raises(aiohttp.ClientError):
        await rest_client.session.ws_connect(sandbox.gateway_url)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await rest_client.session.ws_connect(sandbox.gateway_url)
    async with rest_client.session.ws_connect(sandbox.gateway_url) as socket:
        assert (await GatewayClient(socket).identify(sandbox.bot_token))["t"] == "READY"


async def test_an_event_can_be_lost_while_the_next_arrives(
    control: Control, connect: Callable[..., Awaitable[GatewayClient]], sandbox: Sandbox, rest_client: RestClient
) -> None:
    connection = await connect()
    await connection.identify(sandbox.bot_token, GUILDS | MESSAGES)
    await control.fault("drop", "GATEWAY", "MESSAGE_CREATE")
    await rest_client.post({"content": "lost"})
    await rest_client.post({"content": "seen"})
    assert (await connection.event("MESSAGE_CREATE"))["content"] == "seen"


@pytest.mark.parametrize(
    ("kind", "close"), [("cut", 1006), ("half", 1006), ("close", 4000)], ids=["cut", "half a frame", "closed"]
)
async def test_a_connection_can_end_at_an_event_and_resume(
    control: Control,
    connect: Callable[..., Awaitable[GatewayClient]],
    sandbox: Sandbox,
    rest_client: RestClient,
    kind: str,
    close: int,
) -> None:
    connection = await connect()
    ready = await connection.identify(sandbox.bot_token, GUILDS | MESSAGES)
    await connection.event("GUILD_CREATE")
    await control.fault(kind, "GATEWAY", "MESSAGE_CREATE")
    await rest_client.post({"content": "a"})
    assert await connection.receive() in ({"close": close}, {"close": None})
    again = await connect()
    await again.receive()
    resume = {"token": sandbox.bot_token, "session_id": ready["d"]["session_id"], "seq": connection.sequence}
    await again.send(6, resume)
    assert (await again.event("MESSAGE_CREATE"))["content"] == "a"


async def test_an_event_can_be_malformed(
    control: Control, connect: Callable[..., Awaitable[GatewayClient]], sandbox: Sandbox
) -> None:
    connection = await connect()
    await control.fault("garbage", "GATEWAY", "READY")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        await connection.identify(sandbox.bot_token)


async def test_a_resume_can_be_refused(
    control: Control, gateway: GatewayClient, connect: Callable[..., Awaitable[GatewayClient]], sandbox: Sandbox
) -> None:
    await control.gateway("forget")
    await control.gateway("cut")
    again = await connect()
    await again.receive()
    session = next(iter(sandbox.gateway.sessions))
    await again.send(6, {"token": sandbox.bot_token, "session_id": session, "seq": gateway.sequence})
    answer = await again.receive()
    assert (answer["op"], answer["d"]) == (9, False)


async def test_the_gateway_can_ask_to_reconnect_and_send_any_text(control: Control, gateway: GatewayClient) -> None:
    await gateway.event("GUILD_CREATE")
    await control.gateway("reconnect")
    assert (await gateway.receive())["op"] == 7
    await control.gateway("invalidate", resumable=True)
    answer = await gateway.receive()
    assert (answer["op"], answer["d"]) == (9, True)
    await control.gateway("send", text='{"op": 0, "t": "MESSAGE_CREATE", "s": 9, "d": {}}')
    assert (await gateway.receive())["d"] == {}


async def test_a_revoked_token_ends_everything(
    control: Control, gateway: GatewayClient, connect: Callable[..., Awaitable[GatewayClient]], rest_client: RestClient
) -> None:
    await gateway.event("GUILD_CREATE")
    old = rest_client.sandbox.bot_token
    new = await control.revoke_token()
    assert await gateway.receive() == {"close": 4004}
    assert (await rest_client.call("GET", "/users/@me", headers={"Authorization": f"Bot {old}"})).status == 401
    assert (await rest_client.call("GET", "/users/@me", headers={"Authorization": f"Bot {new}"})).status == 200
    assert await (await connect()).identify(old) == {"close": 4004}
    assert await control.revoke_token(old) == old
    assert (await rest_client.call("GET", "/users/@me", headers={"Authorization": f"Bot {old}"})).status == 200


async def test_the_guild_can_be_unavailable_for_a_while(control: Control, gateway: GatewayClient) -> None:
    await gateway.event("GUILD_CREATE")
    await control.gateway("outage")
    assert (await gateway.event("GUILD_DELETE"))["unavailable"] is True
    await control.gateway("recover")
    assert (await gateway.event("GUILD_CREATE"))["unavailable"] is False


# --- what exists


async def test_messages_come_and_go(control: Control, rest_client: RestClient, sandbox: Sandbox) -> None:
    path = f"/channels/{rest_client.channel.id}/messages"
    added = await control.call("POST", path, {"author": "ben", "content": "chatter", "count": 60})
    assert len(added["ids"]) == len(await control.messages(rest_client.channel.id)) == 60
    mine = await rest_client.post({"content": "a"})
    await control.call("DELETE", f"{path}/{mine.body['id']}")
    gone = await rest_client.call("PATCH", f"{rest_client.messages}/{mine.body['id']}", {"content": "b"})
    assert (gone.status, gone.code) == (404, 10008)


async def test_channels_come_and_go(control: Control, rest_client: RestClient, gateway: GatewayClient) -> None:
    fresh = await control.call("POST", "/channels", {"name": "fresh"})
    assert (await gateway.event("CHANNEL_CREATE"))["name"] == "fresh"
    path = f"/channels/{fresh['id']}"
    assert (await rest_client.call("POST", f"{path}/messages", {"content": "a"})).status == 200
    await control.call("PATCH", path, {"name": "stale"})
    assert (await gateway.event("CHANNEL_UPDATE"))["name"] == "stale"
    await control.call("DELETE", path)
    assert (await gateway.event("CHANNEL_DELETE"))["id"] == fresh["id"]
    gone = await rest_client.call("POST", f"{path}/messages", {"content": "a"})
    assert (gone.status, gone.code) == (404, 10003)


async def test_changes_survive_a_restart_with_a_data_folder(clock: ManualClock, tmp_path: Path) -> None:
    async with (
        Sandbox(clock=clock, control_port=0, data=tmp_path) as first,
        Control(first.control_url, first.control_secret) as control,
    ):
        old = next(iter(first.guild_data.channels))
        fresh = await control.call("POST", "/channels", {"name": "fresh"})
        await control.call("PUT", f"/channels/{fresh['id']}/overwrites/{first.guild_data.bot.id}", {"deny": 1024})
        await control.call("DELETE", f"/channels/{old}")
    again = Sandbox(clock=clock, data=tmp_path).guild_data
    assert old not in again.channels
    assert again.channels[int(fresh["id"])].overwrites[0].deny == Permission.VIEW_CHANNEL
    assert again.roles == first.guild_data.roles


async def test_permissions_are_taken_and_given_back(
    control: Control, rest_client: RestClient, gateway: GatewayClient, sandbox: Sandbox
) -> None:
    path = f"/channels/{rest_client.channel.id}/overwrites/{sandbox.guild_data.bot.id}"
    await control.call("PUT", path, {"deny": int(Permission.VIEW_CHANNEL)})
    await gateway.event("CHANNEL_UPDATE")
    hidden = await rest_client.post({"content": "a"})
    assert (hidden.status, hidden.code) == (403, 50001)
    await control.call("PUT", path, {"deny": int(Permission.SEND_MESSAGES)})
    silent = await rest_client.post({"content": "a"})
    assert (silent.status, silent.code) == (403, 50013)
    await control.call("DELETE", path)
    assert (await rest_client.post({"content": "a"})).status == 200


async def test_a_role_can_lose_its_permissions(
    control: Control, rest_client: RestClient, gateway: GatewayClient, sandbox: Sandbox
) -> None:
    role = next(role for role in sandbox.guild_data.roles.values() if role.bot_id is not None)
    everyone = sandbox.guild_data.roles[sandbox.guild_data.guild.id]
    for entry in (role, everyone):
        await control.call("PATCH", f"/roles/{entry.id}", {"permissions": int(Permission.VIEW_CHANNEL)})
        assert (await gateway.event("GUILD_ROLE_UPDATE"))["role"]["id"] == str(entry.id)
    assert (await rest_client.post({"content": "a"})).code == 50013


async def test_a_thread_can_be_archived_and_locked(control: Control, rest_client: RestClient) -> None:
    thread = (
        await rest_client.call("POST", f"/channels/{rest_client.channel.id}/threads", {"name": "t", "type": 11})
    ).body
    path = f"/channels/{thread['id']}/messages"
    message = (await rest_client.call("POST", path, {"content": "a"})).body
    await control.call("PATCH", f"/channels/{thread['id']}", {"archived": True, "locked": True})
    refused = await rest_client.call("PATCH", f"{path}/{message['id']}", {"content": "b"})
    assert (refused.status, refused.code) == (400, 50083)


async def test_a_filter_refuses_what_the_bot_writes(
    control: Control, rest_client: RestClient, sandbox: Sandbox
) -> None:
    await control.call("POST", "/filters", {"text": "Poison", "code": 200000})
    for body in ({"content": "some poison"}, {"embeds": [{"description": "some poison"}]}):
        refused = await rest_client.post(body)
        assert (refused.status, refused.code) == (400, 200000)
    sent = (await rest_client.post({"content": "harmless"})).body
    refused = await rest_client.call("PATCH", f"{rest_client.messages}/{sent['id']}", {"content": "POISON"})
    assert refused.code == 200000
    await control.call("DELETE", "/filters")
    assert (await rest_client.post({"content": "poison"})).status == 200
    assert posted(sandbox, rest_client) == ["harmless", "poison"]


async def test_limits_are_lowered_and_a_senseless_one_is_refused(control: Control, rest_client: RestClient) -> None:
    wanted = {"remaining": 3, "max_concurrency": 16, "max_invalid": 1}
    assert (await control.call("PATCH", "/limits", wanted))["remaining"] == 3
    limit = (await rest_client.call("GET", "/gateway/bot")).body["session_start_limit"]
    assert (limit["remaining"], limit["max_concurrency"]) == (3, 16)
    with pytest.raises(ControlRefusedError, match="max_concurrency and max_invalid 1 or more"):
        await control.call("PATCH", "/limits", {"max_concurrency": 0})
    await rest_client.call("GET", "/users/@me", headers={"Authorization": "Bot wrong"})
    async with rest_client.session.get(rest_client.sandbox.api_url + "/gateway") as response:
        assert (response.status, await response.text()) == (429, "error code: 1015")


async def test_requests_are_counted(control: Control, rest_client: RestClient) -> None:
    await rest_client.post({"content": "a"})
    await rest_client.call("GET", "/users/@me", headers={"Authorization": "Bot wrong"})
    counts = await control.counts()
    assert {"method": "POST", "route": POST, "status": 200, "count": 1} in counts["requests"]
    assert {"method": "GET", "route": "/users/@me", "status": 401, "count": 1} in counts["requests"]
    assert counts["invalid"] == 1
