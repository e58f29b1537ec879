"""Channel webhooks, by which moderators' tools write logs and relay messages."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.administrator import sandbox
from tests.sandbox.conftest import GUILDS, MESSAGES, GatewayClient, RestClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.server import Sandbox
    from tests.sandbox.person import Person

__all__ = ["sandbox"]

WEBHOOKS = 1 << 5
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


@pytest.fixture
def guild(sandbox: Sandbox) -> str:
    """The guild's path."""
    return f"/guilds/{sandbox.guild_data.guild.id}"


@pytest.fixture
def place(rest_client: RestClient) -> str:
    """The channel's path."""
    return f"/channels/{rest_client.channel.id}"


@pytest.fixture
async def gateway(sandbox: Sandbox, connect: Callable[..., Awaitable[GatewayClient]]) -> GatewayClient:
    connection = await connect()
    await connection.identify(sandbox.bot_token, GUILDS | MESSAGES | WEBHOOKS)
    return connection


async def test_a_webhook_writes_edits_and_deletes(
    rest_client: RestClient, gateway: GatewayClient, guild: str, place: str, ada: Person
) -> None:
    made = (await rest_client.call("POST", f"{place}/webhooks", {"name": "Relay"})).body
    assert (await gateway.event("WEBHOOKS_UPDATE"))["channel_id"] == made["channel_id"]
    path = f"/webhooks/{made['id']}/{made['token']}"
    assert (await rest_client.call("POST", path, {"content": "quiet"})).status == 204
    said = await rest_client.call("POST", f"{path}?wait=true", {"content": "loud", "username": "Herald"})
    assert (said.body["author"]["username"], said.body["webhook_id"]) == ("Herald", made["id"])
    assert [message["author"]["username"] for message in await ada.messages()] == ["Relay", "Herald"]
    one = f"{path}/messages/{said.body['id']}"
    assert (await rest_client.call("GET", one)).body["content"] == "loud"
    assert (await rest_client.call("PATCH", one, {"content": "edited"})).body["content"] == "edited"
    assert (await rest_client.call("DELETE", one)).status == 204
    assert (await rest_client.call("GET", path)).body["name"] == "Relay"
    for where in (f"{place}/webhooks", f"{guild}/webhooks"):
        assert [one["id"] for one in (await rest_client.call("GET", where)).body] == [made["id"]]
    assert (await rest_client.call("PATCH", f"/webhooks/{made['id']}", {"name": "Post"})).body["name"] == "Post"
    assert (await rest_client.call("GET", f"/webhooks/{made['id']}")).body["name"] == "Post"
    assert (await rest_client.call("PATCH", f"/webhooks/{made['id']}", {"name": "Discord"})).code == 50035
    assert (await rest_client.call("DELETE", f"/webhooks/{made['id']}")).status == 204
    assert (await rest_client.call("POST", path, {"content": "gone"})).code == 10015


async def test_a_webhook_reaches_only_its_own_messages_and_only_with_its_token(
    rest_client: RestClient, place: str
) -> None:
    other = (await rest_client.post({"content": "the bot's"})).body
    made = (await rest_client.call("POST", f"{place}/webhooks", {"name": "Relay"})).body
    path = f"/webhooks/{made['id']}/{made['token']}/messages/{other['id']}"
    assert (await rest_client.call("DELETE", path)).code == 10008
    assert (await rest_client.call("POST", f"/webhooks/{made['id']}/wrong", {"content": "x"})).code == 10015


async def test_a_webhook_moves_to_another_channel_and_gets_a_face(
    rest_client: RestClient, gateway: GatewayClient, guild: str, place: str
) -> None:
    made = (await rest_client.call("POST", f"{place}/webhooks", {"name": "Relay", "avatar": PNG})).body
    path = f"/webhooks/{made['id']}"
    other = (await rest_client.call("POST", f"{guild}/channels", {"name": "log"})).body["id"]
    await gateway.event("WEBHOOKS_UPDATE")
    moved = (await rest_client.call("PATCH", path, {"channel_id": other})).body
    assert (moved["channel_id"], moved["avatar"]) == (other, made["avatar"])
    told = [(await gateway.event("WEBHOOKS_UPDATE"))["channel_id"] for _ in range(2)]
    assert told == [place[10:], other]
    for wrong, code in (({"channel_id": "1"}, 10003), ({"avatar": "https://example.org/a.png"}, 50035)):
        assert (await rest_client.call("PATCH", path, wrong)).code == code
    execute = f"{path}/{made['token']}?wait=true"
    plain = (await rest_client.call("POST", execute, {"content": "x"})).body
    body = {"content": "x", "avatar_url": "https://example.org/a.png"}
    masked = (await rest_client.call("POST", execute, body)).body
    assert plain["channel_id"] == other
    assert plain["author"]["avatar"] == made["avatar"] != masked["author"]["avatar"] is not None
    category = (await rest_client.call("POST", f"{guild}/channels", {"name": "Art", "type": 4})).body["id"]
    assert (await rest_client.call("POST", f"/channels/{category}/webhooks", {"name": "Relay"})).code == 50024


async def test_who_has_its_token_renames_and_deletes_a_webhook(rest_client: RestClient, place: str) -> None:
    made = (await rest_client.call("POST", f"{place}/webhooks", {"name": "Relay"})).body
    path = f"/webhooks/{made['id']}/{made['token']}"
    stranger = {"Authorization": "none"}
    renamed = await rest_client.call("PATCH", path, {"name": "Post", "channel_id": "1"}, headers=stranger)
    assert (renamed.body["name"], renamed.body["channel_id"], "user" in renamed.body) == ("Post", place[10:], False)
    assert (await rest_client.call("PATCH", f"{path}x", {"name": "Mine"}, headers=stranger)).code == 10015
    assert (await rest_client.call("DELETE", path, headers=stranger)).status == 204
    assert (await rest_client.call("GET", f"/webhooks/{made['id']}")).code == 10015


async def test_a_webhook_of_a_forum_begins_posts(
    rest_client: RestClient, gateway: GatewayClient, guild: str, ada: Person
) -> None:
    forum = {"name": "ideas", "type": 15, "available_tags": [{"name": "Wish"}, {"name": "Staff", "moderated": True}]}
    made = (await rest_client.call("POST", f"{guild}/channels", forum)).body
    wish, staff = (tag["id"] for tag in made["available_tags"])
    webhook = (await rest_client.call("POST", f"/channels/{made['id']}/webhooks", {"name": "Relay"})).body
    path = f"/webhooks/{webhook['id']}/{webhook['token']}"
    body = {"content": "more teal", "thread_name": "Teal", "applied_tags": [wish]}
    for wrong, code in (
        ({"thread_name": "x" * 101}, 50035),
        ({"applied_tags": ["1"]}, 50035),
        ({"applied_tags": [staff]}, 50013),
        ({"content": ""}, 50006),
        ({"thread_name": None}, 220001),
    ):
        assert (await rest_client.call("POST", path, body | wrong)).code == code, wrong
    assert rest_client.sandbox.guild_data.threads == {}, "a refused post leaves no thread"
    posted = (await rest_client.call("POST", f"{path}?wait=true", body)).body
    thread = await gateway.event("THREAD_CREATE")
    assert (thread["id"], thread["name"], thread["parent_id"]) == (posted["id"], "Teal", made["id"])
    assert (thread["applied_tags"], thread["owner_id"], posted["channel_id"]) == ([wish], webhook["id"], posted["id"])
    assert [said["content"] for said in await ada.at(posted["id"]).messages()] == ["more teal"]
    assert (await rest_client.call("POST", f"{path}?thread_id={posted['id']}", body)).code == 220002
    plain = (await rest_client.call("POST", f"/channels/{rest_client.channel.id}/webhooks", {"name": "Relay"})).body
    assert (await rest_client.call("POST", f"/webhooks/{plain['id']}/{plain['token']}", body)).code == 220003
