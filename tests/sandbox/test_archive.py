"""What survives a restart of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import RestClient
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


async def test_nothing_is_written_without_a_directory(
    sandbox: Sandbox, rest_client: RestClient, tmp_path: Path
) -> None:
    await rest_client.post({}, {"a.png": b"bytes"})
    assert list(tmp_path.iterdir()) == []
