"""Request: everything that decides a picture, and the only way to ask for one.

Frozen and validated, JSON both ways, every default resolved: the same Request gives the same picture years later,
whatever the defaults have become. The bytes of its images travel beside it; here are their sha256.
Knows no torch: the bot's process handles requests and never loads it.
"""

import json
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self, Unpack

from guidance.request import prompt as language
from guidance.request.prompt import PromptError, clean, nearest
from guidance.request.ranges import RANGES
from guidance.request.settings import (
    CANVASES,
    COMMON,
    DEFAULT_MODEL,
    DISTANCES,
    Settings,
    defaults_for,
    for_steps,
    parse_ensemble,
)
from guidance.request.style import STYLES, Style

SCHEMA: Final = 5
PROMPT_CHARACTERS: Final = 1000
MOST_IMAGES: Final = 8
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class RequestError(ValueError):
    """What was asked for cannot be; the message is one sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class ImagePrompt:
    """A picture to resemble. sha256: of its bytes, hex; weight: as that of a phrase."""

    sha256: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One picture to make. Build it with `resolve`, or read it back with `from_json`.

    Attributes:
        prompt: What the picture should show, in the language of `guidance.request.prompt`, without flags; "" if images
            say it.
        negative: What it should not show, several with commas, or "".
        style: Words that go with every phrase (see `guidance.request.style`), or "".
        images: Pictures to resemble, beside the words.
        width, height: Of the picture, in pixels.
        steps: Length of the whole schedule; an init image skips its beginning (see `strength`).
        stop: Share of the schedule after which the run ends.
        seed: Every random number of the run follows from it.
        model: "pocket", "ARCH/PRETRAINED" or an open_clip schema such as "hf-hub:OWNER/NAME"; several, each with a
            weight, as "A::2 + B". See `guidance.clip.model`.
        canvas: What is optimised, one of CANVASES.
        level_decay: How the share of the pyramid's layers falls from coarse to fine: side to minus this power.
        colours: Of the palette canvas.
        pixel: Side of the palette canvas's squares, in pixels.
        init: sha256 of the image or checkpoint to start from, or None to start from noise.
        strength: Share of the schedule that may change the init image: 0 keeps it, 1 runs every step.
        perturbation: Share of the init image that gives way to noise at the start, for variations; 1 leaves none of it.
        mask: sha256 of an image that is white where the init image may change and black where it stays, or None.
        views: RandomCrops that CLIP sees in each step.
        view_low, view_high: Smallest and largest side of a crop at the start, as a share of the short side.
        view_low_end, view_high_end: The same at the end of the schedule; in between they move steadily.
        flip: Share of the crops that are mirrored.
        rotation: Largest angle of a crop either way, in degrees.
        perspective: Farthest that a crop's corners are pulled inwards or outwards, as a share of its side.
        jitter: How much brightness, contrast and saturation of a crop may differ, 0 to 1.
        noise, noise_end: Standard deviation of the Gaussian noise on each crop at the start and at the end.
        distance: What falls as a crop comes to resemble a phrase, one of DISTANCES.
        learning_rate: Of the coarsest detail, at the start of the schedule; by default, less for a longer one.
        locality: How far each place of the canvas moves at a pace of its own; see `guidance.optimize.optimizer`.
        smoothness: Weight of total variation.
        saturation: Weight of the penalty on gaudy colour.
        clipping: Weight of the penalty on pixels near black and white.
        high_frequency: Weight of the penalty on more fine detail than photographs have.
        repetition: Weight of the penalty on texture that repeats.
        familiarity: Weight of the penalty on what is unlike photographs inside the model (see
            `guidance.clip.batch_statistics`).
        early_stop: The run ends when similarity rises by less than this over a tenth of the schedule; 0 never.
        schema: Version of this list of fields.

    Raises:
        RequestError: A field is out of its range or of the wrong type.
    """

    prompt: str
    negative: str
    style: str
    images: tuple[ImagePrompt, ...]
    width: int
    height: int
    steps: int
    stop: float
    seed: int
    model: str
    canvas: str
    level_decay: float
    colours: int
    pixel: int
    init: str | None
    strength: float
    perturbation: float
    mask: str | None
    views: int
    view_low: float
    view_high: float
    view_low_end: float
    view_high_end: float
    flip: float
    rotation: float
    perspective: float
    jitter: float
    noise: float
    noise_end: float
    distance: str
    learning_rate: float
    locality: float
    smoothness: float
    saturation: float
    clipping: float
    high_frequency: float
    repetition: float
    familiarity: float
    early_stop: float
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        if self.schema != SCHEMA:
            raise RequestError(f"schema {self.schema} is not known here (this version knows {SCHEMA}); update guidance")
        for field in fields(self):
            _check_type(field.name, getattr(self, field.name))
        for name, limits in RANGES.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and limits.holds(value)):
                raise RequestError(f"{name} is {value:g}, but must be {limits}")
        for name in ("prompt", "negative", "style"):
            _check_text(name, getattr(self, name))
        self._check_choices()
        self._check_images()
        self._check_targets()

    def _check_choices(self) -> None:
        try:
            parse_ensemble(self.model)
        except ValueError as error:
            raise RequestError(str(error)) from error
        for name, known in (("canvas", CANVASES), ("distance", DISTANCES)):
            if (value := getattr(self, name)) not in known:
                raise RequestError(f"{name} {value!r} is unknown; choose one of {', '.join(known)}")
        for low, high in (("view_low", "view_high"), ("view_low_end", "view_high_end")):
            if getattr(self, low) > getattr(self, high):
                raise RequestError(f"{low} ({getattr(self, low):g}) is above {high} ({getattr(self, high):g})")

    def _check_images(self) -> None:
        if len(self.images) > MOST_IMAGES:
            raise RequestError(f"{len(self.images)} image prompts are too many; {MOST_IMAGES} are allowed")
        for name, value in self._digests():
            if not _SHA256.fullmatch(value):
                raise RequestError(f"{name} is not a sha256 in hexadecimal")
        if self.init is None and (self.mask is not None or self.perturbation):
            raise RequestError(f"a {'mask' if self.mask else 'perturbation'} needs an init image to change")

    def _check_targets(self) -> None:
        if not self.prompt and not self.images:
            raise RequestError("the prompt is empty; say what the picture should show")
        for image in self.images:
            if not language.WEIGHTS.holds(image.weight) or image.weight == 0:
                raise RequestError(f"an image's weight is {image.weight:g}, but must be {language.WEIGHTS} and not 0")
        for stage in self.stages():
            weights = [phrase.weight for phrase in stage.phrases] + [image.weight for image in self.images]
            if not any(weight > 0 for weight in weights):
                raise RequestError("every phrase has a negative weight; say also what the picture should show")

    def _digests(self) -> list[tuple[str, str]]:
        named = [("init", self.init), ("mask", self.mask), *(("image", image.sha256) for image in self.images)]
        return [(name, value) for name, value in named if value is not None]

    def inputs(self) -> frozenset[str]:
        """The sha256 of everything whose bytes must be given with the request."""
        return frozenset(value for _, value in self._digests())

    def span(self) -> range:
        """The steps of the schedule that are made: an init image skips some before them, `stop` cuts those after."""
        first = 0 if self.init is None else self.steps - round(self.steps * self.strength)
        return range(first, max(first, math.ceil(self.steps * self.stop)))

    def stages(self) -> tuple[language.Stage, ...]:
        """The prompt's stages over the run, without style and images."""
        try:
            return language.stages(self.prompt, self.negative)
        except PromptError as error:
            raise RequestError(f"the prompt cannot be read at {error}") from error

    @classmethod
    def resolve(
        cls,
        text: str,
        *,
        seed: int | None = None,
        model: str = DEFAULT_MODEL,
        style: str | None = None,
        aspect: tuple[int, int] | None = None,
        images: tuple[ImagePrompt, ...] = (),
        init: str | None = None,
        mask: str | None = None,
        styles: Mapping[str, Style] = STYLES,
        host: Settings | None = None,
        **chosen: Unpack[Settings],
    ) -> Self:
        """Reads what a person typed, and fills what was not chosen.

        What is given here beats a flag in the text, a flag beats the style, the style beats the host's defaults, and
        those beat the model's.

        Args:
            text: The prompt, with or without inline flags.
            seed: None takes the flag's, or a random one.
            model: As the field.
            style: A name in `styles`.
            aspect: Width to height, where no width and height are chosen; with as many pixels as by default.
            images: As the field.
            init: As the field.
            mask: As the field.
            styles: What a style's name may be.
            host: What whoever runs this takes where a person chose nothing.
            chosen: Other fields.

        Raises:
            RequestError: As the class, or a flag or style is wrong.
        """
        try:
            parsed = language.parse(text)
        except PromptError as error:
            raise RequestError(f"the prompt cannot be read at {error}") from error
        named = style or parsed.style
        dress = style_named(named, styles) if named else Style("")
        settings: dict[str, Any] = {**defaults_for(model), **(host or {}), **dress.settings}
        flags = {"negative": parsed.negative, "steps": parsed.steps, "stop": parsed.stop}
        settings |= {name: value for name, value in flags.items() if value is not None}
        if not {"width", "height"} & chosen.keys() and (shape := aspect or parsed.aspect):
            settings["width"], settings["height"] = fitted(shape, settings["width"] * settings["height"])
        settings |= chosen
        taken = chosen.keys() | dress.settings.keys() | (host or {}).keys()
        # No steps at all are refused below.
        fitting = for_steps(model, max(1, settings["steps"]))
        settings |= {name: value for name, value in fitting.items() if name not in taken}
        settings["negative"] = clean(settings["negative"])
        return cls(
            prompt=parsed.prompt,
            style=clean(dress.words),
            seed=next((value for value in (seed, parsed.seed) if value is not None), secrets.randbelow(2**32)),
            model=model,
            images=images,
            init=init,
            mask=mask,
            **settings,
        )

    def to_json(self) -> str:
        """Compact JSON with sorted keys: equal requests give equal text."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote, in this schema or an earlier one.

        Raises:
            RequestError: Not JSON, a field unknown, missing, or wrong.
        """
        try:
            data = json.loads(text)
        except ValueError as error:
            raise RequestError(f"not a request: {error}") from error
        if not isinstance(data, dict):
            raise RequestError("not a request: a JSON object is expected")
        if data.get("schema") in range(1, 5):
            data = {RENAMED_FIELDS.get(name, name): value for name, value in data.items()}
        if data.get("schema") == 1:
            data = _from_schema_1(data)
        if data.get("schema") == 2:
            data = data | {"familiarity": 0.0, "schema": 3}
        if data.get("schema") == 3:
            data = data | {"locality": 1.0, "schema": 4}
        if data.get("schema") == 4:
            data = data | {"schema": 5}
        known = {field.name for field in fields(cls)}
        for name in sorted(data.keys() ^ known):
            raise RequestError(
                f"not a request of schema {SCHEMA}: {name!r} is {'missing' if name in known else 'unknown'}"
            )
        try:
            images = tuple(ImagePrompt(**image) for image in data["images"])
        except TypeError as error:
            raise RequestError("images must be a list of objects with sha256 and weight") from error
        return cls(**data | {"images": images})


def fitted(aspect: tuple[int, int], area: int) -> tuple[int, int]:
    """The largest width and height of that shape within an area, in steps of 8 pixels.

    Raises:
        RequestError: A side would be out of its range.
    """
    ratio = aspect[0] / aspect[1]
    # A hair is added before rounding down, so that 256 × 256 has a square of 256.
    sides = [int(math.sqrt(side) / 8 + 1e-6) * 8 for side in (area * ratio, area / ratio)]
    for limits, side in zip((RANGES["width"], RANGES["height"]), sides, strict=True):
        if not limits.holds(side):
            raise RequestError(
                f"the shape {aspect[0]}:{aspect[1]} makes a picture of {sides[0]}x{sides[1]}, but each side must be "
                f"{limits}; choose a shape nearer to 1:1"
            )
    return sides[0], sides[1]


def style_named(name: str, styles: Mapping[str, Style]) -> Style:
    """The style of that name.

    Raises:
        RequestError: There is none.
    """
    if name not in styles:
        raise RequestError(f"style {name!r} is unknown; {nearest(name, list(styles))}")
    return styles[name]


RENAMED_FIELDS: Final[Mapping[str, str]] = {
    "taper": "level_decay",
    "restraint": "saturation",
    "headroom": "clipping",
    "calm": "high_frequency",
    "variety": "repetition",
    "settle": "early_stop",
}
"""Names of fields before schema 5, and what they are called since."""


def _from_schema_1(data: dict[str, Any]) -> dict[str, Any]:
    """The same picture in schema 2. Schema 1 had no weights: a prompt that looks like one is read as such now."""
    return (
        {name: value for name, value in COMMON.items() if name not in ("familiarity", "locality")}
        | {"style": "", "images": [], "mask": None}
        | {f"{name}_end": data.get(name) for name in ("view_low", "view_high", "noise")}
        | data
        | {"schema": 2}
    )


_OPTIONAL_TEXT: Final = frozenset({"init", "mask"})
_TEXT: Final = frozenset({"prompt", "negative", "style", "model", "canvas", "distance"})
_WHOLE: Final = frozenset({"width", "height", "steps", "seed", "views", "colours", "pixel", "schema"})


def _check_type(name: str, value: object) -> None:
    """A Request can come from JSON that anybody wrote, so annotations alone prove nothing."""
    if name == "images":
        right, wanted = isinstance(value, tuple) and all(_is_image(entry) for entry in value), "image prompts"
    elif name in _OPTIONAL_TEXT:
        right, wanted = value is None or isinstance(value, str), "text"
    elif name in _TEXT:
        right, wanted = isinstance(value, str), "text"
    elif name in _WHOLE:
        right, wanted = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    else:
        right, wanted = isinstance(value, (int, float)) and not isinstance(value, bool), "a number"
    if not right:
        raise RequestError(f"{name} must be {wanted}, not {value!r}")


def _is_image(entry: object) -> bool:
    return (
        isinstance(entry, ImagePrompt)
        and isinstance(entry.sha256, str)
        and isinstance(entry.weight, (int, float))
        and not isinstance(entry.weight, bool)
    )


def _check_text(name: str, text: str) -> None:
    if len(text) > PROMPT_CHARACTERS:
        raise RequestError(f"the {name} has {len(text)} characters; {PROMPT_CHARACTERS} are allowed")
    if text != clean(text):
        raise RequestError(f"the {name} holds control or invisible characters; build requests with Request.resolve")
