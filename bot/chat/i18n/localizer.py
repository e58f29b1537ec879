"""Looks up the bot's texts, which are in `locale/*.ftl`, one file per language, and one for reasons of guidance."""

from functools import cache
from pathlib import Path
from typing import Final

import discord
from fluent.runtime import FluentBundle, FluentResource

FOLDER: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = ("en", "de")
ENGLISH: Final = "en"


class Localizer:
    """Looks up texts in one language, or in English if the language lacks them, and fills in their variables.

    Args:
        language: One of LANGUAGES.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        names = [language] if language == ENGLISH else [language, ENGLISH]
        self._bundles = [_bundle(name) for name in names]

    def __call__(self, name: str, /, **values: object) -> str:
        """The text with this id.

        Raises:
            LookupError: There is no such text, or a variable is missing; both are bugs.
        """
        for bundle in self._bundles:
            if not bundle.has_message(name):
                continue
            pattern = bundle.get_message(name).value
            if pattern is not None:
                text, errors = bundle.format_pattern(pattern, values)
                if errors:
                    raise LookupError(f"text {name!r}: {errors[0]}")
                return str(text)
        raise LookupError(f"there is no text {name!r}")

    def has(self, name: str) -> bool:
        """Whether there is a text with this id."""
        return any(bundle.has_message(name) for bundle in self._bundles)


@cache
def localizer(locale: discord.Locale | str | None) -> Localizer:
    """The localizer for a Discord locale such as "de" or "en-GB"; English if the bot lacks the language."""
    language = str(locale or ENGLISH).partition("-")[0]
    return Localizer(language if language in LANGUAGES else ENGLISH)


@cache
def _bundle(language: str) -> FluentBundle:
    # Isolation would wrap every value in invisible characters, which Discord shows in code blocks.
    bundle = FluentBundle([language], use_isolating=False)
    for path in (FOLDER / f"{language}.ftl", FOLDER / f"reasons.{language}.ftl"):
        if path.exists():  # the English reasons are in guidance
            bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return bundle
