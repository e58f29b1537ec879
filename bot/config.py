"""config.toml → typed settings. What is wrong is said with its place, and an unknown key with the nearest known one.

The token is not here: it comes from the environment or a secret file, never from a file that people share.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from bot.community import blocklist
from bot.community.guild_settings import Limit, Screening
from bot.operations.logs import Format, Level
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.parameters import RANGES, Settings
from guidance.request.request import Request, RequestError

TOKEN_VARIABLE: Final = "DISCORD_TOKEN"  # noqa: S105 - the variable's name
UPLOAD_BYTES: Final = 10 * 2**20
"""Of one file in a server without boosts; a PNG is at most about as large as its raw pixels."""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class ConfigError(ValueError):
    """A setting that cannot be used; the message is one sentence with its place."""


@dataclass(frozen=True, slots=True)
class Discord:
    """Which Discord to speak to."""

    api_url: str = "https://discord.com/api/v10"
    gateway_url: str = "wss://gateway.discord.gg/"
    token_file: str = ""
    mention_after_s: float = 30.0

    def check(self) -> None:
        """Plain HTTP would send the token in the clear, so only loopback may be spoken to without TLS."""
        for key, secure in (("api_url", "https"), ("gateway_url", "wss")):
            url = urlsplit(getattr(self, key))
            plain = secure.removesuffix("s")
            if url.scheme != secure and not (url.scheme == plain and url.hostname in LOOPBACK):
                raise ConfigError(f"discord.{key} must begin with {secure}://, unless it is on this machine")


@dataclass(frozen=True, slots=True)
class Storage:
    """Where everything is kept."""

    data_dir: str = "data"
    keep_pictures_days: int = 30

    def check(self) -> None:
        """Ranges."""
        _within("storage.keep_pictures_days", self.keep_pictures_days, 1, 3650)

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.data_dir)


@dataclass(frozen=True, slots=True)
class Engine:
    """What makes the pictures."""

    model: str = DEFAULT_MODEL
    device: str = "auto"
    graphs: bool = True
    step_timeout_s: float = 60.0
    shutdown_s: float = 20.0
    load_timeout_s: float = 600.0
    preview_pixels: int = 256

    def check(self) -> None:
        """Ranges."""
        _within("engine.shutdown_s", self.shutdown_s, 0, 3600)
        _within("engine.step_timeout_s", self.step_timeout_s, 1, 3600)
        _within("engine.load_timeout_s", self.load_timeout_s, 5, 7200)
        _within("engine.preview_pixels", self.preview_pixels, 32, 2048)


@dataclass(frozen=True, slots=True)
class Imagine:
    """What `/imagine` offers."""

    size: str = "256x256"
    aspects: tuple[str, ...] = ("1:1", "3:2", "2:3", "16:9", "9:16")
    steps: int = 0
    max_steps: int = 300
    max_pixels: int = 512 * 512

    def defaults(self) -> Settings:
        """What a picture takes where a person chose nothing; steps of 0 leave them to the model."""
        width, height = parse_size(self.size)
        chosen = {"width": width, "height": height}
        if self.steps:
            chosen["steps"] = self.steps
        return chosen

    def check(self) -> None:
        """Every shape and number of steps must make a valid request."""
        width, height = parse_size(self.size)
        _within("imagine.max_pixels", self.max_pixels, 64 * 64, UPLOAD_BYTES // 3)
        if width * height > self.max_pixels:
            raise ConfigError(f"imagine.size {self.size!r} has more pixels than imagine.max_pixels ({self.max_pixels})")
        if not 1 <= len(self.aspects) <= 25:
            raise ConfigError("imagine.aspects must list 1 to 25 shapes (Discord shows no more than 25 choices)")
        for aspect in self.aspects:
            shape = parse_aspect(aspect)
            try:
                Request.resolve("shape", seed=0, aspect=shape, host=self.defaults())
            except RequestError as error:
                raise ConfigError(f"imagine.aspects: {aspect!r}: {error}") from error
        _within("imagine.max_steps", self.max_steps, RANGES["steps"].low, RANGES["steps"].high)
        _within("imagine.steps", self.steps, 0, self.max_steps)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one person may ask for, one server, and all together."""

    waiting_per_member: int = 8
    waiting_per_server: int = 100
    waiting_in_all: int = 200
    jobs_per_hour: int = 60
    steps_per_day: int = 20_000
    account_age_days: int = 0
    membership_age_hours: int = 0
    ceiling: float = 4.0

    def check(self) -> None:
        """Ranges."""
        for name in ("waiting_per_member", "waiting_per_server", "waiting_in_all", "jobs_per_hour", "steps_per_day"):
            _within(f"limits.{name}", getattr(self, name), 1, 1_000_000)
        _within("limits.account_age_days", self.account_age_days, 0, 3650)
        _within("limits.membership_age_hours", self.membership_age_hours, 0, 8760)
        _within("limits.ceiling", self.ceiling, 1, 100)

    def most(self, name: Limit) -> int:
        """As far as a server or a role may raise a limit; an age may be raised by anybody."""
        if name in (Limit.ACCOUNT_AGE_DAYS, Limit.MEMBERSHIP_AGE_HOURS):
            return 8760
        return int(getattr(self, name) * self.ceiling)

    def least(self, name: Limit) -> int:
        """As far as a server may lower one: an age not below the host's."""
        ages = (Limit.ACCOUNT_AGE_DAYS, Limit.MEMBERSHIP_AGE_HOURS)
        return int(getattr(self, name)) if name in ages else 1


@dataclass(frozen=True, slots=True)
class Moderation:
    """What holds in every server."""

    blocklist: tuple[str, ...] = ()
    screening: str = "off"
    screening_restricted: str = "off"

    def check(self) -> None:
        """Patterns and modes must be such."""
        for text in self.blocklist:
            try:
                blocklist.pattern_of(text)
            except blocklist.PatternError as error:
                raise ConfigError(f"moderation.blocklist: {text!r}: {error}") from error
        for key in ("screening", "screening_restricted"):
            _one_of(f"moderation.{key}", getattr(self, key), Screening)

    def patterns(self) -> tuple[str, ...]:
        """The blocklist as it is matched."""
        return tuple(blocklist.pattern_of(text) for text in self.blocklist)


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that the screening looks for, in words for the CLIP at hand."""

    name: str = ""
    texts: tuple[str, ...] = ()
    threshold: float = 0.5

    def check(self) -> None:
        """A name, some texts, a probability."""
        if not self.name or len(self.name) > 60:
            raise ConfigError("each [[concept]] needs a name of 1 to 60 characters")
        if not 1 <= len(self.texts) <= 20 or not all(self.texts):
            raise ConfigError(f"concept {self.name!r} needs 1 to 20 texts")
        _within(f"concept {self.name!r}: threshold", self.threshold, 0.01, 0.99)


@dataclass(frozen=True, slots=True)
class Progress:
    """How pictures form before people's eyes."""

    interval_s: float = 3.0
    timelapse: bool = True

    def check(self) -> None:
        """Discord's edits pile up below 3 s; a loopback Discord bears more."""
        _within("progress.interval_s", self.interval_s, 0.5, 60)


@dataclass(frozen=True, slots=True)
class Log:
    """What the log looks like."""

    format: str = Format.CONSOLE.value
    level: str = Level.INFO.value

    def check(self) -> None:
        """Names."""
        _one_of("log.format", self.format, Format)
        _one_of("log.level", self.level, Level)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Numbers for Prometheus."""

    port: int = 0

    def check(self) -> None:
        """A port."""
        _within("metrics.port", self.port, 0, 65535)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a host decides, one class a section."""

    discord: Discord = field(default_factory=Discord)
    storage: Storage = field(default_factory=Storage)
    engine: Engine = field(default_factory=Engine)
    imagine: Imagine = field(default_factory=Imagine)
    limits: Limits = field(default_factory=Limits)
    moderation: Moderation = field(default_factory=Moderation)
    concept: tuple[Concept, ...] = ()
    progress: Progress = field(default_factory=Progress)
    log: Log = field(default_factory=Log)
    metrics: Metrics = field(default_factory=Metrics)

    def check(self) -> None:
        """Sections check themselves."""


def load(path: Path) -> Config:
    """Reads a config.toml.

    Raises:
        ConfigError: The file cannot be read, or a value cannot be used.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); copy config.example.toml to it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    return parse(data)


def parse(data: Mapping[str, object]) -> Config:
    """Checks a parsed file.

    Raises:
        ConfigError: A key is unknown, or a value of the wrong type or out of its range.
    """
    config = _read("", Config, data)
    assert isinstance(config, Config)  # noqa: S101 - for the type checker
    return config


def token(config: Config) -> str:
    """The bot's token, from the environment or the secret file.

    Raises:
        ConfigError: There is none.
    """
    if value := os.environ.get(TOKEN_VARIABLE, "").strip():
        return value
    if not config.discord.token_file:
        raise ConfigError(f"no token: set {TOKEN_VARIABLE}, or name a file that holds it in discord.token_file")
    try:
        value = Path(config.discord.token_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"discord.token_file: {config.discord.token_file} cannot be read") from error
    if not value:
        raise ConfigError(f"discord.token_file: {config.discord.token_file} is empty")
    return value


def parse_size(text: str) -> tuple[int, int]:
    """Turns "320x208" into (320, 208).

    Raises:
        ConfigError: Not a size.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ConfigError(f"imagine.size: {text!r} is not a size; write WIDTHxHEIGHT in pixels, such as 320x208")
    return int(width), int(height)


def parse_aspect(text: str) -> tuple[int, int]:
    """Turns "3:2" into (3, 2).

    Raises:
        ConfigError: Not a shape.
    """
    width, _, height = text.partition(":")
    if not (width.isdecimal() and height.isdecimal() and 0 < int(width) < 100 and 0 < int(height) < 100):
        raise ConfigError(f"imagine.aspects: {text!r} is not a shape; write WIDTH:HEIGHT, such as 3:2")
    return int(width), int(height)


def _read(place: str, kind: type[Any], data: Mapping[str, object]) -> object:
    hints = get_type_hints(kind)
    for key in data:
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1, cutoff=0.5)
            hint = f"did you mean {place}{near[0]}?" if near else f"known here: {', '.join(hints)}"
            raise ConfigError(f"{place}{key} is unknown; {hint}")
    section = kind(**{key: _value(f"{place}{key}", hints[key], value) for key, value in data.items()})
    section.check()
    return section


def _value(place: str, kind: Any, value: object) -> object:
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, dict):
            raise ConfigError(f"{place} must be a section: [{place}]")
        return _read(f"{place}.", kind, value)
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        if not isinstance(value, list):
            raise ConfigError(f"{place} must be a list")
        return tuple(_value(f"{place}[{index}]", item, entry) for index, entry in enumerate(value))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        words = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
        raise ConfigError(f"{place} must be {words[kind]}, not {value!r}")
    return value


def _one_of(place: str, value: str, known: type[StrEnum]) -> None:
    if value not in set(known):
        raise ConfigError(f"{place} must be one of {', '.join(known)}, not {value!r}")


def _within(place: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ConfigError(f"{place} is {value:g}, but must be {low:g} to {high:g}")
