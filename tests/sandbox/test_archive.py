"""What survives a restart of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.models.permissions import Permission
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import RestClient
from tests.sandbox.control import Control
from tests.sandbox.person import Person

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.clock import ManualClock


async def test_messages_files_reactions_and_commands_survive_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    async with Sandbox(clock=clock, data=tmp_path) as first, aiohttp.ClientSession() as session:
        rest_client = RestClient(first, session)
        (command,) = await rest_client.register({"name": "imagine", "description": "Draw"})
        body = {"content": "done", "nonce": "job-1", "enforce_nonce": True}
        posted = (await rest_client.post(body, {"a.png": b"bytes"})).body
        gone = (await rest_client.post({"content": "gone"})).body
        await rest_client.call("DELETE", f"{rest_client.messages}/{gone['id']}")
        async with Person(first.page_url, "Ada") as ada:
            await ada.react(posted, "🔁")

    async with (
        Sandbox(clock=clock, data=tmp_path) as second,
        aiohttp.ClientSession() as session,
        Person(second.page_url, "Ada") as ada,
    ):
        rest_client = RestClient(second, session)
        (message,) = await ada.messages()
        assert (message["id"], message["content"]) == (posted["id"], "done")
        assert message["reactions"][0]["count"] == 1
        assert await ada.read(message["attachments"][0]["url"]) == b"bytes"
        assert await ada.command_id("imagine") == command["id"]
        assert (await rest_client.post(body)).body["id"] == posted["id"], "a nonce works across the restart"
        assert int((await ada.send_message("next"))["id"]) > int(posted["id"])


async def test_people_bans_emoji_polls_forwards_and_components_survive_a_restart(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with Sandbox(clock=clock, data=tmp_path, control_port=0) as first, aiohttp.ClientSession() as session:
        role = next(role for role in first.guild_data.roles.values() if role.bot_id is not None)
        role.permissions, role.position = Permission.ADMINISTRATOR, 9
        rest_client = RestClient(first, session)
        guild = f"/guilds/{first.guild_data.guild.id}"
        async with Control(first.control_url, first.control_secret) as control:
            await control.join("fay")
            dan = next(one.user.id for one in first.guild_data.members.values() if one.user.username == "dan")
            posted = (await rest_client.post({"content": "original"}, {"a.png": b"bytes"})).body
            place = {"channel_id": posted["channel_id"], "message_id": posted["id"]}
            await rest_client.post({"message_reference": {"type": 1, **place}})
            answers = [{"poll_media": {"text": "Yes"}}]
            poll = (await rest_client.post({"poll": {"question": {"text": "So?"}, "answers": answers}})).body
            await control.vote(poll["channel_id"], poll["id"], 1, "dan")
        await rest_client.post({"flags": 1 << 15, "components": [{"type": 10, "content": "text"}]})
        await rest_client.call("POST", f"{guild}/emojis", {"name": "teal", "image": "data:image/png;base64,QUJD"})
        assert (await rest_client.call("PUT", f"{guild}/bans/{dan}", {})).status == 204

    async with Sandbox(clock=clock, data=tmp_path) as second, aiohttp.ClientSession() as session:
        rest_client = RestClient(second, session)
        assert {"fay"} <= {one.user.username for one in second.guild_data.members.values()}
        assert (await rest_client.call("GET", f"{guild}/bans/{dan}")).body["user"]["username"] == "dan"
        components, voted, forward, original = (await rest_client.call("GET", rest_client.messages)).body
        assert components["components"][0]["content"] == "text"
        assert voted["poll"]["results"]["answer_counts"][0]["count"] == 1
        assert forward["message_snapshots"][0]["message"]["content"] == original["content"] == "original"
        (emoji,) = (await rest_client.call("GET", f"{guild}/emojis")).body
        async with session.get(f"{second.cdn_url}/emojis/{emoji['id']}.png") as response:
            assert await response.read() == b"ABC"
        await clock.advance(86_400)
        result = (await rest_client.call("GET", rest_client.messages)).body[0]
        assert (result["type"], result["message_reference"]["message_id"]) == (46, voted["id"]), "the poll has run out"


async def test_nothing_is_written_without_a_directory(
    sandbox: Sandbox, rest_client: RestClient, tmp_path: Path
) -> None:
    await rest_client.post({}, {"a.png": b"bytes"})
    assert list(tmp_path.iterdir()) == []
