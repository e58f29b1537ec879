"""Request: everything that decides a picture, and the only way to ask for one.

Frozen and validated, JSON both ways, every default resolved: the same Request gives the same picture years later,
whatever the defaults have become. The bytes of an init image travel beside it; here is their sha256.
Knows no torch: the bot's process handles requests and never loads it.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final, Self

from guidance.prompt import clean

SCHEMA: Final = 1
DEFAULT_MODEL: Final = "pocket"
CANVASES: Final = ("pyramid", "pixels")
PROMPT_CHARACTERS: Final = 1000


class RequestError(ValueError):
    """What was asked for cannot be; the message is one sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class Range:
    """The values a field may take, both ends included."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:.10g} to {self.high:.10g} {self.unit}".rstrip()


RANGES: Final[Mapping[str, Range]] = {
    "width": Range(64, 2048, "pixels"),
    "height": Range(64, 2048, "pixels"),
    "steps": Range(1, 2000, "steps"),
    "seed": Range(0, 2**32 - 1, ""),
    "strength": Range(0, 1, ""),
    "views": Range(1, 256, "views"),
    "view_low": Range(0.05, 1, "of the short side"),
    "view_high": Range(0.05, 1, "of the short side"),
    "noise": Range(0, 1, ""),
    "learning_rate": Range(0.0001, 10, ""),
    "smoothness": Range(0, 1000, ""),
    "restraint": Range(0, 1000, ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a model's requests use where a person chose nothing."""

    width: int
    height: int
    steps: int
    views: int
    view_low: float
    view_high: float
    noise: float
    learning_rate: float
    smoothness: float
    restraint: float
    strength: float = 0.6


POCKET: Final = Defaults(
    width=256,
    height=256,
    steps=64,
    views=6,
    view_low=0.7,
    view_high=1.0,
    noise=0.1,
    learning_rate=0.12,
    smoothness=2.0,
    restraint=0.0,
)
OPEN_CLIP: Final = Defaults(
    width=448,
    height=448,
    steps=150,
    views=16,
    view_low=0.4,
    view_high=1.0,
    noise=0.2,
    learning_rate=0.1,
    smoothness=1.0,
    restraint=0.0,
)
"""For every model but `pocket`; after DAS-AG (2025): 448 px, 8 views. Not tuned: no such weights were at hand."""


def defaults_for(model: str) -> Defaults:
    """The defaults of a model, named as in a Request."""
    return POCKET if model == DEFAULT_MODEL else OPEN_CLIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One picture to make. Build it with `resolve`, or read it back with `from_json`.

    Attributes:
        prompt: What the picture should show, 1 to 1000 characters, cleaned.
        negative: What it should not show, or "".
        width, height: Of the picture, in pixels.
        steps: Length of the whole schedule; an init image skips its beginning (see `strength`).
        seed: Every random number of the run follows from it.
        model: "pocket", "ARCH/PRETRAINED" or an open_clip schema such as "hf-hub:OWNER/NAME".
        canvas: What is optimised, one of CANVASES.
        init: sha256 (hex) of the init image's bytes, or None to start from noise.
        strength: Share of the schedule that may change the init image: 0 keeps it, 1 runs every step.
        views: Crops that CLIP sees in each step.
        view_low, view_high: Smallest and largest side of a crop, as a share of the short side.
        noise: Standard deviation of the Gaussian noise on each crop, where white is 1.
        learning_rate: Of the coarsest detail, at the start of the schedule.
        smoothness: Weight of total variation.
        restraint: Weight of the penalty on gaudy colour.
        schema: Version of this list of fields.

    Raises:
        RequestError: A field is out of its range or of the wrong type.
    """

    prompt: str
    negative: str
    width: int
    height: int
    steps: int
    seed: int
    model: str
    canvas: str
    init: str | None
    strength: float
    views: int
    view_low: float
    view_high: float
    noise: float
    learning_rate: float
    smoothness: float
    restraint: float
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        if self.schema != SCHEMA:
            raise RequestError(f"schema {self.schema} is not known here (this version knows {SCHEMA}); update guidance")
        for field in fields(self):
            _check_type(field.name, getattr(self, field.name))
        for name, limits in RANGES.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and limits.low <= value <= limits.high):
                raise RequestError(f"{name} is {value:g}, but must be {limits}")
        _check_text("prompt", self.prompt)
        _check_text("negative", self.negative)
        if not self.prompt:
            raise RequestError("the prompt is empty; say what the picture should show")
        if self.view_low > self.view_high:
            raise RequestError(f"view_low ({self.view_low:g}) is above view_high ({self.view_high:g})")
        if self.canvas not in CANVASES:
            raise RequestError(f"canvas {self.canvas!r} is unknown; choose one of {', '.join(CANVASES)}")
        if self.init is not None and not re.fullmatch(r"[0-9a-f]{64}", self.init):
            raise RequestError("init is not a sha256 in hexadecimal")

    @classmethod
    def resolve(
        cls,
        prompt: str,
        *,
        seed: int,
        negative: str = "",
        width: int | None = None,
        height: int | None = None,
        steps: int | None = None,
        model: str = DEFAULT_MODEL,
        canvas: str = CANVASES[0],
        init: str | None = None,
        strength: float | None = None,
    ) -> Self:
        """Cleans the texts and fills what is None from the model's defaults.

        Raises:
            RequestError: As the class.
        """
        chosen = {"width": width, "height": height, "steps": steps, "strength": strength}
        settings = asdict(defaults_for(model)) | {name: value for name, value in chosen.items() if value is not None}
        return cls(
            prompt=clean(prompt), negative=clean(negative), seed=seed, model=model, canvas=canvas, init=init, **settings
        )

    def to_json(self) -> str:
        """Compact JSON with sorted keys: equal requests give equal text."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            RequestError: Not JSON, a field unknown, missing, or wrong.
        """
        try:
            data = json.loads(text)
        except ValueError as error:
            raise RequestError(f"not a request: {error}") from error
        if not isinstance(data, dict):
            raise RequestError("not a request: a JSON object is expected")
        known = {field.name for field in fields(cls)}
        for name in sorted(data.keys() ^ known):
            raise RequestError(
                f"not a request of schema {SCHEMA}: {name!r} is {'missing' if name in known else 'unknown'}"
            )
        return cls(**data)


_TEXT: Final = frozenset({"prompt", "negative", "model", "canvas"})
_WHOLE: Final = frozenset({"width", "height", "steps", "seed", "views", "schema"})


def _check_type(name: str, value: object) -> None:
    """A Request can come from JSON that anybody wrote, so annotations alone prove nothing."""
    if name == "init":
        right = value is None or isinstance(value, str)
    elif name in _TEXT:
        right = isinstance(value, str)
    else:
        kinds = int if name in _WHOLE else (int, float)
        right = isinstance(value, kinds) and not isinstance(value, bool)
    if not right:
        wanted = "text" if name in _TEXT or name == "init" else "a whole number" if name in _WHOLE else "a number"
        raise RequestError(f"{name} must be {wanted}, not {value!r}")


def _check_text(name: str, text: str) -> None:
    if len(text) > PROMPT_CHARACTERS:
        raise RequestError(f"the {name} has {len(text)} characters; {PROMPT_CHARACTERS} are allowed")
    if text != clean(text):
        raise RequestError(f"the {name} holds control or invisible characters; build requests with Request.resolve")
