"""`/style`: words of one's own under a name of one's own."""

import re
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.cards import shown
from bot.chat.desk import tell
from bot.chat.errors import UserFacingError
from bot.chat.parts import Parts
from bot.chat.speech import spoken
from bot.chat.texts import voice
from bot.chat.who import place_of
from guidance.prompt import clean
from guidance.style import STYLES

NAME: Final = re.compile(r"[\w-]{1,32}")
WORDS_CHARACTERS: Final = 200
MOST: Final = 50
MOST_CHOICES: Final = 25


class StyleGroup(app_commands.Group):
    """A person's styles."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(name="style", description=spoken("cmd-style"), guild_only=True)
        self._parts = parts

    @app_commands.command(name="save", description=spoken("cmd-style-save"))
    @app_commands.describe(name=spoken("opt-style-name"), words=spoken("opt-style-words"))
    async def save(
        self,
        interaction: "discord.Interaction[Any]",
        name: app_commands.Range[str, 1, 32],
        words: app_commands.Range[str, 1, WORDS_CHARACTERS],
    ) -> None:
        """Adds one, or replaces one."""
        where = place_of(interaction)
        if not NAME.fullmatch(name):
            raise UserFacingError("style-bad-name")
        if name in STYLES:
            raise UserFacingError("style-taken", name=name)
        await self._parts.admission.check_words(where.guild_id, words, name)
        own = await self._parts.styles.of(interaction.user.id)
        if name not in own and len(own) >= MOST:
            raise UserFacingError("style-too-many", most=MOST)
        kept = clean(words)
        if not kept:
            raise UserFacingError("style-empty")
        await self._parts.styles.save(interaction.user.id, name, kept)
        await tell(interaction, "style-saved", name=name, words=shown(kept))

    @app_commands.command(name="list", description=spoken("cmd-style-list"))
    async def list_(self, interaction: "discord.Interaction[Any]") -> None:
        """Those that come with the bot, and one's own."""
        say = voice(interaction.locale)
        own = await self._parts.styles.of(interaction.user.id)
        lines = [say("style-builtin"), *(f"`{name}` {shown(style.words)}" for name, style in STYLES.items())]
        if own:
            lines += [say("style-own"), *(f"`{name}` {shown(words)}" for name, words in own.items())]
        text = "\n".join(lines)
        await interaction.response.send_message(embed=discord.Embed(description=text[:4096]), ephemeral=True)

    @app_commands.command(name="delete", description=spoken("cmd-style-delete"))
    @app_commands.describe(name=spoken("opt-style-name"))
    async def delete(self, interaction: "discord.Interaction[Any]", name: str) -> None:
        """Removes one."""
        if not await self._parts.styles.delete(interaction.user.id, name):
            raise UserFacingError("style-unknown", name=shown(name[:32]))
        await tell(interaction, "style-deleted", name=shown(name))

    @delete.autocomplete("name")
    async def complete(self, interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[str]]:
        """One's own."""
        own = await self._parts.styles.of(interaction.user.id)
        return [app_commands.Choice(name=name, value=name) for name in own if current in name][:MOST_CHOICES]
