"""The limit for edits of messages older than an hour: error 30046."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.server import Sandbox
from bot.sandbox.state.ratelimit import OLD_EDITS, RateLimit
from tests.sandbox.client import Client, running

if TYPE_CHECKING:
    import pytest

    from bot.sandbox.clock import ManualClock
    from tests.sandbox.conftest import RestClient


async def test_the_fourth_edit_of_old_messages_in_six_seconds_is_refused(
    rest_client: RestClient, clock: ManualClock
) -> None:
    first = (await rest_client.post({"content": "one"})).body["id"]
    second = (await rest_client.post({"content": "two"})).body["id"]
    for number in range(4):
        edit = await rest_client.call("PATCH", f"{rest_client.messages}/{first}", {"content": f"young {number}"})
        assert edit.status == 200
    await clock.advance(3601)
    for message_id in (first, second, first):
        assert (
            await rest_client.call("PATCH", f"{rest_client.messages}/{message_id}", {"content": "old"})
        ).status == 200
    refused = await rest_client.call("PATCH", f"{rest_client.messages}/{second}", {"content": "too often"})
    assert (refused.status, refused.code) == (429, 30046)
    assert refused.headers["Via"], "without Via, discord.py does not retry"
    assert refused.body["retry_after"] == 6.0
    fresh = (await rest_client.post({"content": "three"})).body["id"]
    assert (await rest_client.call("PATCH", f"{rest_client.messages}/{fresh}", {"content": "young"})).status == 200
    await clock.advance(6)
    assert (await rest_client.call("PATCH", f"{rest_client.messages}/{second}", {"content": "in time"})).status == 200


async def test_discord_py_waits_and_edits_again(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Sandbox(clock=clock, limits={OLD_EDITS: RateLimit(1, 300)}) as sandbox,
        running(sandbox, clock, monkeypatch, Client()) as client,
    ):
        sent = await client.text_channel("imagine").send("one")
        stored = sandbox.guild_data.messages[sent.channel.id][sent.id]
        stored.timestamp -= 3601
        for words in ("two", "three"):
            await sent.edit(content=words)
        assert stored.content == "three"
        assert client.waits.slept == [300.0]
        assert stored.edited_at is not None
