"""Reads config.toml into dataclasses, one for each section. `config.example.toml` explains every setting."""

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeVar

from bot.community import blocklist
from bot.community.guild_settings import Limit, Screening
from bot.operations.logs import Format, Level
from bot.setting_values import parse_aspect, parse_size, read_path, read_url
from bot.toml_file import read_toml
from bot.toml_reader import Between, ConfigError, check_range, read
from guidance.request.cost import cost_of
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.parameters import MODEL_CANVASES, PLAIN_CANVASES, RANGES, Settings
from guidance.request.request import Request, RequestError

UPLOAD_BYTES: Final = 10 * 2**20
"""Discord's limit for one file in a server without boosts. A PNG is at most about as large as its raw pixels."""
API_PATH: Final = "/api/v10"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
LEAST_TILE: Final = 64
"""Side of the smallest parts in which a picture is decoded; smaller ones overlap too much."""
AGES: Final = (Limit.ACCOUNT_AGE_DAYS, Limit.MEMBERSHIP_AGE_HOURS)
MOST_CANVASES: Final = 24
"""Discord shows 25 choices, and one of them is the default canvas."""
Value = TypeVar("Value", bound=Hashable)
Count = Annotated[int, Between(1, 1_000_000)]


@dataclass(frozen=True, slots=True)
class DiscordConfig:
    """The Discord to connect to."""

    api_url: str = "https://discord.com/api/v10"
    gateway_url: str = "wss://gateway.discord.gg/"
    token_file: str = ""
    mention_after_s: Annotated[float, Between(-1, 86_400)] = 30.0
    shards: Annotated[int, Between(0, 1000)] = 1

    def check(self) -> None:
        """Refuses a URL without TLS, which would send the token in the clear, unless the host is loopback."""
        for key, secure in (("api_url", "https"), ("gateway_url", "wss")):
            url = read_url(f"discord.{key}", getattr(self, key))
            plain = secure.removesuffix("s")
            if url.scheme != secure and not (url.scheme == plain and url.hostname in LOOPBACK):
                raise ConfigError(f"discord.{key} must begin with {secure}://, unless it is on this machine")
        if not self.api_url.endswith(API_PATH):
            raise ConfigError(f"discord.api_url must end with {API_PATH}, the version that the bot speaks")


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """Where the database and the pictures are kept."""

    data_dir: str = "data"
    keep_pictures_days: Annotated[int, Between(1, 3650)] = 30

    @property
    def folder(self) -> Path:
        """The data folder."""
        return read_path("storage.data_dir", self.data_dir)

    def check(self) -> None:
        """Refuses what is no path."""
        read_path("storage.data_dir", self.data_dir)


class EngineKind(StrEnum):
    """Where pictures are rendered: on this machine, or on the machines of a Ray cluster."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """The processes that render pictures."""

    kind: EngineKind = EngineKind.LOCAL
    address: str = "auto"
    runs: Annotated[int, Between(1, 64)] = 4
    gpus_per_run: Annotated[float, Between(0, 16)] = 1.0
    cpus_per_run: Annotated[int, Between(1, 256)] = 1
    model: str = DEFAULT_MODEL
    device: str = "auto"
    devices: str | tuple[str, ...] = ()
    graphs: bool = True
    step_timeout_s: Annotated[float, Between(1, 3600)] = 60.0
    shutdown_s: Annotated[float, Between(0, 3600)] = 20.0
    load_timeout_s: Annotated[float, Between(5, 7200)] = 600.0
    preview_pixels: Annotated[int, Between(32, 2048)] = 256

    def check(self) -> None:
        """Refuses devices that contradict `device`, and two runs at once on one GPU."""
        if self.kind is EngineKind.RAY and (self.device != "auto" or self.devices):
            raise ConfigError('engine.kind is "ray", so Ray chooses the devices; remove engine.device and devices')
        if not self.devices:
            return
        if self.device != "auto":
            raise ConfigError("engine.device and engine.devices are both set; keep one of them")
        if isinstance(self.devices, str):
            if self.devices != "all":
                raise ConfigError(f'engine.devices must be "all" or a list, such as ["{self.devices}"]')
            return
        for device in self.devices:
            if not re.fullmatch(r"cpu|[a-z]+:\d+", device):
                raise ConfigError(f'engine.devices: {device!r} is not a device; write "cpu", "cuda:0", "cuda:1", …')
            if device != "cpu" and self.devices.count(device) > 1:
                raise ConfigError(f"engine.devices: {device!r} is named twice; a GPU takes one run at a time")


@dataclass(frozen=True, slots=True)
class ImagineConfig:
    """What `/imagine` offers."""

    size: str = "256x256"
    aspects: tuple[str, ...] = ("1:1", "3:2", "2:3", "16:9", "9:16")
    steps: int = 0
    max_steps: Annotated[int, Between(RANGES["steps"].low, RANGES["steps"].high)] = 300
    max_views: Annotated[int, Between(RANGES["views"].low, RANGES["views"].high)] = 32
    max_pixels: Annotated[int, Between(64 * 64, UPLOAD_BYTES // 3)] = 512 * 512

    def defaults(self) -> Settings:
        """Settings of a request that names none. Without `steps`, the model's default number of steps applies."""
        width, height = parse_size(self.size)
        chosen = {"width": width, "height": height}
        if self.steps:
            chosen["steps"] = self.steps
        return chosen

    def check(self) -> None:
        """Refuses a size, an aspect or a number of steps that makes no valid request."""
        width, height = parse_size(self.size)
        if width * height > self.max_pixels:
            raise ConfigError(f"imagine.size {self.size!r} has more pixels than imagine.max_pixels ({self.max_pixels})")
        if not 1 <= len(self.aspects) <= 25:
            raise ConfigError("imagine.aspects must list 1 to 25 aspects (Discord shows no more than 25 choices)")
        if len(set(self.aspects)) < len(self.aspects):
            raise ConfigError("imagine.aspects lists an aspect twice, which Discord refuses")
        for aspect in self.aspects:
            ratio = parse_aspect(aspect)
            try:
                Request.resolve("a test", seed=0, aspect=ratio, host=self.defaults())
            except RequestError as error:
                raise ConfigError(f"imagine.aspects: {aspect!r}: {error}") from error
        check_range("imagine.steps", self.steps, Between(0, self.max_steps))


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """How much one member, one server, and all together may request."""

    waiting_per_member: Count = 8
    waiting_per_server: Count = 100
    waiting_in_all: Count = 200
    jobs_per_hour: Count = 60
    steps_per_day: Count = 20_000
    account_age_days: Annotated[int, Between(0, 3650)] = 0
    membership_age_hours: Annotated[int, Between(0, 8760)] = 0
    ceiling: Annotated[float, Between(1, 100)] = 4.0

    def most(self, name: Limit) -> int:
        """The highest value that a server or a role may set for a limit: 8760 for an age."""
        return 8760 if name in AGES else int(getattr(self, name) * self.ceiling)

    def least(self, name: Limit) -> int:
        """The lowest value that a server may set for a limit: for an age, the host's own value."""
        return int(getattr(self, name)) if name in AGES else 1


@dataclass(frozen=True, slots=True)
class ModerationConfig:
    """Rules for all servers."""

    blocklist: tuple[str, ...] = ()
    screening: Screening = Screening.OFF
    screening_restricted: Screening = Screening.OFF

    def check(self) -> None:
        """Refuses a pattern that would match too much."""
        for text in self.blocklist:
            try:
                blocklist.pattern_of(text)
            except blocklist.PatternError as error:
                raise ConfigError(f"moderation.blocklist: {text!r}: {error}") from error

    def patterns(self) -> tuple[str, ...]:
        """The blocklist's patterns in the form that `bot.community.blocklist` matches."""
        return tuple(blocklist.pattern_of(text) for text in self.blocklist)


@dataclass(frozen=True, slots=True)
class ConceptConfig:
    """Something that prompts and pictures are screened for."""

    name: str = ""
    texts: tuple[str, ...] = ()
    threshold: Annotated[float, Between(0.01, 0.99)] = 0.5

    def check(self) -> None:
        """Refuses a concept without a name or texts."""
        if not 1 <= len(self.name.strip()) <= 60:
            raise ConfigError("each [[concept]] needs a name of 1 to 60 characters")
        if not 1 <= len(self.texts) <= 20 or not all(text.strip() for text in self.texts):
            raise ConfigError(f"concept {self.name!r} needs 1 to 20 texts")


@dataclass(frozen=True, slots=True)
class CanvasConfig:
    """A canvas that a model of diffusers makes, offered to members beside the plain ones."""

    name: str = ""
    kind: str = ""
    model: str = ""
    cost: Annotated[float, Between(1, 10_000)] = 10.0
    max_pixels: Annotated[int, Between(0, UPLOAD_BYTES // 3)] = 0
    tile: Annotated[int, Between(0, RANGES["tile"].high)] = 0

    def check(self) -> None:
        """Refuses a name that a flag cannot have, another kind, and a model that is named in another way."""
        if not re.fullmatch(r"[\w-]{1,32}", self.name) or self.name in PLAIN_CANVASES:
            taken = ", ".join(PLAIN_CANVASES)
            raise ConfigError(
                f"canvas name {self.name!r} must have 1 to 32 letters, digits, - and _, and not be {taken}"
            )
        if self.kind not in MODEL_CANVASES:
            raise ConfigError(
                f"canvas {self.name!r}: kind must be one of {', '.join(MODEL_CANVASES)}, not {self.kind!r}"
            )
        if not re.fullmatch(r"hf-hub:[^/\s]+/[^/\s]+|local-dir:.*\S.*", self.model):
            raise ConfigError(
                f"canvas {self.name!r}: model must be hf-hub:OWNER/NAME or local-dir:PATH, not {self.model!r}"
            )
        if self.tile:
            check_range(f"canvas {self.name!r}: tile", self.tile, Between(LEAST_TILE, RANGES["tile"].high))


@dataclass(frozen=True, slots=True)
class ProgressConfig:
    """How the progress of a job is shown."""

    interval_s: Annotated[float, Between(0.5, 60)] = 3.0
    timelapse: bool = True


@dataclass(frozen=True, slots=True)
class LogConfig:
    """What the log looks like."""

    format: Format = Format.CONSOLE
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """Metrics for Prometheus."""

    port: Annotated[int, Between(0, 65535)] = 0


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, one attribute for each section."""

    discord: DiscordConfig = field(default_factory=DiscordConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)
    engine: EngineConfig = field(default_factory=EngineConfig)
    imagine: ImagineConfig = field(default_factory=ImagineConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    moderation: ModerationConfig = field(default_factory=ModerationConfig)
    concept: tuple[ConceptConfig, ...] = ()
    canvas: tuple[CanvasConfig, ...] = ()
    progress: ProgressConfig = field(default_factory=ProgressConfig)
    log: LogConfig = field(default_factory=LogConfig)
    metrics: MetricsConfig = field(default_factory=MetricsConfig)

    def check(self) -> None:
        """Refuses settings that contradict each other."""
        self._check_screening()
        self._check_usual_request()
        self._check_canvases()

    def _check_screening(self) -> None:
        if twice := _repeated(concept.name for concept in self.concept):
            raise ConfigError(f"two [[concept]] have the name {twice!r}; give each its own, or join their texts")
        for key in ("screening", "screening_restricted"):
            if (mode := getattr(self.moderation, key)) is not Screening.OFF and not self.concept:
                raise ConfigError(
                    f'moderation.{key} is "{mode}", but there is no [[concept]]; add one, or set it to "off"'
                )

    def _check_canvases(self) -> None:
        """Refuses canvases that members or the bot cannot tell apart, and those too dear for a single picture."""
        if len(self.canvas) > MOST_CANVASES:
            raise ConfigError(
                f"there are {len(self.canvas)} [[canvas]], but Discord shows no more than {MOST_CANVASES}"
            )
        if name := _repeated(canvas.name.casefold() for canvas in self.canvas):
            raise ConfigError(f"two [[canvas]] have the name {name!r}; give each its own")
        if twice := _repeated((canvas.kind, canvas.model) for canvas in self.canvas):
            raise ConfigError(f"two [[canvas]] have the kind {twice[0]!r} and the model {twice[1]!r}; keep one of them")
        width, height = parse_size(self.imagine.size)
        for canvas in self.canvas:
            if 0 < canvas.max_pixels < width * height:
                raise ConfigError(
                    f"canvas {canvas.name!r}: max_pixels is {canvas.max_pixels}, but imagine.size "
                    f"{self.imagine.size!r} has more; raise it, or lower the size"
                )
            needed = math.ceil(cost_of(self._usual_request()) * canvas.cost)
            if self.limits.steps_per_day < needed:
                raise ConfigError(
                    f"limits.steps_per_day is {self.limits.steps_per_day}, but a picture on the canvas {canvas.name!r} "
                    f"costs {needed}; raise it, or lower imagine.steps or the canvas's cost"
                )

    def _check_usual_request(self) -> None:
        """Refuses limits that let no `/imagine` in that names nothing but a prompt."""
        request = self._usual_request()
        for key, most, needed in (
            ("imagine.max_steps", self.imagine.max_steps, request.steps),
            ("imagine.max_views", self.imagine.max_views, request.views),
            ("limits.steps_per_day", self.limits.steps_per_day, math.ceil(cost_of(request))),
        ):
            if most < needed:
                hint = "" if key == "imagine.max_views" else ", or lower imagine.steps"
                raise ConfigError(f"{key} is {most}, but a picture takes {needed} if nothing is chosen; raise it{hint}")

    def _usual_request(self) -> Request:
        try:
            return Request.resolve("a test", seed=0, model=self.engine.model, host=self.imagine.defaults())
        except RequestError as error:
            raise ConfigError(f"engine.model: {error}") from error


def _repeated(values: Iterable[Value]) -> Value | None:
    """A value that comes more than once; None if none does."""
    return next((value for value, count in Counter(values).items() if count > 1), None)


def load(path: Path) -> Config:
    """Reads a config.toml.

    Raises:
        ConfigError: The file cannot be read, or a setting cannot be used.
    """
    return parse(read_toml(path))


def parse(data: Mapping[str, object]) -> Config:
    """Checks a parsed file.

    Raises:
        ConfigError: A key is unknown, or a value has the wrong type or is out of range.
    """
    return read("", Config, data)
