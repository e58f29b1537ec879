"""Finds the bot's token: in the environment or in a file of its own, so that a config.toml can be shared."""

import base64
import os
import re
from typing import Final

from bot.config import Config
from bot.setting_values import read_path
from bot.toml_reader import ConfigError

TOKEN_VARIABLE: Final = "DISCORD_TOKEN"  # noqa: S105 - the variable's name


def token_place() -> str:
    """Where `token` finds the token: the environment, or, if it is not there, `discord.token_file`."""
    return TOKEN_VARIABLE if os.environ.get(TOKEN_VARIABLE, "").strip() else "discord.token_file"


def looks_like_token(value: str) -> bool:
    """True for three parts with points between them, the first of which is a user id in base64.

    Discord does not promise this form, but the other secrets and ids of an application have others.
    """
    first, *others = value.split(".")
    try:
        user_id = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4))
    except ValueError:
        return False
    return len(others) == 2 and user_id.isdigit()


def token(config: Config) -> str:
    """The bot's token; see `token_place`.

    Raises:
        ConfigError: There is none, or it cannot be one.
    """
    if value := os.environ.get(TOKEN_VARIABLE, "").strip():
        return _checked_token(TOKEN_VARIABLE, value)
    if not config.discord.token_file:
        raise ConfigError(f"no token: set {TOKEN_VARIABLE}, or name a file that holds it in discord.token_file")
    path = read_path("discord.token_file", config.discord.token_file)
    try:
        value = path.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ConfigError(f"discord.token_file: {path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"discord.token_file: {path} is not UTF-8 text; save it with this encoding") from error
    if not value:
        raise ConfigError(f"discord.token_file: {path} is empty")
    return _checked_token(f"discord.token_file: {path}", value)


def _checked_token(place: str, value: str) -> str:
    """The token, without a byte order mark. No message contains any of it."""
    value = value.removeprefix("\ufeff")
    if len(value.splitlines()) > 1:
        raise ConfigError(f"{place} has more than one line; keep only the token")
    if not re.fullmatch(r"[\w.-]+", value, re.ASCII):
        raise ConfigError(f"{place} is not a token; it has letters, digits and . _ - only: no quotes, no spaces")
    return value
