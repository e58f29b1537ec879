"""Routes that only read, commands one by one, and other people's reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.sandbox.administrator import sandbox

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox
    from tests.sandbox.conftest import RestClient
    from tests.sandbox.person import Person

__all__ = ["sandbox"]


async def test_the_bot_reads_itself_its_guild_and_its_people(
    rest_client: RestClient, sandbox: Sandbox, ada: Person
) -> None:
    async def read(path: str) -> Any:
        answer = await rest_client.call("GET", path)
        assert answer.status == 200, (path, answer.body)
        return answer.body

    data = sandbox.guild_data
    guild = f"/guilds/{data.guild.id}"
    assert (await read("/gateway"))["url"] == sandbox.gateway_url
    assert (await read("/applications/@me"))["id"] == str(data.bot.id)
    assert [entry["id"] for entry in await read("/users/@me/guilds")] == [str(data.guild.id)]
    assert (await read(f"/users/{ada.id}"))["username"] == "ada"
    assert (await read(f"{guild}?with_counts=true"))["approximate_member_count"] == 8
    assert (await read(f"{guild}/members/{ada.id}"))["user"]["id"] == ada.id
    assert len(await read(f"{guild}/roles")) == 5
    assert await read(f"{guild}/emojis") == await read(f"{guild}/stickers") == []
    assert await read("/voice/regions") == await read(f"{guild}/regions")
    assert (await rest_client.call("GET", f"{guild}/members/1")).code == 10007
    assert (await rest_client.call("GET", "/guilds/1")).code == 10004


@pytest.mark.parametrize("scope", ["", "/guilds/{guild}"])
async def test_commands_are_made_read_changed_and_deleted_one_by_one(
    rest_client: RestClient, sandbox: Sandbox, scope: str
) -> None:
    base = f"/applications/{sandbox.guild_data.bot.id}{scope.format(guild=sandbox.guild_data.guild.id)}/commands"
    made = await rest_client.call("POST", base, {"name": "draw", "description": "Draw"})
    assert made.status == 201
    path = f"{base}/{made.body['id']}"
    assert (await rest_client.call("PATCH", path, {"description": "Paint"})).body["description"] == "Paint"
    assert (await rest_client.call("GET", path)).body["description"] == "Paint"
    assert [command["name"] for command in (await rest_client.call("GET", base)).body] == ["draw"]
    assert (await rest_client.call("DELETE", path)).status == 204
    assert (await rest_client.call("GET", path)).code == 10063
    replaced = await rest_client.call("PUT", base, [{"name": "sing", "description": "Sing"}])
    assert [command["name"] for command in replaced.body] == ["sing"]


async def test_nobody_changed_who_may_use_the_commands(rest_client: RestClient, sandbox: Sandbox) -> None:
    (command,) = await rest_client.register({"name": "draw", "description": "Draw"})
    guild = f"/guilds/{sandbox.guild_data.guild.id}/commands"
    base = f"/applications/{sandbox.guild_data.bot.id}{guild}"
    assert (await rest_client.call("GET", f"{base}/permissions")).body == []
    assert (await rest_client.call("GET", f"{base}/{command['id']}/permissions")).code == 10066
    assert (await rest_client.call("GET", f"/applications/1{guild}/permissions")).code == 50001


async def test_reactions_are_listed_and_removed_one_by_one_and_all_at_once(
    rest_client: RestClient, ada: Person, ben: Person
) -> None:
    message = (await rest_client.post({"content": "vote"})).body
    path = f"{rest_client.messages}/{message['id']}"
    star, heart = (f"{path}/reactions/{quote(emoji)}" for emoji in "⭐💜")
    for emoji in (star, heart):
        assert (await rest_client.call("PUT", f"{emoji}/@me")).status == 204
    for person in (ada, ben):
        await person.react(message, "⭐")
    bot_id = str(rest_client.sandbox.guild_data.bot.id)
    users = (await rest_client.call("GET", star)).body
    assert sorted(user["id"] for user in users) == sorted([ada.id, ben.id, bot_id])
    assert (await rest_client.call("DELETE", f"{star}/@me")).status == 204
    assert (await rest_client.call("DELETE", f"{star}/{ada.id}")).status == 204
    assert [user["id"] for user in (await rest_client.call("GET", star)).body] == [ben.id]
    assert (await rest_client.call("DELETE", star)).status == 204
    kept = (await rest_client.call("GET", path)).body["reactions"]
    assert [reaction["emoji"]["name"] for reaction in kept] == ["💜"]
    assert (await rest_client.call("DELETE", f"{path}/reactions")).status == 204
    assert "reactions" not in (await rest_client.call("GET", path)).body


async def test_typing_and_the_members_of_a_thread(rest_client: RestClient, sandbox: Sandbox, ada: Person) -> None:
    place = f"/channels/{rest_client.channel.id}"
    assert (await rest_client.call("POST", f"{place}/typing")).status == 204
    thread = (await rest_client.call("POST", f"{place}/threads", {"name": "t", "type": 12})).body
    members = f"/channels/{thread['id']}/thread-members"
    assert (await rest_client.call("PUT", f"{members}/{ada.id}")).status == 204
    bot_id = str(sandbox.guild_data.bot.id)
    assert [entry["user_id"] for entry in (await rest_client.call("GET", members)).body] == [bot_id, ada.id]
    assert (await rest_client.call("GET", f"{members}/{ada.id}")).body["user_id"] == ada.id
    await rest_client.call("PATCH", f"/channels/{thread['id']}", {"archived": True})
    archived = (await rest_client.call("GET", f"{place}/threads/archived/private")).body
    assert [entry["id"] for entry in archived["threads"]] == [thread["id"]]
