"""From the options of the command line to the arguments of `render`."""

import argparse
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from guidance.io.atomic_write import check_writable
from guidance.io.checkpoint import Checkpoint, is_checkpoint
from guidance.io.inputs import digest
from guidance.io.picture import PictureError, read_image, request_of
from guidance.io.timelapse import encoder
from guidance.request.derive import continued, revised, upscaled, variation
from guidance.request.flags import aspect_of, shape_of
from guidance.request.model_name import DEFAULT_MODEL, FOLDER
from guidance.request.parameters import PARAMETERS, RANGES
from guidance.request.request import ImagePrompt, Request, RequestError

MOST_PICTURES = 100_000


@dataclass(slots=True)
class CommandLineTask:
    """The arguments of `render`, as the options give them."""

    request: Request
    blobs: dict[str, bytes] = field(default_factory=dict)
    resume: Checkpoint | None = None
    microbatch: int | None = None


def check(options: argparse.Namespace) -> None:
    """Checks options against each other, and files that would otherwise fail only after the run.

    Raises:
        RequestError: Options contradict each other or are out of range.
        PictureError: A file cannot be written.
    """
    sources = [name for name in ("like", "vary", "upscale", "prolong", "resume") if getattr(options, name)]
    if len(sources) > 1:
        raise RequestError("choose one of --like, --vary, --upscale, --continue and --resume")
    if options.resume:
        _check_resume(options)
    if options.prompt is None and not sources and not options.image:
        raise RequestError("PROMPT is missing; say what the picture should show")
    if not 1 <= options.count <= MOST_PICTURES:
        raise RequestError(f"--count is {options.count}, but must be 1 to {MOST_PICTURES}")
    if options.microbatch is not None and not RANGES["views"].holds(options.microbatch):
        raise RequestError(f"--microbatch is {options.microbatch}, but must be {RANGES['views']}")
    if not 1 <= options.checkpoint_every <= 2000:
        raise RequestError(f"--checkpoint-every is {options.checkpoint_every}, but must be 1 to 2000 steps")
    if options.count > 1 and (options.timelapse or options.checkpoint or options.resume):
        raise RequestError("--timelapse, --checkpoint and --resume are for one picture; leave --count out")
    if options.sheet and options.count == 1:
        raise RequestError("--sheet shows several pictures; ask for them with --count")
    if options.timelapse:
        encoder(options.timelapse)
    _check_endings(options)
    for path in (options.sheet, options.timelapse, options.checkpoint, options.out if options.count == 1 else None):
        if path:
            check_writable(path)


def _check_endings(options: argparse.Namespace) -> None:
    """Refuses names that end in another format than the file will have."""
    out = options.out if options.count == 1 else None
    for name, path, endings in (("sheet", options.sheet, {".png"}), ("out", out, {".png", ""})):
        if path and path.suffix.lower() not in endings:
            raise RequestError(f"--{name} is {path}, but is written as PNG; end its name in .png")


def _check_resume(options: argparse.Namespace) -> None:
    """Refuses options that a resumed run would ignore."""
    fields = (*PARAMETERS, "prompt", "size", "aspect", "model", "style")
    for name in fields:
        if getattr(options, name, None) is not None:
            shown = "the prompt" if name == "prompt" else f"--{name.replace('_', '-')}"
            raise RequestError(f"--resume finishes a run as it was requested; leave {shown} out, or use --continue")


def build_task(options: argparse.Namespace) -> CommandLineTask:
    """Reads the files and builds the request.

    Raises:
        RequestError, PictureError, CheckpointError: The request or a file cannot be used.
    """
    blobs: dict[str, bytes] = {}

    def added(path: Path) -> str:
        data = _read(path)
        if not is_checkpoint(data):
            read_image(data)  # raises now for a file that is not a picture
        blobs[digest(data)] = data
        return digest(data)

    if options.resume:
        checkpoint = Checkpoint.from_bytes(_read(options.resume))
        for path in (options.init, options.mask, *(_path_and_weight(text)[0] for text in options.image)):
            if path:
                added(path)
        return CommandLineTask(checkpoint.request, blobs, checkpoint, options.microbatch)
    settings: dict[str, Any] = {
        name: value for name in PARAMETERS if (value := getattr(options, name, None)) is not None
    }
    settings |= _parse_size(options.size)
    if options.canvas_model:
        settings["canvas_model"] = _with_whole_path(options.canvas_model)
    given: dict[str, Any] = {name: added(path) for name in ("init", "mask") if (path := getattr(options, name))}
    if options.image:
        given["images"] = tuple(
            ImagePrompt(added(path), weight) for path, weight in map(_path_and_weight, options.image)
        )
    if source := options.like or options.vary or options.upscale or options.prolong:
        request = revised(_derived_request(options, source, added), options.prompt, **settings)
        request = replace(request, **given)
    else:
        model = _with_whole_path(options.model or DEFAULT_MODEL)
        aspect = _parse_aspect(options.aspect)
        request = Request.resolve(
            options.prompt or "", model=model, style=options.style, aspect=aspect, **given, **settings
        )
    return CommandLineTask(request, blobs, microbatch=options.microbatch)


def _derived_request(options: argparse.Namespace, source: Path, added: Callable[[Path], str]) -> Request:
    """The request that --like, --vary, --upscale or --continue makes of a file."""
    for name in ("style", "aspect"):
        if getattr(options, name):
            raise RequestError(f"{source} has its own {name}; leave --{name} out")
    data = _read(source)
    request = Checkpoint.from_bytes(data).request if is_checkpoint(data) else request_of(data)
    if options.model:
        if FOLDER not in request.model:
            raise RequestError(f"{source} has its own model; leave --model out")
        # The folder may have moved since.
        request = replace(request, model=_with_whole_path(options.model))
    if options.like:
        return request
    init = added(source)
    if options.vary:
        return variation(request, init, secrets.randbelow(2**32))
    return upscaled(request, init) if options.upscale else continued(request, init)


def _parse_size(text: str | None) -> dict[str, int]:
    if text is None:
        return {}
    size = shape_of(text) if ":" not in text else None
    if size is None:
        raise RequestError(f"--size is {text!r}, but must be WIDTHxHEIGHT in pixels, such as 320x256")
    return {"width": size[0], "height": size[1]}


def _parse_aspect(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    if (shape := aspect_of(text)) is None:
        raise RequestError(f"--aspect is {text!r}, but must be WIDTH:HEIGHT, such as 16:9")
    return shape


def _with_whole_path(model: str) -> str:
    """A model's name with whole paths for its folders, so that its pictures' requests hold in every working folder."""
    parts = []
    for part in model.split(" + "):
        folder = part.strip().removeprefix(FOLDER)
        # A folder that is not there is refused when it is loaded.
        exists = folder != part.strip() and Path(folder.rpartition("::")[0] or folder).is_dir()
        parts.append(f"{FOLDER}{Path(folder).absolute()}" if exists else part)
    return " + ".join(parts)


def _path_and_weight(text: str) -> tuple[Path, float]:
    """FILE or FILE::WEIGHT."""
    name, separator, weight = text.rpartition("::")
    if not separator:
        return Path(text), 1.0
    try:
        return Path(name), float(weight)
    except ValueError:
        raise RequestError(f"--image is {text!r}, but after '::' there must be a number") from None


def _read(path: Path) -> bytes:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
        raise PictureError(f"{path} is an address; download the picture first and name the file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path} cannot be read ({error.strerror})") from error
