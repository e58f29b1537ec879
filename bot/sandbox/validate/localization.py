"""Translations of names and descriptions.

https://discord.com/developers/docs/interactions/application-commands#localization
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

# https://discord.com/developers/docs/reference#locales
LOCALES = (
    "id",
    "da",
    "de",
    "en-GB",
    "en-US",
    "es-ES",
    "es-419",
    "fr",
    "hr",
    "it",
    "lt",
    "hu",
    "nl",
    "no",
    "pl",
    "pt-BR",
    "ro",
    "fi",
    "sv-SE",
    "vi",
    "tr",
    "cs",
    "el",
    "bg",
    "ru",
    "uk",
    "hi",
    "th",
    "zh-CN",
    "ja",
    "zh-TW",
    "ko",
)
Check = Callable[["Form", "Path", object], str]


def check_localizations(form: Form, path: Path, value: object, check: Check) -> Payload | None:
    """Return translations by locale, each checked by `check`."""
    if value is None:
        return None
    checked: Payload = {}
    for locale, words in form.mapping(path, value).items():
        form.choice((*path, locale), locale, LOCALES)
        if words is not None:
            checked[locale] = check(form, (*path, locale), words)
    return checked


def only_localized(body: Payload, locale: str | None) -> Payload:
    """Return a command with only the translations for one locale, as Discord lists it without `with_localizations`.

    `locale` is the request's X-Discord-Locale.
    """
    localized: Payload = {}
    for key, value in body.items():
        if key in ("name_localizations", "description_localizations"):
            words = (value or {}).get(locale)
            if words is not None:
                localized[key.replace("_localizations", "_localized")] = words
        elif key in ("options", "choices"):
            localized[key] = [only_localized(entry, locale) for entry in value]
        else:
            localized[key] = value
    return localized
