"""The gateway: identification, intents, and resumption after a lost connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.gateway.intents import Intent
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import CONTENT, GUILDS, MESSAGES, REACTIONS, GatewayClient, drain_events
from tests.sandbox.person import Person

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.clock import ManualClock
    from tests.sandbox.conftest import RestClient

    Connect = Callable[..., Awaitable[GatewayClient]]


async def test_a_wrong_token_is_closed_with_4004(connect: Connect) -> None:
    assert await (await connect()).identify("wrong") == {"close": 4004}


async def test_a_privileged_intent_that_was_not_granted_is_closed_with_4014(connect: Connect, sandbox: Sandbox) -> None:
    assert await (await connect()).identify(sandbox.bot_token, GUILDS | CONTENT) == {"close": 4014}


async def test_an_unknown_intent_is_closed_with_4013(connect: Connect, sandbox: Sandbox) -> None:
    assert await (await connect()).identify(sandbox.bot_token, 1 << 30) == {"close": 4013}


async def test_nothing_is_answered_before_identifying(connect: Connect) -> None:
    connection = await connect()
    await connection.receive()
    await connection.send(3, {"status": "online"})
    assert await connection.receive() == {"close": 4003}


async def test_another_version_is_closed_with_4012(connect: Connect) -> None:
    assert await (await connect("?v=6&encoding=json")).receive() == {"close": 4012}


async def test_ready_names_an_unavailable_guild_and_guild_create_fills_it(connect: Connect, sandbox: Sandbox) -> None:
    connection = await connect("?v=10&encoding=json&compress=zlib-stream")
    ready = await connection.identify(sandbox.bot_token)
    assert ready["d"]["guilds"] == [{"id": str(sandbox.guild_data.guild.id), "unavailable": True}]
    guild = await connection.event("GUILD_CREATE")
    assert [channel["name"] for channel in guild["channels"]] == [
        "imagine",
        "general",
        "gallery",
        "mod-log",
        "late-night",
    ]
    assert [member["user"]["id"] for member in guild["members"]] == [str(sandbox.guild_data.bot.id)]


async def test_events_come_only_with_their_intent(gateway: GatewayClient, ada: Person) -> None:
    posted = await ada.send_message("without the messages intent")
    await ada.react(posted, "🔁")
    await gateway.event("GUILD_CREATE")
    payload = await gateway.receive()
    assert payload["t"] == "MESSAGE_REACTION_ADD"
    assert payload["d"]["message_author_id"] == ada.id
    assert payload["d"]["member"]["user"]["username"] == "ada"


async def test_message_content_is_withheld_without_its_intent(connect: Connect, sandbox: Sandbox, ada: Person) -> None:
    connection = await connect()
    await connection.identify(sandbox.bot_token, GUILDS | MESSAGES)
    await ada.send_message("private words")
    assert (await connection.event("MESSAGE_CREATE"))["content"] == ""


async def test_message_content_arrives_with_the_granted_intent(clock: ManualClock) -> None:
    async with (
        Sandbox(clock=clock, intents=Intent.MESSAGE_CONTENT) as sandbox,
        Person(sandbox.page_url, "Ada") as ada,
        aiohttp.ClientSession() as session,
        session.ws_connect(sandbox.gateway_url) as socket,
    ):
        connection = GatewayClient(socket)
        await connection.identify(sandbox.bot_token, GUILDS | MESSAGES | CONTENT)
        await ada.send_message("public words")
        assert (await connection.event("MESSAGE_CREATE"))["content"] == "public words"


async def test_resuming_replays_missed_events_in_order(connect: Connect, sandbox: Sandbox, ada: Person) -> None:
    first = await connect()
    ready = await first.identify(sandbox.bot_token, GUILDS | REACTIONS)
    await first.event("GUILD_CREATE")
    await first.socket.close(code=4000)
    await drain_events()
    posted = await ada.send_message("hello")
    for emoji in ("🔁", "⭐"):
        await ada.react(posted, emoji)
    second = await connect()
    await second.receive()
    resume = {"token": sandbox.bot_token, "session_id": ready["d"]["session_id"], "seq": first.sequence}
    await second.send(6, resume)
    assert (await second.receive())["d"]["emoji"]["name"] == "🔁"
    assert (await second.receive())["d"]["emoji"]["name"] == "⭐"
    assert (await second.receive())["t"] == "RESUMED"


async def test_a_session_that_its_client_closed_cannot_be_resumed(connect: Connect, sandbox: Sandbox) -> None:
    first = await connect()
    ready = await first.identify(sandbox.bot_token)
    await first.socket.close(code=1000)
    await drain_events()
    second = await connect()
    await second.receive()
    await second.send(6, {"token": sandbox.bot_token, "session_id": ready["d"]["session_id"], "seq": 1})
    answer = await second.receive()
    assert (answer["op"], answer["d"]) == (9, False)


async def test_a_session_cannot_be_resumed_after_some_minutes(
    connect: Connect, sandbox: Sandbox, clock: ManualClock
) -> None:
    first = await connect()
    ready = await first.identify(sandbox.bot_token)
    await first.socket.close(code=4000)
    await drain_events()
    await clock.advance(181)
    second = await connect()
    await second.receive()
    await second.send(6, {"token": sandbox.bot_token, "session_id": ready["d"]["session_id"], "seq": 1})
    assert (await second.receive())["op"] == 9


async def test_a_client_without_a_heartbeat_is_closed_with_4009(gateway: GatewayClient, clock: ManualClock) -> None:
    await gateway.event("GUILD_CREATE")
    await clock.advance(42)
    await clock.advance(42)
    assert await gateway.receive() == {"close": 4009}


async def test_a_heartbeat_is_acknowledged(gateway: GatewayClient, clock: ManualClock) -> None:
    await gateway.event("GUILD_CREATE")
    await clock.advance(41)
    await gateway.send(1, gateway.sequence)
    assert (await gateway.receive())["op"] == 11
    await clock.advance(42)
    await gateway.send(1, gateway.sequence)
    assert (await gateway.receive())["op"] == 11


async def test_the_whole_member_list_needs_its_intent(gateway: GatewayClient, sandbox: Sandbox, ada: Person) -> None:
    await gateway.event("GUILD_CREATE")
    guild_id = str(sandbox.guild_data.guild.id)
    await gateway.send(8, {"guild_id": guild_id, "user_ids": [ada.id], "limit": 0, "nonce": "n"})
    chunk = await gateway.event("GUILD_MEMBERS_CHUNK")
    assert ([member["user"]["username"] for member in chunk["members"]], chunk["nonce"]) == (["ada"], "n")
    await gateway.send(8, {"guild_id": guild_id, "query": "", "limit": 0})
    assert await gateway.receive() == {"close": 4014}


async def test_the_gateway_sends_no_events_of_ephemeral_messages(
    rest_client: RestClient, connect: Connect, sandbox: Sandbox, ada: Person
) -> None:
    connection = await connect()
    await connection.identify(sandbox.bot_token, GUILDS | MESSAGES)
    await rest_client.register({"name": "imagine", "description": "Draw"})
    await ada.invoke("imagine")
    used = await connection.event("INTERACTION_CREATE")
    await rest_client.callback(used, 4, {"content": "secret", "flags": 64})
    await ada.send_message("next")
    assert (await connection.event("MESSAGE_CREATE"))["author"]["username"] == "ada"


async def test_the_guild_belongs_to_one_shard(
    connect: Callable[..., Awaitable[GatewayClient]], sandbox: Sandbox, rest_client: RestClient
) -> None:
    sandbox.state.identifies.max_concurrency = 2
    home = (sandbox.guild_data.guild.id >> 22) % 2
    shards: dict[int, GatewayClient] = {}
    for number in (0, 1):
        shards[number] = await connect()
        ready = (await shards[number].identify(sandbox.bot_token, GUILDS | MESSAGES, (number, 2)))["d"]
        assert (ready["shard"], len(ready["guilds"])) == ([number, 2], number == home)
    await rest_client.post({"content": "hello"})
    assert (await shards[home].event("MESSAGE_CREATE"))["content"] == "hello"
    # the other shard heard nothing of it: an answer to a heartbeat is the next that it gets
    await shards[1 - home].send(1, None)
    assert (await shards[1 - home].receive())["op"] == 11
