"""Values that config.toml writes as text: paths, URLs, sizes and aspects."""

import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from bot.toml_reader import ConfigError


def read_path(place: str, text: str) -> Path:
    """The path that a setting names; `~` stands for the home folder.

    Raises:
        ConfigError: Not a path.
    """
    if not text.strip() or "\0" in text:
        raise ConfigError(f"{place} is {text!r}, but must be a path")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{place}: {text!r} names the home folder of nobody; write the whole path") from error


def read_url(place: str, text: str) -> SplitResult:
    """A URL with a host.

    Raises:
        ConfigError: Not a URL.
    """
    try:
        url = urlsplit(text)
        usable = bool(url.hostname) and url.port != 0 and re.fullmatch(r"[!-~]+", text) is not None
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{place}: {text!r} is not a URL; write SCHEME://HOST/PATH, such as the default")
    return url


def parse_size(text: str) -> tuple[int, int]:
    """Turns "320x208" into (320, 208).

    Raises:
        ConfigError: Not a size.
    """
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text, re.ASCII)
    if match is None:
        raise ConfigError(f"imagine.size: {text!r} is not a size; write WIDTHxHEIGHT in pixels, such as 320x208")
    return int(match[1]), int(match[2])


def parse_aspect(text: str) -> tuple[int, int]:
    """Turns "3:2" into (3, 2).

    Raises:
        ConfigError: Not an aspect.
    """
    match = re.fullmatch(r"(\d{1,2}):(\d{1,2})", text, re.ASCII)
    if match is None or not (int(match[1]) and int(match[2])):
        raise ConfigError(f"imagine.aspects: {text!r} is not an aspect; write WIDTH:HEIGHT, such as 3:2")
    return int(match[1]), int(match[2])
