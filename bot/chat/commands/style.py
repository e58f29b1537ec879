"""`/style`: a member's own styles."""

import re
from typing import Final

import discord
from discord import app_commands

from bot.chat.context import Interaction, context_of
from bot.chat.errors import UserFacingError
from bot.chat.i18n.command_translator import localized
from bot.chat.i18n.localizer import localizer
from bot.chat.messages.content import escape
from bot.chat.submission import reply_privately
from bot.jobs.admission import Admission
from bot.store.styles import Styles
from guidance.request.prompt import clean
from guidance.request.style import STYLES, Style

NAME: Final = re.compile(r"[\w-]{1,32}")
WORDS_CHARACTERS: Final = 200
MOST: Final = 50
MOST_CHOICES: Final = 25


class StyleGroup(app_commands.Group):
    """The group `/style`."""

    def __init__(self, styles: Styles, admission: Admission) -> None:
        super().__init__(name="style", description=localized("cmd-style"), guild_only=True)
        self._styles = styles
        self._admission = admission

    @app_commands.command(name="save", description=localized("cmd-style-save"))
    @app_commands.describe(name=localized("opt-style-name"), words=localized("opt-style-words"))
    async def save(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, 32],
        words: app_commands.Range[str, 1, WORDS_CHARACTERS],
    ) -> None:
        """Saves a style, or replaces the one of that name."""
        context = context_of(interaction)
        if not NAME.fullmatch(name):
            raise UserFacingError("style-bad-name")
        if name in STYLES:
            raise UserFacingError("style-taken", name=name)
        await self._admission.check_words(context.guild_id, words, name)
        own = await self._styles.of(interaction.user.id)
        if name not in own and len(own) >= MOST:
            raise UserFacingError("style-too-many", most=MOST)
        cleaned = clean(words)
        if not cleaned:
            raise UserFacingError("style-empty")
        await self._styles.save(interaction.user.id, name, cleaned)
        await reply_privately(interaction, "style-saved", name=name, words=escape(cleaned))

    @app_commands.command(name="list", description=localized("cmd-style-list"))
    async def list_(self, interaction: Interaction) -> None:
        """Lists the built-in styles and the member's own."""
        t = localizer(interaction.locale)
        own = await self._styles.of(interaction.user.id)
        lines = [t("style-builtin"), *(f"`{name}` {escape(style.words)}" for name, style in STYLES.items())]
        if own:
            lines += [t("style-own"), *(f"`{name}` {escape(words)}" for name, words in own.items())]
        text = "\n".join(lines)
        await interaction.response.send_message(embed=discord.Embed(description=text[:4096]), ephemeral=True)

    @app_commands.command(name="delete", description=localized("cmd-style-delete"))
    @app_commands.describe(name=localized("opt-style-name"))
    async def delete(self, interaction: Interaction, name: str) -> None:
        """Deletes a style."""
        if not await self._styles.delete(interaction.user.id, name):
            raise UserFacingError("style-unknown", name=escape(name[:32]))
        await reply_privately(interaction, "style-deleted", name=escape(name))

    @delete.autocomplete("name")
    async def complete(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Suggests the member's own styles."""
        own = await self._styles.of(interaction.user.id)
        return [app_commands.Choice(name=name, value=name) for name in own if current in name][:MOST_CHOICES]


async def styles_of(styles: Styles, person_id: int) -> dict[str, Style]:
    """The styles a member can use: the built-in ones and their own."""
    return {**STYLES, **{name: Style(words) for name, words in (await styles.of(person_id)).items()}}
