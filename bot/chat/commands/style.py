"""`/style`: words of one's own under a name of one's own."""

import re
from typing import Any, Final

import discord
from discord import app_commands

from bot.chat.context import context_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.content import escape
from bot.chat.services import Services
from bot.chat.submission import reply_privately
from guidance.request.prompt import clean
from guidance.request.style import STYLES

NAME: Final = re.compile(r"[\w-]{1,32}")
WORDS_CHARACTERS: Final = 200
MOST: Final = 50
MOST_CHOICES: Final = 25


class StyleGroup(app_commands.Group):
    """A person's styles."""

    def __init__(self, services: Services) -> None:
        super().__init__(name="style", description=localized("cmd-style"), guild_only=True)
        self._services = services

    @app_commands.command(name="save", description=localized("cmd-style-save"))
    @app_commands.describe(name=localized("opt-style-name"), words=localized("opt-style-words"))
    async def save(
        self,
        interaction: "discord.Interaction[Any]",
        name: app_commands.Range[str, 1, 32],
        words: app_commands.Range[str, 1, WORDS_CHARACTERS],
    ) -> None:
        """Adds one, or replaces one."""
        context = context_of(interaction)
        if not NAME.fullmatch(name):
            raise UserFacingError("style-bad-name")
        if name in STYLES:
            raise UserFacingError("style-taken", name=name)
        await self._services.admission.check_words(context.guild_id, words, name)
        own = await self._services.styles.of(interaction.user.id)
        if name not in own and len(own) >= MOST:
            raise UserFacingError("style-too-many", most=MOST)
        kept = clean(words)
        if not kept:
            raise UserFacingError("style-empty")
        await self._services.styles.save(interaction.user.id, name, kept)
        await reply_privately(interaction, "style-saved", name=name, words=escape(kept))

    @app_commands.command(name="list", description=localized("cmd-style-list"))
    async def list_(self, interaction: "discord.Interaction[Any]") -> None:
        """Those that come with the bot, and one's own."""
        t = localizer(interaction.locale)
        own = await self._services.styles.of(interaction.user.id)
        lines = [t("style-builtin"), *(f"`{name}` {escape(style.words)}" for name, style in STYLES.items())]
        if own:
            lines += [t("style-own"), *(f"`{name}` {escape(words)}" for name, words in own.items())]
        text = "\n".join(lines)
        await interaction.response.send_message(embed=discord.Embed(description=text[:4096]), ephemeral=True)

    @app_commands.command(name="delete", description=localized("cmd-style-delete"))
    @app_commands.describe(name=localized("opt-style-name"))
    async def delete(self, interaction: "discord.Interaction[Any]", name: str) -> None:
        """Removes one."""
        if not await self._services.styles.delete(interaction.user.id, name):
            raise UserFacingError("style-unknown", name=escape(name[:32]))
        await reply_privately(interaction, "style-deleted", name=escape(name))

    @delete.autocomplete("name")
    async def complete(self, interaction: "discord.Interaction[Any]", current: str) -> list[app_commands.Choice[str]]:
        """One's own."""
        own = await self._services.styles.of(interaction.user.id)
        return [app_commands.Choice(name=name, value=name) for name in own if current in name][:MOST_CHOICES]
