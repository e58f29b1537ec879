"""The options of `python -m guidance`. Those of a picture's parameters follow from `guidance.request.parameters`."""

import argparse
import re
from pathlib import Path
from typing import Final, NoReturn

from guidance.clip.perceptor import PRECISIONS
from guidance.request.defaults import defaults_for
from guidance.request.flags import FLAGS
from guidance.request.foreign_flags import FOREIGN_FLAGS
from guidance.request.messages import Message
from guidance.request.model_name import DEFAULT_MODEL
from guidance.request.parameters import PARAMETERS, RANGES, Group, Parameter
from guidance.request.style import STYLES

LANGUAGE: Final = f"""\
the prompt's language:
  castle::2 fog::0.5            phrases with weights; a negative weight moves away from a phrase
  a castle at 60 %: a ruin      from 60 % of the run on, another prompt
  {" ".join(f"--{flag}" for flag in FLAGS)}    flags inside the prompt; --ar: {FLAGS["ar"]}

exit status: 0 with a picture, 2 when the request or a file cannot be used (one line says why), 1 when a run failed."""


INSTEAD: Final = {
    "width": "--size WxH", "height": "--size WxH", "W": "--size WxH", "H": "--size WxH", "resolution": "--size WxH",
    "output": "--out", "o": "--out", "n": "--count", "num": "--count", "batch": "--count", "n_samples": "--count",
    "iterations": "--steps", "iters": "--steps", "i": "--steps", "prompt": "PROMPT without an option", "p": "PROMPT",
    "lr": "--learning-rate", "image-prompt": "--image", "image_prompts": "--image", "init_image": "--init",
    "init-image": "--init", "ii": "--init", "cutn": "--views", "num_cuts": "--views", "clip_models": "--model",
}  # fmt: skip
"""Options of other programs, and what to use here."""
DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
OWN: Final = {"ar", "aspect", "size", "style", "out", "count", "model", "init", "device"} | {
    name.replace("_", "-") for known in PARAMETERS.values() for name in (known.name, known.flag) if name
}
"""Options that are often written with one hyphen."""


class Parser(argparse.ArgumentParser):
    """Reports an error in one line, without argparse's usage."""

    def error(self, message: str) -> NoReturn:
        """Prints one line and exits with status 2."""
        self.exit(2, f"{self.prog}: {_with_hints(message)}\n")


def _with_hints(message: str) -> str:
    """An error of argparse; for unknown options, with what to use here."""
    start = "unrecognized arguments: "
    if not message.startswith(start):
        return message
    words = message.removeprefix(start).split(" ")
    if dash := next((word for word in words if re.match(r"[\u2010-\u2015\u2212]", word)), None):
        return f"{start}{dash}; write two hyphens: --{dash.lstrip(DASHES)}"
    unknown = [word for word in words if re.match(r"--?[A-Za-z]", word)]
    if not unknown:
        return f"{start}{' '.join(words)}; put the whole prompt in quotes"
    hints = []
    for option in unknown:
        name = option.lstrip("-").partition("=")[0]
        foreign = FOREIGN_FLAGS.get(name.lower().replace("_", "-"))
        if option.startswith("-") and not option.startswith("--") and name in OWN:
            hints.append(f"{option} (--{name})")
        elif name in INSTEAD:
            hints.append(f"{option} ({INSTEAD[name]})")
        elif foreign:
            hints.append(f"{option} ({Message(foreign[0])})")
        else:
            hints.append(option)
    return f"unrecognized arguments: {'; '.join(hints)}" if hints else message


def parser() -> Parser:
    """The command line. An option that was not given is None."""
    options = Parser(
        prog="python -m guidance",
        usage='python -m guidance "PROMPT" [options]',
        description="Turns words into a picture, guided by a CLIP.",
        epilog=LANGUAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    groups = {group: options.add_argument_group(group) for group in Group}
    _words(groups[Group.WORDS])
    _size(groups[Group.SIZE])
    _start(groups[Group.START])
    for parameter in PARAMETERS.values():
        if parameter.option:
            _parameter(groups[parameter.group], parameter)
    _device(groups[Group.RUN])
    _output(options.add_argument_group("output"))
    return options


def _default(parameter: Parameter) -> str:
    """The default, and that of `pocket` where it differs."""
    pocket, others = (parameter.default_for(pocket=pocket) for pocket in (True, False))
    if others is None:
        return "random"
    return '""' if others == "" else _both(str(pocket), str(others))


def _both(pocket: str, others: str) -> str:
    return pocket if pocket == others else f"{pocket} with {DEFAULT_MODEL}, {others} with others"


def _parameter(group: "argparse._ArgumentGroup", parameter: Parameter) -> None:
    values = str(parameter.range or ", ".join(parameter.choices) or "any text")
    metavars = {int: "N", float: "F", str: "NAME" if parameter.choices else "TEXT"}
    flag = [f"--{parameter.flag}"] if parameter.flag and parameter.flag != parameter.name else []
    group.add_argument(
        f"--{parameter.name.replace('_', '-')}",
        *flag,
        metavar=metavars[parameter.type],
        type=parameter.type,
        help=f"{parameter.help} ({values}; default: {_default(parameter)})",
    )


def _words(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "prompt", metavar="PROMPT", nargs="?", help="what the picture should show; its language is below"
    )
    group.add_argument("--style", metavar="NAME", help=f"{', '.join(STYLES)} (default: none)")
    group.add_argument(
        "--image",
        metavar="FILE[::WEIGHT]",
        action="append",
        default=[],
        help="a picture to resemble, beside the words; can be repeated (weight: -10 to 10, default: 1)",
    )


def _size(group: "argparse._ArgumentGroup") -> None:
    sizes = _both(*(f"{of['width']}x{of['height']}" for of in map(defaults_for, (DEFAULT_MODEL, "another"))))
    group.add_argument("--size", metavar="WxH", help=f"width and height, each {RANGES['width']} (default: {sizes})")
    group.add_argument(
        "--aspect",
        "--ar",
        metavar="W:H",
        help="the shape instead, with as many pixels as the default size (default: 1:1)",
    )


def _start(group: "argparse._ArgumentGroup") -> None:
    file = {"metavar": "FILE", "type": Path}
    group.add_argument("--init", **file, help="a PNG, JPEG, WebP, GIF, BMP, AVIF or checkpoint to start from")  # type: ignore[arg-type]
    group.add_argument("--mask", **file, help="with an init image: white where it may change, black where it stays")  # type: ignore[arg-type]
    group.add_argument("--like", **file, help="the request of a PNG made here; other options change it")  # type: ignore[arg-type]
    group.add_argument("--vary", **file, help="a variation of a PNG or checkpoint made here")  # type: ignore[arg-type]
    group.add_argument("--upscale", **file, help="a PNG or checkpoint made here, at twice its size")  # type: ignore[arg-type]
    group.add_argument("--continue", **file, dest="prolong", help="more steps on a PNG or checkpoint made here")  # type: ignore[arg-type]
    group.add_argument("--resume", **file, help="finish an interrupted run from its checkpoint, to the same bytes")  # type: ignore[arg-type]


def _device(group: "argparse._ArgumentGroup") -> None:
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
        help=f"views that go through CLIP at a time; fewer need less memory ({RANGES['views']}; default: all)",
    )
    group.add_argument(
        "--precision", metavar="NAME", default="auto", help=f"{', '.join(PRECISIONS)} (default: %(default)s)"
    )
    group.add_argument(
        "--no-graphs",
        action="store_true",
        help="on a GPU, run every operation of a step instead of replaying a captured graph (default: off)",
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
        help="pictures of consecutive seeds, 1 to 100000, with a manifest; existing ones are kept (default: 1)",
    )
    group.add_argument("--sheet", metavar="FILE", type=Path, help="with --count, a contact sheet (default: none)")
    group.add_argument(
        "--timelapse", metavar="FILE", type=Path, help="a timelapse of the run, .mp4 or .webp (default: none)"
    )
    group.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        help="a checkpoint to resume or continue from, updated during the run (default: none)",
    )
    group.add_argument(
        "--checkpoint-every", metavar="N", type=int, default=10, help="1 to 2000 steps (default: %(default)s)"
    )
    group.add_argument("--json", action="store_true", help="one JSON object for each picture on stdout (default: off)")
    group.add_argument("-h", "--help", action="help", help="this text")
