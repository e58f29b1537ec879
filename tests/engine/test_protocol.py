"""The engine's protocol: every message arrives as it was sent, and anything else is a ProtocolError."""

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from bot.engine import RenderTask, protocol
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
from bot.engine.protocol import ProtocolError
from bot.jobs.job import Concept, Flag, Progress, RenderResult, Suspended
from guidance.request.request import Request

REQUEST = Request.resolve("a cät", seed=1, init="a" * 64)
LOAD = LoadModel("pocket", "cpu", graphs=True)
FLAG = Flag("spider", "prompt", 0.75)
TASK = RenderTask(
    REQUEST, {"a" * 64: b"input"}, b"checkpoint", timelapse=True, concepts=(Concept("spider", ("a spider",), 0.5),)
)
FROM_BOT: list[BotMessage] = [
    LOAD,
    StartRun(3, LOAD, TASK, preview_interval_s=1.5, preview_pixels=256),
    StartRun(4, LOAD, RenderTask(REQUEST, previews=False), preview_interval_s=0, preview_pixels=32),
    *(ControlRun(3, command) for command in RunCommand),
    Ping(),
]
FROM_PROCESS: list[ProcessMessage] = [
    ModelReady("cuda"),
    Progress(0, 80, flags=(FLAG,)),
    Progress(1, 80, 0.25, b"preview"),
    RenderResult(b"png", 0.25, 9.5, 80, REQUEST, (FLAG, Flag("spider", "picture", 0.5)), b"timelapse"),
    RenderResult(b"png", None, 0.5, 0, REQUEST),
    Suspended(b"checkpoint", 7),
    RunFailed("this cannot be rendered", '["broke-down",{}]'),
    RunCancelled(),
    Pong(),
    RunLost("no machine has room", crashed=False),
    RunLost("lost twice at the same place", crashed=True),
]
Decode = Callable[[bytes, int], BotMessage | ProcessMessage]


def decoder(message: BotMessage | ProcessMessage) -> Decode:
    return protocol.decode_process_message if message in FROM_PROCESS else protocol.decode_bot_message


def opened(message: BotMessage | ProcessMessage) -> tuple[dict[str, Any], dict[str, int], bytes]:
    """The fields of an encoded message, the sizes of its parts, and the parts."""
    encoded = protocol.encode(message)
    text, _ = protocol.lengths(encoded[: protocol.HEADER.size])
    body = encoded[protocol.HEADER.size :]
    fields, sizes = json.loads(body[:text])
    return fields, sizes, body[text:]


def decoded(decode: Decode, fields: object, sizes: object, parts: bytes) -> BotMessage | ProcessMessage:
    text = json.dumps([fields, sizes]).encode()
    return decode(text + parts, len(text))


def other_type(value: object) -> object:
    """A value that no field takes where it takes this one."""
    return 5 if isinstance(value, str | list | dict | bool) else "five"


def test_every_message_of_the_bot_arrives_as_it_was_sent() -> None:
    stream = io.BytesIO(b"".join(map(protocol.encode, FROM_BOT)))
    assert [protocol.read(stream) for _ in FROM_BOT] == FROM_BOT
    assert protocol.read(stream) is None


@pytest.mark.parametrize("message", FROM_PROCESS)
def test_every_message_of_the_process_arrives_as_it_was_sent(message: ProcessMessage) -> None:
    assert decoded(protocol.decode_process_message, *opened(message)) == message


@pytest.mark.parametrize("message", [*FROM_BOT, *FROM_PROCESS])
def test_a_missing_field_or_one_of_another_type_is_an_error(message: BotMessage | ProcessMessage) -> None:
    fields, sizes, parts = opened(message)
    for name in fields:
        without = {other: value for other, value in fields.items() if other != name}
        for wrong in (without, fields | {name: other_type(fields[name])}):
            with pytest.raises(ProtocolError):
                decoded(decoder(message), wrong, sizes, parts)


@pytest.mark.parametrize("message", [FROM_PROCESS[3], FROM_PROCESS[5]])
def test_a_missing_part_is_an_error(message: ProcessMessage) -> None:
    fields, _, _ = opened(message)
    with pytest.raises(ProtocolError):
        decoded(protocol.decode_process_message, fields, {}, b"")


@pytest.mark.parametrize(
    ("message", "name", "value"),
    [
        (FROM_BOT[1], "request", "{}"),
        (FROM_BOT[1], "load", {"model": "pocket", "device": "cpu"}),
        (FROM_BOT[1], "concepts", [{"name": "spider", "texts": ["a spider"]}]),
        (FROM_BOT[1], "concepts", [{"name": "spider", "texts": [5], "threshold": 0.5}]),
        (FROM_BOT[3], "command", "explode"),
        (FROM_PROCESS[1], "flags", [{"concept": "spider", "where": "sound", "score": 0.5}]),
        (FROM_PROCESS[3], "request", "no request"),
        (FROM_PROCESS[3], "flags", ["spider"]),
    ],
)
def test_an_invalid_value_inside_a_field_is_an_error(
    message: BotMessage | ProcessMessage, name: str, value: object
) -> None:
    fields, sizes, parts = opened(message)
    with pytest.raises(ProtocolError):
        decoded(decoder(message), fields | {name: value}, sizes, parts)


def test_an_unknown_type_or_one_of_the_other_direction_is_an_error() -> None:
    for decode, kind in (
        (protocol.decode_bot_message, "Reboot"),
        (protocol.decode_bot_message, "ModelReady"),
        (protocol.decode_process_message, "Reboot"),
        (protocol.decode_process_message, "LoadModel"),
    ):
        fields = {"type": kind, "model": "pocket", "device": "cpu", "graphs": True}
        with pytest.raises(ProtocolError, match=kind):
            decoded(decode, fields, {}, b"")


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b"[1]",
        b"[{}, 5]",
        b"[{}, [1]]",
        b'["x", {}]',
        b'[{}, {"png": 9}]',
        b'[{}, {"png": "x"}]',
        b"not",
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("decode", [protocol.decode_bot_message, protocol.decode_process_message])
def test_a_message_of_another_shape_is_an_error(decode: Decode, text: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(text + b"png", len(text))


def test_a_stream_that_ends_within_a_message_has_no_more_messages() -> None:
    whole = protocol.encode(FROM_BOT[1])
    for length in range(len(whole)):
        assert protocol.read(io.BytesIO(whole[:length])) is None


def test_a_header_with_too_large_a_length_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="too long"):
        protocol.lengths(struct.pack(">II", 2**32 - 1, 5))


def test_too_long_a_message_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LIMIT", 99)
    protocol.encode(Suspended(bytes(30), 1))
    with pytest.raises(ProtocolError, match="too long"):
        protocol.encode(Suspended(bytes(99), 1))
