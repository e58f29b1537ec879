"""The parameters of a picture, each declared once.

From these declarations follow Request's fields and checks, the models' defaults, the options of the command line, the
flags of the prompt language, the table in docs/guidance.md and how stored requests are read. A new parameter is one
more field here and the code that uses its value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias, get_args, get_type_hints

from guidance.request.medium import MEDIA, NONE
from guidance.request.messages import Message

DEFAULT_CANVAS: Final = "pyramid"
PLAIN_CANVASES: Final = (DEFAULT_CANVAS, "fourier", "pixels", "palette")
"""Canvases that need nothing else."""
MODEL_CANVASES: Final = ("latent", "diffusion")
"""Canvases that need a model that `diffusers` loads: an autoencoder, a denoiser."""
CANVASES: Final = (*PLAIN_CANVASES, *MODEL_CANVASES)
SCHEDULERS: Final = ("ddim", "ddpm", "dpm++", "dpm++-sde")
DISTANCES: Final = ("cosine", "spherical")

Settings: TypeAlias = Mapping[str, Any]
"""Values of some parameters, by name. Request checks them."""


class Group(StrEnum):
    """The groups of the command line's help."""

    WORDS = "what to show"
    SIZE = "size"
    START = "where to start (without these: from noise)"
    RUN = "run"
    CANVAS = "canvas"
    VIEWS = "what CLIP sees"
    LOSS = "what counts as better"


@dataclass(frozen=True, slots=True)
class Range:
    """The values of a number, both ends included."""

    low: float
    high: float
    unit: str = ""

    def __str__(self) -> str:
        return str(self.message())

    def message(self) -> Message:
        """The range in words."""
        if not self.unit:
            return Message("range", low=self.low, high=self.high)
        return Message("range-of", low=self.low, high=self.high, unit=self.unit_message())

    def unit_message(self) -> Message:
        """The unit in words; there must be one."""
        return Message(f"unit-{self.unit.replace(' ', '-').replace(chr(39), '-')}")

    def holds(self, value: float) -> bool:
        """False for a value outside the range and for NaN."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Parameter:
    """The declaration of a parameter; stands in the annotation of its field in `Parameters`.

    Attributes:
        group: Where it stands in the command line's help.
        help: What it does, for the command line and the documentation.
        default: The value for every model but `pocket`; None if there is no fixed one.
        range: Of a number.
        choices: Of a text that has only some values.
        pocket: The default for `pocket`; None if it is the same.
        canvases: The defaults on some canvases, for every model without one of its own.
        option: Whether the command line has an option of its own for it.
        flag: Its flag in the prompt language, without hyphens. There a share is written in percent.
        added: The schema of stored requests that added it (for a new parameter, SCHEMA + 1), and the value that earlier
            requests were made with; None if that needs more than a value.
        name: Of the field, filled in below.
        type: Of the field (int, float or str), filled in below.
    """

    group: Group
    help: str
    default: float | str | None
    range: Range | None = None
    choices: tuple[str, ...] = ()
    pocket: float | str | None = None
    canvases: Mapping[str, float | str] = field(default_factory=dict)
    option: bool = True
    flag: str | None = None
    added: tuple[int, float | str | None] = (1, None)
    name: str = ""
    type: type = str

    def default_for(self, *, pocket: bool, canvas: str = "") -> float | str | None:
        """The default for `pocket` or for every other model, on a canvas ("" for one without defaults of its own)."""
        if pocket and self.pocket is not None:
            return self.pocket
        return self.canvases.get(canvas, self.default)


def _prior(text: str, *, added: int, default: float = 0.0, pocket: float | None = None) -> Parameter:
    """The weight of a prior; 0 turns it off. On MODEL_CANVASES the model itself keeps pictures natural."""
    off = dict.fromkeys(MODEL_CANVASES, 0.0) if default else {}
    return Parameter(Group.LOSS, text, default, Range(0, 1000), pocket=pocket, canvases=off, added=(added, 0.0))


_PIXELS: Final = Range(64, 2048, "pixels")
_CROP: Final = Range(0.05, 1, "of the short side")
_NOISE: Final = Range(0, 1, "where white is 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The fields of a Request that have a range, a choice or a default.

    The defaults for models other than `pocket` follow DAS-AG (2025) and are not tuned; those of the latent canvas
    VQGAN+CLIP (2021; its noise is uniform up to 0.1 a view, whose root mean square is 0.06), and those of the diffusion
    canvas Disco Diffusion (2022; its range loss weighs 150 where CLIP weighs 5000). For those that change with the
    number of steps (learning_rate) see `guidance.request.defaults`.
    """

    negative: Annotated[
        str, Parameter(Group.WORDS, "what the picture should not show, several with commas", "", flag="no")
    ]
    phrase_map: Annotated[
        float,
        Parameter(
            Group.WORDS,
            'how much each of the two things in "a boat on a lake" is sought in its own part of the picture',
            0.0,
            Range(0, 1),
            pocket=0.8,
            added=(8, 0.0),
        ),
    ]
    width: Annotated[int, Parameter(Group.SIZE, "width of the picture", 448, _PIXELS, pocket=256, option=False)]
    height: Annotated[int, Parameter(Group.SIZE, "height of the picture", 448, _PIXELS, pocket=256, option=False)]
    strength: Annotated[
        float,
        Parameter(
            Group.START, "with an init image, how much may change it; 0 keeps it", 0.6, Range(0, 1, "of the schedule")
        ),
    ]
    perturbation: Annotated[
        float,
        Parameter(
            Group.START,
            "how much of the init image gives way to noise at the start, for variations",
            0.0,
            Range(0, 1, "of the picture"),
            added=(2, 0.0),
        ),
    ]
    seed: Annotated[
        int,
        Parameter(Group.RUN, "every random number of the run follows from it", None, Range(0, 2**32 - 1), flag="seed"),
    ]
    steps: Annotated[
        int,
        Parameter(Group.RUN, "length of the whole schedule", 150, Range(1, 2000, "steps"), pocket=128, flag="steps"),
    ]
    # The lowest share is one step of the most steps.
    stop: Annotated[
        float,
        Parameter(
            Group.RUN, "where the run ends", 1.0, Range(0.0005, 1, "of the schedule"), flag="stop", added=(2, 1.0)
        ),
    ]
    early_stop: Annotated[
        float,
        Parameter(
            Group.RUN,
            "end when similarity rises by less than this over a tenth of the schedule; 0 never does",
            0.0,
            Range(0, 1, "of similarity"),
            added=(2, 0.0),
        ),
    ]
    canvas: Annotated[
        str, Parameter(Group.CANVAS, "what is optimised", DEFAULT_CANVAS, choices=CANVASES, flag="canvas")
    ]
    canvas_model: Annotated[
        str,
        Parameter(
            Group.CANVAS,
            "the autoencoder of the latent canvas or the denoiser of the diffusion canvas, "
            "hf-hub:OWNER/NAME or local-dir:PATH",
            "",
            canvases={"latent": "hf-hub:madebyollin/taesd"},
            added=(8, ""),
        ),
    ]
    level_decay: Annotated[
        float,
        Parameter(
            Group.CANVAS,
            "the share of a layer of the pyramid is its side to minus this power",
            0.25,
            Range(0, 2),
            pocket=0.5,
            added=(2, 0.25),
        ),
    ]
    redraw: Annotated[
        float,
        Parameter(
            Group.CANVAS,
            "how far a super-resolution network draws the picture anew, from a quarter of its size",
            0.0,
            Range(0, 1),
            pocket=1.0,
            added=(9, 0.0),
        ),
    ]
    levels: Annotated[
        float,
        Parameter(
            Group.CANVAS,
            "how far the darkest and lightest places are brought to black and white",
            0.0,
            Range(0, 1),
            pocket=1.0,
            added=(10, 0.0),
        ),
    ]
    medium: Annotated[
        str,
        Parameter(
            Group.CANVAS,
            "what the picture looks made of; a prompt can say it, too: *fox, watercolour*",
            NONE,
            choices=MEDIA,
            added=(11, NONE),
        ),
    ]
    colours: Annotated[
        int,
        Parameter(Group.CANVAS, "number of colours of the palette canvas", 16, Range(2, 64, "colours"), added=(2, 16)),
    ]
    pixel: Annotated[
        int, Parameter(Group.CANVAS, "side of the palette canvas's squares", 1, Range(1, 32, "pixels"), added=(2, 1))
    ]
    tile: Annotated[
        int,
        Parameter(
            Group.CANVAS,
            "side of the parts in which an autoencoder decodes the picture, for less memory; 0 decodes it whole",
            0,
            Range(0, 2048, "pixels"),
            added=(8, 0),
        ),
    ]
    scheduler: Annotated[
        str,
        Parameter(
            Group.CANVAS, "how the diffusion canvas removes noise", "ddim", choices=SCHEDULERS, added=(8, "ddim")
        ),
    ]
    guidance_scale: Annotated[
        float,
        Parameter(
            Group.CANVAS,
            "how strongly CLIP steers the diffusion canvas; 0 does not",
            5000.0,
            Range(0, 1_000_000),
            added=(8, 5000.0),
        ),
    ]
    guidance_clamp: Annotated[
        float,
        Parameter(
            Group.CANVAS,
            "largest root mean square of what CLIP adds to the predicted noise of the diffusion canvas",
            0.05,
            Range(0.0001, 10),
            added=(8, 0.05),
        ),
    ]
    out_of_range: Annotated[
        float,
        Parameter(
            Group.CANVAS,
            "weight against predicted values below black and above white, on the diffusion canvas",
            0.03,
            Range(0, 1000),
            added=(8, 0.03),
        ),
    ]
    views: Annotated[
        int, Parameter(Group.VIEWS, "crops that CLIP sees in each step", 16, Range(1, 256, "views"), pocket=4)
    ]
    view_low: Annotated[float, Parameter(Group.VIEWS, "smallest side of a crop at the start", 0.4, _CROP, pocket=0.7)]
    view_high: Annotated[float, Parameter(Group.VIEWS, "largest side of a crop at the start", 1.0, _CROP)]
    view_low_end: Annotated[
        float, Parameter(Group.VIEWS, "smallest side of a crop at the end", 0.4, _CROP, pocket=0.7, added=(2, None))
    ]
    view_high_end: Annotated[
        float, Parameter(Group.VIEWS, "largest side of a crop at the end", 1.0, _CROP, added=(2, None))
    ]
    flip: Annotated[
        float, Parameter(Group.VIEWS, "how many crops are mirrored", 0.5, Range(0, 1, "of the views"), added=(2, 0.5))
    ]
    rotation: Annotated[
        float,
        Parameter(Group.VIEWS, "largest angle of a crop either way", 0.0, Range(0, 45, "degrees"), added=(2, 0.0)),
    ]
    perspective: Annotated[
        float,
        Parameter(
            Group.VIEWS, "farthest that a crop's corner moves", 0.0, Range(0, 0.5, "of a view's side"), added=(2, 0.0)
        ),
    ]
    jitter: Annotated[
        float,
        Parameter(
            Group.VIEWS,
            "how far brightness, contrast and saturation of a crop may differ",
            0.0,
            Range(0, 1),
            added=(2, 0.0),
        ),
    ]
    noise: Annotated[
        float,
        Parameter(
            Group.VIEWS,
            "standard deviation of the noise at the start; it changes by the same factor in each step",
            0.2,
            _NOISE,
            pocket=0.5,
            canvases={"latent": 0.06},
        ),
    ]
    noise_end: Annotated[
        float,
        Parameter(
            Group.VIEWS,
            "standard deviation of the noise at the end",
            0.2,
            _NOISE,
            pocket=0.02,
            canvases={"latent": 0.06},
            added=(2, None),
        ),
    ]
    learning_rate: Annotated[
        float,
        Parameter(
            Group.LOSS,
            "step size of the coarsest detail at the start; by default, more for shorter runs",
            0.1,
            Range(0.0001, 10),
            pocket=0.12,
        ),
    ]
    locality: Annotated[
        float,
        Parameter(
            Group.LOSS,
            "how independently each place moves; at 1 as in Adam, at 0 places that matter little hardly move",
            1.0,
            Range(0, 1),
            pocket=0.5,
            added=(4, 1.0),
        ),
    ]
    distance: Annotated[
        str,
        Parameter(Group.LOSS, "measure between a crop and a phrase", "cosine", choices=DISTANCES, added=(2, "cosine")),
    ]
    smoothness: Annotated[float, _prior("weight against total variation", added=1, default=1.0)]
    layout: Annotated[
        float,
        _prior(
            "weight, at the start, of where light and colours usually are in photographs of what the prompt says; "
            "pocket alone knows it",
            added=10,
            pocket=40.0,
        ),
    ]
    clipping: Annotated[float, _prior("weight against values near black and white", added=2, pocket=1.0)]


def _declared(name: str, annotation: Any) -> Parameter:
    kind: type
    parameter: Parameter
    kind, parameter = get_args(annotation)
    return replace(parameter, name=name, type=kind)


PARAMETERS: Final[Mapping[str, Parameter]] = {
    name: _declared(name, annotation) for name, annotation in get_type_hints(Parameters, include_extras=True).items()
}
RANGES: Final[Mapping[str, Range]] = {
    name: parameter.range for name, parameter in PARAMETERS.items() if parameter.range is not None
}
