"""Encodes the messages between the bot and the engine's process, and checks each one when it is decoded.

On the pipe, a message is a header with two lengths, a JSON array of its fields and the sizes of its binary parts, and
those parts. It is not pickle, so that a faulty process cannot make the bot run code.
"""

import json
import struct
from dataclasses import asdict
from typing import Any, BinaryIO, Final

from bot.engine import RenderTask
from bot.engine.messages import (
    BotMessage,
    ControlRun,
    LoadModel,
    ModelReady,
    Ping,
    Pong,
    ProcessMessage,
    RunCancelled,
    RunCommand,
    RunFailed,
    RunLost,
    StartRun,
)
from bot.jobs.job import Concept, Flag, Progress, RenderResult, Suspended
from guidance.request.request import Request, RequestError

HEADER: Final = struct.Struct(">II")
LIMIT: Final = 512 * 2**20
"""Bytes: two checkpoints of the largest picture, 200 MiB each, and the input images."""
CHECKPOINT: Final = "checkpoint"
"""Name of the binary part with a checkpoint. Input images are named by their sha256."""

Fields = dict[str, Any]
Blobs = dict[str, bytes]


class ProtocolError(Exception):
    """The bytes are not a message of this protocol, or a message is longer than LIMIT."""


def encode(message: BotMessage | ProcessMessage) -> bytes:
    """A message as it goes through the pipe.

    Raises:
        ProtocolError: It is longer than LIMIT.
    """
    fields, blobs = _split(message)
    fields["type"] = type(message).__name__
    text = json.dumps([fields, {name: len(blob) for name, blob in blobs.items()}]).encode()
    size = sum(map(len, blobs.values()))
    _check_length(len(text) + size)
    return b"".join([HEADER.pack(len(text), size), text, *blobs.values()])


def lengths(header: bytes) -> tuple[int, int]:
    """Lengths in bytes of the JSON and of all binary parts.

    Raises:
        ProtocolError: The message is longer than LIMIT.
    """
    text, size = HEADER.unpack(header)
    _check_length(text + size)
    return text, size


def decode_bot_message(body: bytes, text: int) -> BotMessage:
    """What the bot sent.

    Args:
        body: What follows the header.
        text: Length in bytes of the JSON at its start.

    Raises:
        ProtocolError: The type is unknown, or a field is missing or of another type.
    """
    fields, blobs = _unpack(body, text)
    match fields:
        case {"type": "Ping"}:
            return Ping()
        case {"type": "LoadModel"}:
            return _load_model(fields)
        case {
            "type": "StartRun",
            "run": int(run),
            "load": load,
            "request": str(request),
            "concepts": list(concepts),
            "timelapse": bool(timelapse),
            "previews": bool(previews),
            "preview_interval_s": float() | int() as preview_interval_s,
            "preview_pixels": int(preview_pixels),
        }:
            task = RenderTask(
                request=_request(request),
                checkpoint=blobs.pop(CHECKPOINT, None),
                blobs=blobs,
                timelapse=timelapse,
                concepts=tuple(map(_concept, concepts)),
                previews=previews,
            )
            return StartRun(run, _load_model(load), task, preview_interval_s, preview_pixels)
        case {"type": "ControlRun", "run": int(run), "command": "cancel" | "finish" | "suspend" as command}:
            return ControlRun(run, RunCommand(command))
    raise _invalid("message of the bot", fields)


def decode_process_message(body: bytes, text: int) -> ProcessMessage:  # noqa: PLR0911 - one for each type
    """What the process sent; arguments and errors as for `decode_bot_message`."""
    fields, blobs = _unpack(body, text)
    match fields, blobs:
        case {"type": "ModelReady", "device": str(device)}, _:
            return ModelReady(device)
        case {
            "type": "Progress",
            "step": int(step),
            "total": int(total),
            "similarity": float() | None as similarity,
            "flags": list(flags),
        }, _:
            return Progress(step, total, similarity, blobs.get("preview"), tuple(map(_flag, flags)))
        case {
            "type": "RenderResult",
            "similarity": float() | None as similarity,
            "seconds": float(seconds),
            "steps": int(steps),
            "request": str(request),
            "flags": list(flags),
        }, {"png": png}:
            return RenderResult(
                png, similarity, seconds, steps, _request(request), tuple(map(_flag, flags)), blobs.get("timelapse")
            )
        case {"type": "Suspended", "step": int(step)}, {"checkpoint": checkpoint}:
            return Suspended(checkpoint, step)
        case {"type": "RunFailed", "message": str(message), "stored": str(stored)}, _:
            return RunFailed(message, stored)
        case {"type": "RunLost", "message": str(message), "crashed": bool(crashed)}, _:
            return RunLost(message, crashed)
        case {"type": "RunCancelled" | "Pong" as kind}, _:
            return Pong() if kind == "Pong" else RunCancelled()
    raise _invalid("message of the engine's process", fields)


def read(stream: BinaryIO) -> BotMessage | None:
    """The next message of a blocking stream; None at its end. Raises ProtocolError."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    text, size = lengths(header)
    body = stream.read(text + size)
    return decode_bot_message(body, text) if len(body) == text + size else None


def _split(message: BotMessage | ProcessMessage) -> tuple[Fields, Blobs]:
    """The fields that go into the JSON, and the binary parts."""
    match message:
        case StartRun(task=task):
            fields = {
                "run": message.run,
                "load": asdict(message.load),
                "request": task.request.to_json(),
                "concepts": [asdict(concept) for concept in task.concepts],
                "timelapse": task.timelapse,
                "previews": task.previews,
                "preview_interval_s": message.preview_interval_s,
                "preview_pixels": message.preview_pixels,
            }
            return fields, {**task.blobs, **_present_blobs(checkpoint=task.checkpoint)}
        case RenderResult(request=request):
            fields = {
                "similarity": message.similarity,
                "seconds": message.seconds,
                "steps": message.steps,
                "request": request.to_json(),
                "flags": [asdict(flag) for flag in message.flags],
            }
            return fields, _present_blobs(png=message.png, timelapse=message.timelapse)
        case Progress(preview=preview):
            fields = asdict(message)
            del fields["preview"]
            return fields, _present_blobs(preview=preview)
        case Suspended(checkpoint=checkpoint, step=step):
            return {"step": step}, _present_blobs(checkpoint=checkpoint)
    return asdict(message), {}


def _present_blobs(**parts: bytes | None) -> Blobs:
    return {name: part for name, part in parts.items() if part is not None}


def _unpack(body: bytes, text: int) -> tuple[Any, Blobs]:
    """The inverse of `_split`, with fields that are not checked yet."""
    try:
        fields, sizes = json.loads(body[:text])
        blobs, begin = {}, text
        for name, size in sizes.items():
            blobs[name] = body[begin : begin + size]
            begin += size
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ProtocolError(f"a message cannot be read: {error}") from error
    if begin != len(body):
        raise ProtocolError("a message and its parts differ in length")
    return fields, blobs


def _load_model(fields: object) -> LoadModel:
    match fields:
        case {"model": str(model), "device": str(device), "graphs": bool(graphs), "threads": int(threads)}:
            return LoadModel(model, device, graphs, threads)
    raise _invalid("LoadModel", fields)


def _request(text: str) -> Request:
    try:
        return Request.from_json(text)
    except RequestError as error:
        raise ProtocolError(str(error)) from error


def _concept(fields: object) -> Concept:
    match fields:
        case {"name": str(name), "texts": [*texts], "threshold": float() | int() as threshold}:
            if all(isinstance(text, str) for text in texts):
                return Concept(name, tuple(texts), threshold)
    raise _invalid("Concept", fields)


def _flag(fields: object) -> Flag:
    match fields:
        case {"concept": str(concept), "where": "prompt" | "picture" as where, "score": float(score)}:
            return Flag(concept, where, score)
    raise _invalid("Flag", fields)


def _invalid(expected: str, fields: object) -> ProtocolError:
    return ProtocolError(f"not a {expected}: {fields!r:.200}")


def _check_length(length: int) -> None:
    if length > LIMIT:
        raise ProtocolError(f"a message is too long ({length} bytes, at most {LIMIT})")
