"""The options of `python -m guidance`, each with its unit, range and default, read from where they are defined."""

import argparse
from pathlib import Path
from typing import Final, NoReturn, get_type_hints

from guidance.clip.perceptor import PRECISIONS
from guidance.request.prompt import FLAGS
from guidance.request.ranges import RANGES
from guidance.request.settings import CANVASES, DEFAULT_MODEL, DISTANCES, Settings, defaults_for
from guidance.request.style import STYLES

LANGUAGE: Final = f"""\
the prompt's language:
  castle::2 fog::0.5            phrases with weights; a negative weight moves away from a phrase
  a castle at 60 %: a ruin      from 60 % of the run on, something else
  --ar --seed --no --steps --stop --style    also count inside the prompt: {FLAGS["ar"]}; …

exit status: 0 with a picture, 2 when what was asked for cannot be (one line says why), 1 when a run broke down."""

_GROUPS: Final = {
    "canvas": {
        "level_decay": "how a layer of the pyramid falls behind a coarser one",
        "colours": "of the palette",
        "pixel": "side of the palette's squares",
    },
    "what CLIP sees": {
        "views": "crops in each step",
        "view_low": "smallest crop at the start",
        "view_high": "largest crop at the start",
        "view_low_end": "smallest crop at the end",
        "view_high_end": "largest crop at the end",
        "flip": "how many are mirrored",
        "rotation": "largest angle either way",
        "perspective": "farthest that a corner moves",
        "jitter": "how far brightness, contrast and saturation may go",
        "noise": "standard deviation at the start; by default, with pocket, more for more steps",
        "noise_end": "standard deviation at the end; by default, with pocket, less for more steps",
    },
    "what counts as better": {
        "learning_rate": "of the coarsest detail, at the start; by default, more for fewer than 64 steps",
        "locality": "how far each place moves at a pace of its own; less, and what matters little hardly moves",
        "smoothness": "weight against total variation",
        "saturation": "weight against gaudy colour",
        "clipping": "weight against values near black and white",
        "high_frequency": "weight against more fine detail than photographs have",
        "repetition": "weight against texture that repeats",
        "familiarity": "weight against what is unlike photographs inside a model with batch normalisation",
    },
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, where argparse would print its usage too."""

    def error(self, message: str) -> NoReturn:
        """One line, status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> Parser:
    """The whole command line. What was not given is None, so that a request can tell it from a choice."""
    options = Parser(
        prog="python -m guidance",
        usage='python -m guidance "PROMPT" [options]',
        description="Turns words into a picture, guided by a CLIP.",
        epilog=LANGUAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    _words(options.add_argument_group("what to show"))
    _size(options.add_argument_group("size"))
    _start(options.add_argument_group("where to start (without these: from noise)"))
    _length(options.add_argument_group("run"))
    canvas = options.add_argument_group("canvas")
    _choice(canvas, "canvas", CANVASES, "what is optimised")
    for title, numbers in _GROUPS.items():
        group = canvas if title == "canvas" else options.add_argument_group(title)
        for name, meaning in numbers.items():
            _number(group, name, meaning)
        if "learning_rate" in numbers:
            _choice(group, "distance", DISTANCES, "between a crop and a phrase")
    _output(options.add_argument_group("output"))
    return options


def _words(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "prompt", metavar="PROMPT", nargs="?", help="what the picture should show; its language is below"
    )
    group.add_argument("--negative", metavar="TEXT", help='what it should not show, several with commas (default: "")')
    group.add_argument("--style", metavar="NAME", help=f"{', '.join(STYLES)} (default: none)")
    group.add_argument(
        "--image",
        metavar="FILE[::WEIGHT]",
        action="append",
        default=[],
        help="a picture to resemble, beside the words; may be given again (weight: -10 to 10, default: 1)",
    )


def _size(group: "argparse._ArgumentGroup") -> None:
    sizes = _both(*(f"{of['width']}x{of['height']}" for of in map(defaults_for, (DEFAULT_MODEL, "another"))))
    group.add_argument("--size", metavar="WxH", help=f"width and height, each {RANGES['width']} (default: {sizes})")
    group.add_argument(
        "--aspect", metavar="W:H", help="the shape instead, with as many pixels as the default size (default: 1:1)"
    )


def _start(group: "argparse._ArgumentGroup") -> None:
    file = {"metavar": "FILE", "type": Path}
    group.add_argument("--init", **file, help="a PNG, JPEG, WebP or checkpoint to start from")  # type: ignore[arg-type]
    _number(group, "strength", "with an init image, how much of the schedule may change it")
    _number(group, "perturbation", "how much of the init image gives way to noise")
    group.add_argument("--mask", **file, help="with an init image: white where it may change, black where it stays")  # type: ignore[arg-type]
    group.add_argument("--like", **file, help="take the whole request from a PNG of ours; other options change it")  # type: ignore[arg-type]
    group.add_argument("--vary", **file, help="another picture on the lines of a PNG or checkpoint of ours")  # type: ignore[arg-type]
    group.add_argument("--upscale", **file, help="a PNG or checkpoint of ours at twice its size")  # type: ignore[arg-type]
    group.add_argument("--continue", **file, dest="prolong", help="more steps on a PNG or checkpoint of ours")  # type: ignore[arg-type]
    group.add_argument("--resume", **file, help="end a run that was broken off, from its checkpoint, to the same bytes")  # type: ignore[arg-type]


def _length(group: "argparse._ArgumentGroup") -> None:
    _number(group, "steps", "length of the schedule")
    _number(group, "stop", "where to end")
    group.add_argument("--seed", metavar="N", type=int, help=f"{RANGES['seed']} (default: a random one)")
    _number(group, "early_stop", "end when similarity rises by less over a tenth of the schedule; 0 never does")
    group.add_argument(
        "--model",
        metavar="NAME",
        help="pocket, or ARCH/PRETRAINED as open_clip names them; several with weights as 'A::2 + B' "
        f"(default: {DEFAULT_MODEL})",
    )
    group.add_argument("--device", metavar="NAME", default="auto", help="auto, cpu, cuda, … (default: %(default)s)")
    group.add_argument(
        "--microbatch",
        metavar="N",
        type=int,
        help="views that go through CLIP at a time, 1 to 256; fewer need less memory (default: all of a step)",
    )
    group.add_argument(
        "--precision", metavar="NAME", default="auto", help=f"{', '.join(PRECISIONS)} (default: %(default)s)"
    )
    group.add_argument(
        "--no-graphs",
        action="store_true",
        help="on a GPU, make every step call by call instead of replaying a captured one (default: off)",
    )


def _output(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--out", metavar="PATH", type=Path, help="the PNG to write; with --count, the folder (default: SEED.png; .)"
    )
    group.add_argument(
        "--count",
        metavar="N",
        type=int,
        default=1,
        help="pictures, 1 to 100000, of seeds that follow one another, with a manifest; what is there already is kept "
        "(default: 1)",
    )
    group.add_argument("--sheet", metavar="FILE", type=Path, help="with --count, a contact sheet (default: none)")
    group.add_argument(
        "--timelapse", metavar="FILE", type=Path, help="a timelapse of the run, .mp4 or .webp (default: none)"
    )
    group.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        help="to resume or continue from; kept up to date as the run goes (default: none)",
    )
    group.add_argument(
        "--checkpoint-every", metavar="N", type=int, default=10, help="1 to 2000 steps (default: %(default)s)"
    )
    group.add_argument("--json", action="store_true", help="one JSON object for each picture on stdout (default: off)")
    group.add_argument("-h", "--help", action="help", help="this text")


def _number(group: "argparse._ArgumentGroup", name: str, meaning: str) -> None:
    whole = get_type_hints(Settings)[name] is int
    group.add_argument(
        f"--{name.replace('_', '-')}",
        metavar="N" if whole else "F",
        type=int if whole else float,
        help=f"{meaning}, {RANGES[name]} (default: {_default(name)})",
    )


def _choice(group: "argparse._ArgumentGroup", name: str, known: tuple[str, ...], meaning: str) -> None:
    group.add_argument(f"--{name}", metavar="NAME", help=f"{meaning}: {', '.join(known)} (default: {_default(name)})")


def _default(name: str) -> str:
    return _both(*(f"{dict(defaults_for(model))[name]}" for model in (DEFAULT_MODEL, "another")))


def _both(ours: str, theirs: str) -> str:
    """Pocket's, and that of other models where it differs."""
    return ours if ours == theirs else f"{ours} with {DEFAULT_MODEL}, {theirs} with others"
