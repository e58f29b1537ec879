"""An unmodified discord.py client in the sandbox."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest

from bot.sandbox.server import Sandbox
from bot.sandbox.state.ratelimit import RateLimit
from tests.sandbox.client import Client, Interaction, running
from tests.sandbox.conftest import RestClient
from tests.sandbox.person import Person

if TYPE_CHECKING:
    from bot.sandbox.clock import ManualClock


class RerunView(discord.ui.View):
    """A persistent button."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Again", emoji="🔁", custom_id="again")
    async def again(self, interaction: Interaction, _: discord.ui.Button[RerunView]) -> None:
        await interaction.response.edit_message(content=f"again for {interaction.user.display_name}", view=None)


class Edit(discord.ui.Modal, title="Edit"):
    """A modal with one field."""

    prompt: discord.ui.TextInput[Edit] = discord.ui.TextInput(label="Prompt", custom_id="prompt")

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"now {self.prompt.value}")


class Bot(Client):
    """A bot with commands, a button and a modal."""

    def __init__(self) -> None:
        super().__init__()
        self.tree.command(name="imagine", description="Draw")(self.imagine)
        self.tree.command(name="edit", description="Edit")(self.edit)
        self.tree.command(name="secret", description="Whisper")(self.secret)

    async def setup_hook(self) -> None:
        self.add_view(RerunView())
        await super().setup_hook()

    async def imagine(self, interaction: Interaction, prompt: str, image: discord.Attachment | None = None) -> None:
        await interaction.response.defer()
        size = len(await image.read()) if image else 0
        message = await interaction.followup.send(f"queued {prompt} {size}", view=RerunView(), wait=True)
        channel = interaction.channel
        assert isinstance(channel, discord.TextChannel)
        partial = channel.get_partial_message(message.id)
        for name in ("preview.png", "final.png"):
            embed = discord.Embed(title=prompt).set_image(url=f"attachment://{name}")
            await partial.edit(content=name, embed=embed, attachments=[discord.File(io.BytesIO(name.encode()), name)])

    async def edit(self, interaction: Interaction) -> None:
        await interaction.response.send_modal(Edit())

    async def secret(self, interaction: Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)


async def test_a_session_from_command_to_reaction(
    sandbox: Sandbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        running(sandbox, clock, monkeypatch, Bot()) as bot,
        Person(sandbox.page_url, "Ada") as ada,
        Person(sandbox.page_url, "Ben") as ben,
    ):
        await ada.wait_for_bot("imagine")
        used = await ada.invoke("imagine", {"prompt": "a cat"}, files={"image": b"12345"})
        assert (await ada.outcome(used))["state"] == "acknowledged"
        message = await ada.wait_for(lambda message: message["content"] == "final.png")
        assert message["interaction"]["name"] == "imagine"
        assert await ada.read(message["embeds"][0]["image"]["url"]) == b"final.png"
        assert len(sandbox.guild_data.messages[int(ada.channel_id)][int(message["id"])].attachments) == 1

        await ben.react(message, "🔁")
        event = await bot.happened("raw_reaction_add")
        assert (str(event.emoji), str(event.user_id), event.member and event.member.display_name) == (
            "🔁",
            ben.id,
            "Ben",
        )
        assert event.message_author_id == sandbox.guild_data.bot.id

        await ben.click(message, "again")
        await ada.wait_for(lambda message: message["content"] == "again for Ben")

        await ada.invoke("secret")
        secret = await ada.wait_for(lambda message: message["content"] == "psst")
        assert secret["flags"] == 64
        assert all(message["content"] != "psst" for message in await ben.messages())

        asked = await ada.invoke("edit")
        modal = (await ada.outcome(asked))["answer"]
        assert modal["components"][0]["label"] == "Prompt"
        await ada.submit(asked, {"prompt": "a dog"})
        await ben.wait_for(lambda message: message["content"] == "now a dog")


async def test_discord_py_waits_after_a_429_and_retries(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Sandbox(clock=clock, limits={"message-post": RateLimit(2, 300)}) as sandbox,
        running(sandbox, clock, monkeypatch, Bot()) as bot,
        aiohttp.ClientSession() as session,
        Person(sandbox.page_url, "Ada") as ada,
    ):
        # requests of another process with the same token, which discord.py does not count
        rest_client = RestClient(sandbox, session)
        for _ in range(2):
            await rest_client.post({"content": "other"})
        assert (await rest_client.post({"content": "other"})).status == 429
        channel = bot.get_channel(rest_client.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.send("mine")
        assert bot.waits.slept == [300.0]
        assert [message["content"] for message in await ada.messages()] == ["other", "other", "mine"]


async def test_discord_py_resumes_and_gets_the_missed_events(
    sandbox: Sandbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        running(sandbox, clock, monkeypatch, Bot()) as bot,
        Person(sandbox.page_url, "Ada") as ada,
    ):
        posted = await ada.send_message("hello")
        await sandbox.gateway.drop()
        await ada.react(posted, "⭐")
        await bot.happened("resumed")
        event = await bot.happened("raw_reaction_add")
        assert str(event.emoji) == "⭐"


async def test_discord_py_raises_the_errors(
    sandbox: Sandbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        running(sandbox, clock, monkeypatch, Bot()) as bot,
        Person(sandbox.page_url, "Ada") as ada,
    ):
        channel = bot.get_channel(int(ada.channel_id))
        assert isinstance(channel, discord.TextChannel)
        with pytest.raises(discord.HTTPException) as refused:
            await channel.send("x" * 2001)
        assert refused.value.code == 50035
        assert "Must be 2000 or fewer in length" in str(refused.value)
        with pytest.raises(discord.NotFound) as missing:
            await channel.get_partial_message(1).edit(content="x")
        assert missing.value.code == 10008
        ids: list[Any] = [message.id async for message in channel.history(limit=5)]
        assert ids == []


async def test_a_wrong_token_does_not_log_in(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", sandbox.api_url)
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("wrong")
