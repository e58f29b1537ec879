"""What Discord shows of commands before anybody uses them, in every language: descriptions, choices, menus."""

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.chat.i18n.localizer import ENGLISH, LANGUAGES, Localizer, localizer


def localized(name: str, /, **values: object) -> locale_str:
    """The text of that name, in English where a member's language is not known; see `CommandTranslator`."""
    return locale_str(Localizer(ENGLISH)(name, **values), text=name, values=values)


class CommandTranslator(app_commands.Translator):
    """Gives Discord the other languages when commands are registered."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The text in a locale; None where English stands for it."""
        del context
        language = str(locale).partition("-")[0]
        if "text" not in string.extras or language not in LANGUAGES or language == ENGLISH:
            return None
        return localizer(locale)(string.extras["text"], **string.extras["values"])
