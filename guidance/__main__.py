"""The command line: `python -m guidance "PROMPT" [options]`.

Exit status 0 with a picture, 2 when what was asked for cannot be (one line on stderr), 1 when the run broke down.
"""

import argparse
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from guidance.loop import RenderError, Result, Step, render
from guidance.model import ClipModel, ModelError
from guidance.picture import PictureError, read_image, to_png
from guidance.request import CANVASES, DEFAULT_MODEL, RANGES, Request, RequestError, defaults_for

BAR_WIDTH = 30


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, where argparse would print its usage too."""

    def error(self, message: str) -> NoReturn:
        """One line, status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> Parser:
    """The options; every one with its range and default."""
    pocket = defaults_for(DEFAULT_MODEL)
    own = "default: the model's own; pocket's is"
    options = Parser(prog="python -m guidance", description="Turns words into a picture, guided by a CLIP.")
    options.add_argument("prompt", metavar="PROMPT", help="what the picture should show")
    options.add_argument("--negative", metavar="TEXT", default="", help="what it should not show")
    options.add_argument(
        "--size",
        metavar="WxH",
        help=f"width and height, each {RANGES['width']} ({own} {pocket.width}x{pocket.height})",
    )
    options.add_argument("--steps", metavar="N", type=int, help=f"{RANGES['steps']} ({own} {pocket.steps})")
    options.add_argument("--seed", metavar="N", type=int, help=f"{RANGES['seed']} (default: a random one)")
    options.add_argument(
        "--model",
        metavar="NAME",
        default=DEFAULT_MODEL,
        help="pocket, or ARCH/PRETRAINED as open_clip names them (default: %(default)s)",
    )
    options.add_argument(
        "--canvas", metavar="NAME", default=CANVASES[0], help=f"{', '.join(CANVASES)} (default: %(default)s)"
    )
    options.add_argument("--init", metavar="FILE", type=Path, help="a PNG, JPEG or WebP to start from")
    options.add_argument(
        "--strength",
        metavar="F",
        type=float,
        help=f"with --init, the share of the steps that may change it, {RANGES['strength']} ({own} {pocket.strength})",
    )
    options.add_argument("--out", metavar="FILE", type=Path, help="the PNG to write (default: SEED.png)")
    options.add_argument("--device", metavar="NAME", default="auto", help="auto, cpu, cuda, … (default: %(default)s)")
    options.add_argument("--json", action="store_true", help="print one JSON object about the picture on stdout")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        return _make(options)
    except (RequestError, PictureError, ModelError) as error:
        return _fail(2, str(error))
    except RenderError as error:
        return _fail(1, str(error))
    except KeyboardInterrupt:
        return _fail(130, "stopped")


def _make(options: argparse.Namespace) -> int:
    width, height = _size(options.size)
    data = _read(options.init) if options.init else None
    request = Request.resolve(
        options.prompt,
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        negative=options.negative,
        width=width,
        height=height,
        steps=options.steps,
        model=options.model,
        canvas=options.canvas,
        init=hashlib.sha256(data).hexdigest() if data is not None else None,
        strength=options.strength,
    )
    start = read_image(data) if data is not None else None
    path: Path = options.out or Path(f"{request.seed}.png")
    _check_writable(path)
    model = ClipModel.load(request.model, options.device)
    began = time.monotonic()
    result = _last(render(request, model, start=start))
    _write(path, to_png(result.image, request))
    if options.json:
        print(json.dumps(_report(result, path, time.monotonic() - began, model.device.type), allow_nan=False))
    else:
        print(path)
    return 0


def _last(steps: Iterator[Step | Result]) -> Result:
    """Runs to the end, with a bar where somebody watches."""
    watched = sys.stderr.isatty()
    for step in steps:
        if isinstance(step, Result):
            if watched:
                print(file=sys.stderr)
            return step
        if watched:
            filled = "█" * (BAR_WIDTH * step.number // step.total)
            print(
                f"\r{filled:░<{BAR_WIDTH}} {step.number}/{step.total}  similarity {step.similarity():.3f} ",
                end="",
                file=sys.stderr,
                flush=True,
            )
    raise AssertionError("render ends in a Result")


def _report(result: Result, path: Path, seconds: float, device: str) -> dict[str, object]:
    request = result.request
    return {
        "path": str(path),
        "prompt": request.prompt,
        "seed": request.seed,
        "width": request.width,
        "height": request.height,
        "steps": request.steps,
        "seconds": round(seconds, 2),
        "similarity": None if result.similarity is None else round(result.similarity, 4),
        "model": request.model,
        "device": device,
    }


def _size(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    width, separator, height = text.lower().partition("x")
    if not (separator and width.isdecimal() and height.isdecimal()):
        raise RequestError(f"--size is {text!r}, but must be WIDTHxHEIGHT in pixels, such as 320x256")
    return int(width), int(height)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path} cannot be read ({error.strerror})") from error


def _check_writable(path: Path) -> None:
    """Before the work, not after it."""
    if path.is_dir() or not path.parent.is_dir():
        raise PictureError(f"{path} cannot be written; name a file in a folder that exists")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise PictureError(f"{path} cannot be written ({error.strerror})") from error


def _fail(status: int, message: str) -> int:
    print(f"python -m guidance: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
