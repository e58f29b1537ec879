"""Every text that a person reads, in every language of the bot; see `locale/*.ftl`.

A Localizer has one language. Texts that the language lacks are in English.
"""

from functools import cache
from pathlib import Path
from typing import Final

import discord
from fluent.runtime import FluentBundle, FluentResource

FOLDER: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = ("en", "de")
ENGLISH: Final = "en"


class Localizer:
    """Looks up texts in one language and fills in their values.

    Args:
        language: One of LANGUAGES.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        names = [language] if language == ENGLISH else [language, ENGLISH]
        self._bundles = [_bundle(name) for name in names]

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of that name.

        Raises:
            LookupError: No language has it, or a value is missing: a mistake of ours.
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
        """Whether there is such a text."""
        return any(bundle.has_message(name) for bundle in self._bundles)


@cache
def localizer(locale: discord.Locale | str | None) -> Localizer:
    """The localizer for a locale of Discord's, such as "de" or "en-GB"; English for one that is not known."""
    language = str(locale or ENGLISH).partition("-")[0]
    return Localizer(language if language in LANGUAGES else ENGLISH)


@cache
def _bundle(language: str) -> FluentBundle:
    # Isolation marks would wrap every value in invisible characters, which Discord shows in code blocks.
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")))
    return bundle
