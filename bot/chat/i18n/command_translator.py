"""Translations of the names and descriptions that Discord shows for commands, options, choices and menus."""

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.chat.i18n.localizer import ENGLISH, LANGUAGES, Localizer, localizer


def localized(name: str, /, **values: object) -> locale_str:
    """A text in English, with what `CommandTranslator` needs to translate it."""
    return locale_str(Localizer(ENGLISH)(name, **values), text=name, values=values)


class CommandTranslator(app_commands.Translator):
    """Translates the texts of commands when they are registered."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Called by discord.py for each text and locale; None if there is no translation."""
        del context
        language = str(locale).partition("-")[0]
        if "text" not in string.extras or language not in LANGUAGES or language == ENGLISH:
            return None
        return localizer(locale)(string.extras["text"], **string.extras["values"])
