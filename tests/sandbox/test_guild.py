"""What moderators' other tools do: channels, overwrites, roles, members, pins, bulk deletion, the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox.gateway.intents import Intent
from bot.sandbox.server import Sandbox
from tests.sandbox.administrator import sandbox
from tests.sandbox.conftest import GUILDS, MESSAGES, GatewayClient, RestClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.clock import ManualClock
    from tests.sandbox.person import Person

__all__ = ["sandbox"]

WEBHOOKS = 1 << 5


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
    await connection.identify(sandbox.bot_token, GUILDS | MESSAGES | WEBHOOKS | Intent.GUILD_MEMBERS)
    return connection


def take_permissions(sandbox: Sandbox) -> None:
    """Leave the bot what every member has."""
    next(role for role in sandbox.guild_data.roles.values() if role.bot_id is not None).permissions = 0


# --- channels


@pytest.mark.parametrize("kind", [0, 2, 4, 5, 13, 15])
async def test_channels_of_every_type(rest_client: RestClient, gateway: GatewayClient, guild: str, kind: int) -> None:
    made = await rest_client.call("POST", f"{guild}/channels", {"name": "fresh", "type": kind})
    assert (made.status, made.body["type"]) == (201, kind)
    assert (await gateway.event("CHANNEL_CREATE"))["type"] == kind
    sent = await rest_client.call("POST", f"/channels/{made.body['id']}/messages", {"content": "hello"})
    assert (sent.status, sent.body.get("code")) == ((400, 50008) if kind in (4, 15) else (200, None))
    listed = await rest_client.call("GET", f"{guild}/channels")
    assert made.body["id"] in [channel["id"] for channel in listed.body]
    assert (await rest_client.call("DELETE", f"/channels/{made.body['id']}")).status == 200
    assert (await gateway.event("CHANNEL_DELETE"))["id"] == made.body["id"]
    assert (await rest_client.call("GET", f"/channels/{made.body['id']}")).code == 10003


async def test_a_channel_in_a_category_is_changed_and_moved(
    rest_client: RestClient, gateway: GatewayClient, guild: str, place: str
) -> None:
    category = (await rest_client.call("POST", f"{guild}/channels", {"name": "Art", "type": 4})).body
    body = {"name": "pictures", "topic": "All", "nsfw": True, "rate_limit_per_user": 5, "parent_id": category["id"]}
    changed = await rest_client.call("PATCH", place, body)
    assert {key: changed.body[key] for key in body} == body
    assert (await gateway.event("CHANNEL_UPDATE"))["name"] == "pictures"
    assert (await rest_client.post({"content": "still works"})).status == 200
    await rest_client.call("DELETE", f"/channels/{category['id']}")
    assert (await rest_client.call("GET", place)).body["parent_id"] is None
    refused = await rest_client.call("PATCH", place, {"parent_id": category["id"], "rate_limit_per_user": 99999})
    assert (refused.code, sorted(refused.body["errors"])) == (50035, ["parent_id", "rate_limit_per_user"])
    assert (await rest_client.call("PATCH", f"{guild}/channels", [{"id": place[10:], "position": 9}])).status == 204
    assert (await rest_client.call("GET", place)).body["position"] == 9


async def test_a_channel_is_moved_into_a_category_and_takes_its_overwrites(
    rest_client: RestClient, guild: str, place: str, ada: Person
) -> None:
    hidden = {"id": ada.id, "type": 1, "allow": "0", "deny": "1024"}
    body = {"name": "Art", "type": 4, "permission_overwrites": [hidden]}
    category = (await rest_client.call("POST", f"{guild}/channels", body)).body
    move = {"id": place[10:], "parent_id": category["id"]}
    assert (await rest_client.call("PATCH", f"{guild}/channels", [move])).status == 204
    moved = (await rest_client.call("GET", place)).body
    assert (moved["parent_id"], moved["permission_overwrites"]) == (category["id"], [])
    await rest_client.call("PATCH", f"{guild}/channels", [move | {"lock_permissions": True}])
    assert (await rest_client.call("GET", place)).body["permission_overwrites"] == [hidden]
    for wrong, code in (
        ([{"id": place[10:], "parent_id": place[10:]}], 50035),
        ([{"id": place[10:], "position": -1}], 50035),
        ([{"id": "1", "position": 1}], 10003),
        ({"id": place[10:]}, 50035),
    ):
        assert (await rest_client.call("PATCH", f"{guild}/channels", wrong)).code == code, wrong


async def test_channels_need_manage_channels(rest_client: RestClient, sandbox: Sandbox, guild: str, place: str) -> None:
    take_permissions(sandbox)
    for method, path, body in (
        ("POST", f"{guild}/channels", {"name": "fresh"}),
        ("PATCH", place, {"name": "stale"}),
        ("DELETE", place, None),
    ):
        refused = await rest_client.call(method, path, body)
        assert (refused.status, refused.code) == (403, 50013), method


async def test_an_overwrite_hides_a_channel(rest_client: RestClient, sandbox: Sandbox, place: str, ada: Person) -> None:
    everyone = sandbox.guild_data.guild.id
    path = f"{place}/permissions/{everyone}"
    assert (await rest_client.call("PUT", path, {"type": 0, "deny": "1024"})).status == 204
    assert "imagine" not in [channel["name"] for channel in await ada.channels()]
    assert (await rest_client.call("DELETE", path)).status == 204
    assert "imagine" in [channel["name"] for channel in await ada.channels()]
    assert (await rest_client.call("DELETE", path)).code == 10009
    refused = await rest_client.call("PUT", f"{place}/permissions/1", {"type": 0})
    assert refused.code == 50035


# --- roles and members


async def test_roles_are_made_given_taken_and_deleted(
    rest_client: RestClient, gateway: GatewayClient, guild: str, ada: Person
) -> None:
    body: dict[str, Any] = {"name": "Patron", "permissions": "8192", "color": 255, "hoist": True}
    role = (await rest_client.call("POST", f"{guild}/roles", body)).body
    assert (role["name"], role["permissions"], role["hoist"], role["color"]) == ("Patron", "8192", True, 255)
    assert (await gateway.event("GUILD_ROLE_CREATE"))["role"]["id"] == role["id"]
    path, held = f"{guild}/roles/{role['id']}", f"{guild}/members/{ada.id}/roles/{role['id']}"
    assert (await rest_client.call("PUT", held)).status == 204
    assert role["id"] in (await gateway.event("GUILD_MEMBER_UPDATE"))["roles"]
    assert (await rest_client.call("PATCH", path, {"name": "Friend"})).body["name"] == "Friend"
    assert (await gateway.event("GUILD_ROLE_UPDATE"))["role"]["name"] == "Friend"
    assert (await rest_client.call("GET", path)).body["name"] == "Friend"
    assert (await rest_client.call("DELETE", held)).status == 204
    assert role["id"] not in (await gateway.event("GUILD_MEMBER_UPDATE"))["roles"]
    assert (await rest_client.call("DELETE", path)).status == 204
    assert (await gateway.event("GUILD_ROLE_DELETE"))["role_id"] == role["id"]
    assert (await rest_client.call("PATCH", path, {"name": "Gone"})).code == 10011


async def test_what_of_a_role_needs_boosts_is_refused(rest_client: RestClient, guild: str) -> None:
    for body in ({"colors": {"primary_color": 1, "secondary_color": 2}}, {"unicode_emoji": "🎨"}, {"icon": "data:"}):
        refused = await rest_client.call("POST", f"{guild}/roles", body)
        assert (refused.status, refused.code) == (400, 50101)
    plain = {"colors": {"primary_color": 3, "secondary_color": None}, "icon": None}
    assert (await rest_client.call("POST", f"{guild}/roles", plain)).body["color"] == 3


async def test_a_role_above_the_bots_own_is_out_of_reach(
    rest_client: RestClient, sandbox: Sandbox, guild: str, ada: Person
) -> None:
    owner = next(role.id for role in sandbox.guild_data.roles.values() if role.name == "Owner")
    for method, path, body in (
        ("PATCH", f"{guild}/roles/{owner}", {"name": "Mine"}),
        ("DELETE", f"{guild}/roles/{owner}", None),
        ("PUT", f"{guild}/members/{ada.id}/roles/{owner}", None),
    ):
        assert (await rest_client.call(method, path, body)).code == 50013, method
    take_permissions(sandbox)
    assert (await rest_client.call("POST", f"{guild}/roles", {"name": "x"})).code == 50013


async def test_members_are_listed_in_pages_and_found_by_name(rest_client: RestClient, guild: str, ada: Person) -> None:
    first = (await rest_client.call("GET", f"{guild}/members?limit=2")).body
    rest = (await rest_client.call("GET", f"{guild}/members?limit=1000&after={first[-1]['user']['id']}")).body
    assert [len(first), len(rest)] == [2, 6]
    found = (await rest_client.call("GET", f"{guild}/members/search?query=ad&limit=10")).body
    assert [member["user"]["id"] for member in found] == [ada.id]
    assert (await rest_client.call("GET", f"{guild}/members?limit=1001")).code == 50035


async def test_the_member_list_needs_its_intent(clock: ManualClock) -> None:
    async with Sandbox(clock=clock) as plain, aiohttp.ClientSession() as session:
        refused = await RestClient(plain, session).call("GET", f"/guilds/{plain.guild_data.guild.id}/members")
        assert (refused.status, refused.code) == (403, 50001)


async def test_the_bot_changes_its_nickname(rest_client: RestClient, guild: str) -> None:
    assert (await rest_client.call("PATCH", f"{guild}/members/@me", {"nick": "Painter"})).body["nick"] == "Painter"
    assert (await rest_client.call("PATCH", f"{guild}/members/@me", {"nick": None})).body["nick"] is None


async def test_a_field_that_the_sandbox_does_not_serve_is_refused_and_changes_nothing(
    rest_client: RestClient, guild: str, place: str, ada: Person
) -> None:
    for method, path, body in (
        ("PATCH", f"{guild}/members/@me", {"nick": "Painter", "bio": "paints"}),
        ("PATCH", f"{guild}/members/{ada.id}", {"nick": "Countess", "flags": 4}),
        ("PATCH", place, {"name": "renamed", "icon": "palette"}),
        ("POST", f"{place}/messages", {"content": "x", "shared_client_theme": {"colors": []}}),
    ):
        refused = await rest_client.call(method, path, body)
        assert (refused.status, refused.code) == (400, 40006), path
        assert "does not serve the field" in refused.body["message"]
    assert [member.nick for member in rest_client.sandbox.guild_data.members.values()] == [None] * 8
    assert rest_client.channel.name == "imagine"


# --- messages


@pytest.mark.parametrize("pins", ["messages/pins", "pins"])
async def test_a_message_is_pinned_and_unpinned(
    rest_client: RestClient, gateway: GatewayClient, place: str, pins: str
) -> None:
    message = (await rest_client.post({"content": "keep this"})).body
    path = f"{place}/{pins}/{message['id']}"
    assert (await rest_client.call("PUT", path)).status == 204
    assert (await gateway.event("MESSAGE_UPDATE"))["pinned"] is True
    assert (await gateway.event("CHANNEL_PINS_UPDATE"))["last_pin_timestamp"]
    assert (await gateway.event("MESSAGE_CREATE"))["type"] == 6
    items = (await rest_client.call("GET", f"{place}/messages/pins")).body["items"]
    assert [item["message"]["id"] for item in items] == [message["id"]]
    assert [one["id"] for one in (await rest_client.call("GET", f"{place}/pins")).body] == [message["id"]]
    assert (await rest_client.call("DELETE", path)).status == 204
    assert (await rest_client.call("GET", f"{place}/messages/pins")).body == {"items": [], "has_more": False}


async def test_messages_are_deleted_in_bulk_unless_they_are_old(
    rest_client: RestClient, gateway: GatewayClient, clock: ManualClock, place: str, ada: Person
) -> None:
    ids = [(await ada.send_message(str(number)))["id"] for number in range(3)]
    path = f"{place}/messages/bulk-delete"
    assert (await rest_client.call("POST", path, {"messages": ids[:1]})).code == 50035
    assert (await rest_client.call("POST", path, {"messages": ids[:2]})).status == 204
    assert (await gateway.event("MESSAGE_DELETE_BULK"))["ids"] == ids[:2]
    assert [message["id"] for message in await ada.messages()] == ids[2:]
    await clock.advance(15 * 86400)
    fresh = await ada.send_message("new")
    assert (await rest_client.call("POST", path, {"messages": [ids[2], fresh["id"]]})).code == 50034


async def test_deeds_are_in_the_audit_log(rest_client: RestClient, guild: str, place: str, ada: Person) -> None:
    posted = await ada.send_message("rude")
    headers = {"X-Audit-Log-Reason": "rude%20words"}
    await rest_client.call("DELETE", f"{place}/messages/{posted['id']}", headers=headers)
    await rest_client.call("PATCH", place, {"name": "polite"})
    log = (await rest_client.call("GET", f"{guild}/audit-logs")).body
    assert [entry["action_type"] for entry in log["audit_log_entries"]] == [11, 72]
    assert log["audit_log_entries"][1]["reason"] == "rude words"
    assert log["audit_log_entries"][1]["target_id"] == ada.id
    only = (await rest_client.call("GET", f"{guild}/audit-logs?action_type=72")).body
    assert len(only["audit_log_entries"]) == 1


async def test_a_direct_message_channel_opens_but_nobody_accepts_messages(rest_client: RestClient, ada: Person) -> None:
    opened = await rest_client.call("POST", "/users/@me/channels", {"recipient_id": ada.id})
    assert (opened.body["type"], opened.body["recipients"][0]["id"]) == (1, ada.id)
    again = await rest_client.call("POST", "/users/@me/channels", {"recipient_id": ada.id})
    assert again.body["id"] == opened.body["id"]
    assert (await rest_client.call("GET", f"/channels/{opened.body['id']}")).body["id"] == opened.body["id"]
    assert (await rest_client.call("GET", f"/channels/{opened.body['id']}/messages")).body == []
    refused = await rest_client.call("POST", f"/channels/{opened.body['id']}/messages", {"content": "psst"})
    assert (refused.status, refused.code) == (403, 50007)
    assert (await rest_client.call("POST", "/users/@me/channels", {"recipient_id": "1"})).code == 50035
