"""Command groups, context menus, modals and selects of an unmodified discord.py client."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import discord
import pytest
from discord import app_commands

from tests.sandbox.client import Client, Interaction, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.clock import ManualClock
    from bot.sandbox.server import Sandbox
    from tests.sandbox.person import Person


class ReportForm(discord.ui.Modal, title="Report"):
    """A text field with an initial value, and a select."""

    words: discord.ui.Label[ReportForm] = discord.ui.Label(
        text="Why", component=discord.ui.TextInput(custom_id="why", default="spam", min_length=3, max_length=20)
    )
    pick: discord.ui.Label[ReportForm] = discord.ui.Label(
        text="How bad",
        component=discord.ui.Select(
            custom_id="how", options=[discord.SelectOption(label=name) for name in ("bad", "worse")]
        ),
    )

    async def on_submit(self, interaction: Interaction) -> None:
        why, how = self.words.component, self.pick.component
        assert isinstance(why, discord.ui.TextInput)
        assert isinstance(how, discord.ui.Select)
        await interaction.response.send_message(f"{why.value}, {how.values[0]}", ephemeral=True)


class Chooser(discord.ui.View):
    """Two selects and a button."""

    @discord.ui.select(
        options=[discord.SelectOption(label="Oil", value="oil"), discord.SelectOption(label="Ink", value="ink")],
        min_values=1,
        max_values=2,
    )
    async def styles(self, interaction: Interaction, select: discord.ui.Select[Chooser]) -> None:
        await interaction.response.edit_message(content="+".join(select.values))

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Who")
    async def choose_member(self, interaction: Interaction, select: discord.ui.UserSelect[Chooser]) -> None:
        (selected,) = select.values
        assert isinstance(selected, discord.Member)
        await interaction.response.edit_message(content=f"{selected.display_name} may: {selected.resolved_permissions}")

    @discord.ui.button(label="Report")
    async def report(self, interaction: Interaction, _: discord.ui.Button[Chooser]) -> None:
        await interaction.response.send_modal(ReportForm())


class Settings(app_commands.Group):
    """/admin settings …: a group in a group."""

    @app_commands.command(description="Set the size")
    async def size(
        self, interaction: Interaction, pixels: app_commands.Range[int, 64, 512], role: discord.Role
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(f"{pixels} for {role.name}", ephemeral=True)

    @size.autocomplete("pixels")
    async def sizes(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        role = interaction.namespace.role
        fitting = [number for number in (128, 256) if str(current) in str(number)]
        # discord.py's annotations allow only text
        return [app_commands.Choice(name=f"{number} for {role.id}", value=number) for number in fitting]  # type: ignore[arg-type]


@pytest.fixture
async def bot(sandbox: Sandbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    client = Client()
    admin = app_commands.Group(
        name="admin", description="For moderators", default_permissions=discord.Permissions(manage_messages=True)
    )
    admin.add_command(Settings(name="settings", description="Settings"))
    client.tree.add_command(admin)

    @client.tree.command(description="Choose")
    async def choose(interaction: Interaction) -> None:
        await interaction.response.send_message("?", view=Chooser())

    @client.tree.context_menu(name="Report")
    async def report(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_modal(ReportForm(title=f"Report {message.content}"))

    @client.tree.context_menu(name="Who is this")
    async def choose_member(interaction: Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"{member.display_name} since {member.joined_at:%Y-%m-%d}")

    async with running(sandbox, clock, monkeypatch, client) as started:
        yield started


async def test_a_command_in_a_group_is_completed_used_and_hidden_from_most(
    bot: Client, sandbox: Sandbox, ada: Person, mo: Person
) -> None:
    await mo.wait_for_bot("admin")
    role = next(role for role in sandbox.guild_data.roles.values() if role.name == "Artist")
    choices = await mo.complete("admin settings size", "pixels", "25", {"role": str(role.id)})
    assert [choice["value"] for choice in choices] == [256]
    used = await mo.invoke("admin settings size", {"pixels": 256, "role": str(role.id)})
    answer = await mo.answer_to(used)
    assert (answer["content"], answer["flags"]) == ("256 for Artist", 64)
    assert await ada.messages() == []
    assert "admin" not in await ada.commands()


async def test_a_menu_opens_a_form_and_the_answer_is_for_one_person(bot: Client, ada: Person, ben: Person) -> None:
    await ada.wait_for_bot("Report")
    posted = await ben.send_message("buy this")
    asked = await ada.use_menu("Report", posted)
    form = await ada.modal(asked)
    assert form["title"] == "Report buy this"
    assert [field["label"] for field in form["components"]] == ["Why", "How bad"]
    answer = await ada.answer_to(await ada.submit(asked, {"how": ["worse"]}))
    assert answer["content"] == "spam, worse"
    assert answer["interaction_metadata"]["triggering_interaction_metadata"]["target_message_id"] == posted["id"]
    assert [message["content"] for message in await ben.messages()] == ["buy this"]


async def test_a_user_command_gets_the_member(bot: Client, clock: ManualClock, ada: Person, eve: Person) -> None:
    await ada.wait_for_bot("Who is this")
    answer = await ada.answer_to(await ada.use_menu("Who is this", eve))
    joined = dt.datetime.fromtimestamp(clock.time(), dt.UTC) - dt.timedelta(days=5)
    assert answer["content"] == f"Eve since {joined:%Y-%m-%d}"
    assert answer["interaction_metadata"]["target_user"]["username"] == "eve"


async def test_selects_give_what_was_chosen_and_a_button_opens_a_form(bot: Client, ada: Person, ben: Person) -> None:
    await ada.wait_for_bot("choose")
    message = await ada.answer_to(await ada.invoke("choose"))
    await ada.choose(message, "Ink", "Oil")
    await ada.wait_for(lambda now: now["content"] == "ink+oil")
    user_select = message["components"][1]["components"][0]["custom_id"]
    await ada.choose(message, ben.id, custom_id=user_select)
    await ada.wait_for(lambda now: now["content"].startswith("Ben may: <Permissions"))
    pressed = await ben.press(message, "Report")
    answer = await ben.answer_to(await ben.submit(pressed, {"why": "too dark", "how": ["bad"]}))
    assert answer["content"] == "too dark, bad"
