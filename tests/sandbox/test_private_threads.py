"""Private threads: who sees them, and what a bot that has not joined can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.person import PageRefusedError

if TYPE_CHECKING:
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

PRIVATE = 12


async def started_by(person: Person) -> str:
    """The id of a private thread that a member started."""
    answer = await person.call("POST", f"/channels/{person.channel_id}/threads", {"name": "secret", "type": PRIVATE})
    thread_id: str = answer["id"]
    return thread_id


async def test_only_members_and_moderators_see_it(ada: Person, ben: Person, mo: Person) -> None:
    thread_id = await started_by(ada)
    assert thread_id in [thread["id"] for thread in await ada.threads()]
    assert thread_id in [thread["id"] for thread in await mo.threads()]
    assert thread_id not in [thread["id"] for thread in await ben.threads()]
    with pytest.raises(PageRefusedError):
        await ben.at(thread_id).send_message("let me in")


async def test_a_bot_that_has_not_joined_gets_50001_even_on_its_own_message(
    rest_client: RestClient, gateway: GatewayClient, ada: Person
) -> None:
    thread_id = await started_by(ada)
    await rest_client.register({"name": "imagine", "description": "Draw"})
    await ada.at(thread_id).invoke("imagine")
    used = await gateway.event("INTERACTION_CREATE")
    answer = await rest_client.callback(used, 4, {"content": "queued"})
    message_id = answer.body["resource"]["message"]["id"]
    path = f"/channels/{thread_id}/messages"
    for method, where, body in (
        ("PATCH", f"{path}/{message_id}", {"content": "done"}),
        ("GET", f"{path}/{message_id}", None),
        ("POST", path, {"content": "done"}),
        ("GET", f"/channels/{thread_id}", None),
    ):
        refused = await rest_client.call(method, where, body)
        assert (refused.status, refused.code) == (403, 50001), method
    # the token reaches the message while it is valid
    edited = await rest_client.call("PATCH", rest_client.webhook(used, "/messages/@original"), {"content": "done"})
    assert edited.status == 200


async def test_a_bot_that_is_mentioned_joins_and_is_told(
    rest_client: RestClient, gateway: GatewayClient, ada: Person
) -> None:
    thread_id = await started_by(ada)
    await ada.at(thread_id).send_message(f"come in <@{rest_client.sandbox.guild_data.bot.id}>")
    told = await gateway.event("THREAD_CREATE")
    assert (told["id"], told["type"], told["thread_metadata"]["invitable"]) == (thread_id, PRIVATE, True)
    assert (await rest_client.call("POST", f"/channels/{thread_id}/messages", {"content": "hi"})).status == 200


async def test_a_bot_starts_one_and_adds_and_removes_members(rest_client: RestClient, ada: Person, ben: Person) -> None:
    body: dict[str, Any] = {"name": "ours", "type": PRIVATE, "invitable": False}
    made = await rest_client.call("POST", f"/channels/{rest_client.channel.id}/threads", body)
    assert (made.status, made.body["type"], made.body["thread_metadata"]["invitable"]) == (201, PRIVATE, False)
    path = f"/channels/{made.body['id']}"
    assert await ada.messages() == [], "a private thread is not announced"
    assert (await rest_client.call("PUT", f"{path}/thread-members/{ada.id}")).status == 204
    await ada.at(made.body["id"]).send_message("here")
    assert made.body["id"] not in [thread["id"] for thread in await ben.threads()]
    assert (await rest_client.call("DELETE", f"{path}/thread-members/{ada.id}")).status == 204
    assert made.body["id"] not in [thread["id"] for thread in await ada.threads()]


async def test_archived_ones_are_listed_apart(rest_client: RestClient) -> None:
    path = f"/channels/{rest_client.channel.id}"
    for kind in (11, PRIVATE):
        made = await rest_client.call("POST", f"{path}/threads", {"name": str(kind), "type": kind})
        await rest_client.call("PATCH", f"/channels/{made.body['id']}", {"archived": True})
    public = await rest_client.call("GET", f"{path}/threads/archived/public")
    mine = await rest_client.call("GET", f"{path}/users/@me/threads/archived/private")
    assert [[thread["name"] for thread in found.body["threads"]] for found in (public, mine)] == [["11"], ["12"]]
    assert (await rest_client.call("GET", f"{path}/threads/archived/private")).code == 50013
