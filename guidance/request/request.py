"""Request: everything that decides a picture, and the only way to ask for one.

A Request is frozen and validated, is written as JSON and read back, and holds every default as a value: the same
Request gives the same picture years later, whatever the defaults have become. It names its images by their sha256; the
bytes travel beside it. Imports no torch: the bot's process handles requests and never loads it.
"""

import json
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from types import NoneType
from typing import Any, Final, Self, get_type_hints

from guidance.request import flags
from guidance.request import prompt as language
from guidance.request.defaults import defaults_for, for_steps
from guidance.request.flags import ParsedPrompt, nearest
from guidance.request.medium import NONE, said
from guidance.request.messages import Message, MessageError
from guidance.request.model_name import DEFAULT_MODEL, ModelNameError, parse_ensemble
from guidance.request.parameters import CANVASES, MODEL_CANVASES, PARAMETERS, RANGES, Parameters, Settings
from guidance.request.prompt import PromptError, clean, clean_negative
from guidance.request.schema import SCHEMA, upgraded
from guidance.request.style import STYLES, Style, dressed

PROMPT_CHARACTERS: Final = 1000
MOST_IMAGES: Final = 8
MODEL_CHARACTERS: Final = 500
SHOWN_CHARACTERS: Final = 40
NAMED_CANVASES: Final[Mapping[str, Settings]] = {name: {"canvas": name} for name in CANVASES}
"""What the name of a canvas in a prompt stands for, unless a host has other names."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class RequestError(MessageError, ValueError):
    """A request that cannot be carried out. The message is one sentence for the person who asked.

    Attributes:
        without: The prompt without what is not known here, if that is what is wrong; else None.
    """

    def __init__(self, message: Message | str, without: str | None = None) -> None:
        super().__init__(message)
        self.without = without


@dataclass(frozen=True, slots=True)
class ImagePrompt:
    """A picture to resemble. sha256: of its bytes, in hexadecimal; weight: like that of a phrase."""

    sha256: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Parameters):
    """One picture to make. Build it with `resolve`, or read it back with `from_json`.

    The other fields are declared in `guidance.request.parameters`.

    Attributes:
        prompt: What the picture should show, in the language of `guidance.request.prompt`, without flags; may be "" if
            there are image prompts.
        style: Words that go with every phrase (see `guidance.request.style`), or "".
        images: Pictures to resemble, beside the words.
        model: "pocket", "ARCH/PRETRAINED" or an open_clip schema such as "hf-hub:OWNER/NAME"; several, each with a
            weight, as "A::2 + B". See `guidance.clip.model`.
        init: sha256 of the image or checkpoint to start from, or None to start from noise.
        mask: sha256 of an image that is white where the init image may change and black where it stays, or None.
        schema: Version of the list of fields.

    Raises:
        RequestError: A field is out of its range or of the wrong type.
    """

    prompt: str
    style: str
    images: tuple[ImagePrompt, ...]
    model: str
    init: str | None
    mask: str | None
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        if self.schema != SCHEMA:
            raise RequestError(Message("schema-unknown", schema=_shown(self.schema), known=SCHEMA))
        for field in fields(self):
            _check_type(field.name, getattr(self, field.name))
        for name, limits in RANGES.items():
            value = getattr(self, name)
            if not limits.holds(value):
                raise RequestError(Message("out-of-range", name=name, value=_shown(value), range=limits.message()))
        for name in ("prompt", "negative", "style"):
            _check_text(name, getattr(self, name))
        self._check_choices()
        self._check_images()
        self._check_targets()

    def _check_choices(self) -> None:
        if len(self.model) > MODEL_CHARACTERS:
            raise RequestError(Message("model-name-too-long", count=len(self.model), most=MODEL_CHARACTERS))
        try:
            parse_ensemble(self.model)
        except ModelNameError as error:
            raise RequestError(error.message) from error
        for name, parameter in PARAMETERS.items():
            if parameter.choices and (value := getattr(self, name)) not in parameter.choices:
                raise RequestError(
                    Message("not-a-choice", name=name, value=_shown(value), choices=", ".join(parameter.choices))
                )
        if self.canvas in MODEL_CANVASES and not self.canvas_model:
            raise RequestError(Message("canvas-needs-model", canvas=self.canvas))
        if len(self.canvas_model) > MODEL_CHARACTERS:
            raise RequestError(Message("model-name-too-long", count=len(self.canvas_model), most=MODEL_CHARACTERS))
        for low, high in (("view_low", "view_high"), ("view_low_end", "view_high_end")):
            if getattr(self, low) > getattr(self, high):
                raise RequestError(
                    Message(
                        "views-crossed",
                        low=low,
                        low_value=getattr(self, low),
                        high=high,
                        high_value=getattr(self, high),
                    )
                )

    def _check_images(self) -> None:
        if len(self.images) > MOST_IMAGES:
            raise RequestError(Message("too-many-images", count=len(self.images), most=MOST_IMAGES))
        for name, value in self._digests():
            if not _SHA256.fullmatch(value):
                raise RequestError(Message("not-a-sha256", name=name))
        if self.init is None and (self.mask is not None or self.perturbation):
            raise RequestError(Message("mask-needs-init" if self.mask else "perturbation-needs-init"))

    def _check_targets(self) -> None:
        if not self.prompt and not self.images:
            raise RequestError(Message("prompt-empty"))
        for image in self.images:
            if not language.WEIGHTS.holds(image.weight) or image.weight == 0:
                raise RequestError(
                    Message("image-weight", weight=_shown(image.weight), range=language.WEIGHTS.message())
                )
        for stage in self.stages():
            weights = [phrase.weight for phrase in stage.phrases] + [image.weight for image in self.images]
            if not any(weight > 0 for weight in weights):
                raise RequestError(Message("only-negative-weights"))

    def _digests(self) -> list[tuple[str, str]]:
        named = [("init", self.init), ("mask", self.mask), *(("image", image.sha256) for image in self.images)]
        return [(name, value) for name, value in named if value is not None]

    def inputs(self) -> frozenset[str]:
        """The sha256 of everything whose bytes must be given with the request."""
        return frozenset(value for _, value in self._digests())

    def span(self) -> range:
        """The steps that the run makes: an init image skips the first of the schedule, `stop` the last."""
        first = 0 if self.init is None else self.steps - round(self.steps * self.strength)
        return range(first, max(first, math.ceil(round(self.steps * self.stop, 6))))

    def stages(self) -> tuple[language.Stage, ...]:
        """The stages of the prompt, without style and images."""
        try:
            return language.stages(self.prompt, self.negative)
        except PromptError as error:
            raise RequestError(error.message) from error

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
        canvases: Mapping[str, Settings] = NAMED_CANVASES,
        host: Settings | None = None,
        **overrides: Any,
    ) -> Self:
        """Reads what a person typed, and fills in what was not chosen.

        An argument takes precedence over a flag in the text, a flag over the style, the style over the medium that the
        words ask for, that over the host's defaults, and those over the model's.

        Args:
            text: The prompt, with or without inline flags.
            seed: None takes the flag's, or a random one.
            model: See the class.
            style: A name in `styles`.
            aspect: Width to height, with as many pixels as the default size; ignored if a width or a height is chosen.
            images: See the class.
            init: See the class.
            mask: See the class.
            styles: The styles that can be named.
            canvases: The canvases that a flag can name, each with the settings that its name stands for.
            host: The defaults of the host who runs this; they replace the model's.
            overrides: Other parameters.

        Raises:
            RequestError: See the class; or a flag, style or canvas is wrong.
        """
        parsed = parse_prompt(text, canvases)
        named = style or parsed.style
        look = style_named(named, styles) if named else Style("")
        medium = medium_of(parsed.prompt, look.words)
        from_words = {"medium": medium} if medium != NONE else {}
        above_defaults = {**(host or {}), **from_words, **look.settings, **parsed.settings}
        canvas = overrides.get("canvas", above_defaults.get("canvas", ""))
        settings = defaults_for(model, canvas) | above_defaults
        if not {"width", "height"} & overrides.keys() and (shape := aspect or parsed.aspect):
            settings["width"], settings["height"] = fitted(shape, settings["width"] * settings["height"])
        settings |= overrides
        # Fewer than 1 step are refused when the Request is built.
        scaled = for_steps(model, max(1, settings["steps"]))
        settings |= {
            name: value for name, value in scaled.items() if name not in above_defaults.keys() | overrides.keys()
        }
        if not parsed.prompt and not images and "negative" in parsed.settings:
            raise RequestError(Message("prompt-all-negative"))
        settings["negative"] = clean_negative(settings["negative"])
        if seed is not None:
            settings["seed"] = seed
        elif "seed" not in settings:
            settings["seed"] = secrets.randbelow(2**32)
        return cls(
            prompt=parsed.prompt,
            style=clean(look.words),
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
            RequestError: The text is not JSON, or a field is unknown, missing or wrong.
        """
        try:
            data = json.loads(text)
        except ValueError as error:
            raise RequestError(Message("not-json")) from error
        except RecursionError as error:
            raise RequestError(Message("json-too-deep")) from error
        if not isinstance(data, dict):
            raise RequestError(Message("not-an-object"))
        data = upgraded(data)
        known = {field.name for field in fields(cls)}
        for name in sorted(data.keys() ^ known):
            problem = "field-missing" if name in known else "field-unknown"
            raise RequestError(Message(problem, schema=SCHEMA, name=_shown(name)))
        try:
            images = tuple(ImagePrompt(**image) for image in data["images"])
        except TypeError as error:
            raise RequestError(Message("images-wrong")) from error
        return cls(**data | {"images": images})


def parse_prompt(text: str, canvases: Mapping[str, Settings] = NAMED_CANVASES) -> ParsedPrompt:
    """Reads a prompt with flags; `canvases` are those that it can name, with what their names stand for.

    Raises:
        RequestError: `prompt.parse` cannot read it, or the canvas is unknown.
    """
    try:
        parsed = flags.parse(text)
    except PromptError as error:
        raise RequestError(error.message, error.without) from error
    if (name := parsed.settings.get("canvas")) is None:
        return parsed
    if name not in canvases:
        raise RequestError(Message("not-a-choice", name="canvas", value=_shown(name), choices=", ".join(canvases)))
    return replace(parsed, settings={**parsed.settings, **canvases[name]})


def medium_of(prompt: str, style: str) -> str:
    """The medium that the first phrase to ask for one, in the words of a style, asks for; NONE if none does.

    Raises:
        RequestError: The prompt cannot be read.
    """
    try:
        phrases = [phrase for stage in language.stages(prompt) for phrase in stage.phrases if phrase.weight > 0]
    except PromptError as error:
        raise RequestError(error.message, error.without) from error
    return next((medium for phrase in phrases if (medium := said(dressed(phrase.text, style))[0]) != NONE), NONE)


def fitted(aspect: tuple[int, int], area: int) -> tuple[int, int]:
    """The largest width and height of that shape within an area, in steps of 8 pixels.

    Raises:
        RequestError: A side is out of its range.
    """
    ratio = aspect[0] / aspect[1]
    # A small number is added before rounding down, so that an area of 256 × 256 gives a square of 256.
    sides = [int(math.sqrt(side) / 8 + 1e-6) * 8 for side in (area * ratio, area / ratio)]
    for limits, side in zip((RANGES["width"], RANGES["height"]), sides, strict=True):
        if not limits.holds(side):
            raise RequestError(
                Message(
                    "shape-too-long",
                    shape=f"{aspect[0]}:{aspect[1]}",
                    size=f"{sides[0]}x{sides[1]}",
                    range=limits.message(),
                )
            )
    return sides[0], sides[1]


def style_named(name: str, styles: Mapping[str, Style]) -> Style:
    """The style of that name.

    Raises:
        RequestError: No style has that name.
    """
    if name not in styles:
        raise RequestError(Message("style-unknown", name=name, hint=nearest(name, list(styles))))
    return styles[name]


_TYPES: Final = get_type_hints(Request)
_TYPE_CHECKS: Final[Mapping[Any, tuple[tuple[type, ...], str]]] = {
    int: ((int,), "int"),
    float: ((int, float), "float"),
    str: ((str,), "str"),
    str | None: ((str, NoneType), "str"),
}


def _check_type(name: str, value: object) -> None:
    """Checks at run time: a Request can come from JSON that anybody wrote."""
    if name == "images":
        right, wanted = isinstance(value, tuple) and all(_is_image(entry) for entry in value), "images"
    else:
        accepted, wanted = _TYPE_CHECKS[_TYPES[name]]
        right = isinstance(value, accepted) and not isinstance(value, bool)
    if not right:
        raise RequestError(Message("wrong-type", name=name, wanted=Message(f"type-{wanted}"), value=_shown(value)))


def _shown(value: object) -> str:
    """A value for a message; long ones, which only somebody's JSON can have, are cut."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int) and abs(value) >= 10**SHOWN_CHARACTERS:
        return "a very large number" if value > 0 else "a very large negative number"
    # The first characters of a list or object could be as long as the whole, and as deep.
    shown = repr(value) if isinstance(value, (str, int, NoneType)) else f"a {type(value).__name__}"
    return shown if len(shown) <= SHOWN_CHARACTERS else f"{shown[:SHOWN_CHARACTERS]}…"


def _is_image(entry: object) -> bool:
    return (
        isinstance(entry, ImagePrompt)
        and isinstance(entry.sha256, str)
        and isinstance(entry.weight, (int, float))
        and not isinstance(entry.weight, bool)
    )


def _check_text(name: str, text: str) -> None:
    if len(text) > PROMPT_CHARACTERS:
        raise RequestError(
            Message("text-too-long", name=Message(f"name-{name}"), count=len(text), most=PROMPT_CHARACTERS)
        )
    if text != clean(text):
        raise RequestError(Message("text-not-clean", name=Message(f"name-{name}")))
