"""The engine's process without torch: `python -m tests.harness.scripted_process`.

It speaks the real protocol over the real pipe and has the real lifeline. It makes real PNGs at once, and after its
first step it fails as its prompt says, which is one of FAULTS.
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, Final

from bot.engine import protocol
from bot.engine.messages import LoadModel, RunCancelled, RunCommand, RunLost, RunMessage, StartRun
from bot.engine.process import take_stdout
from bot.engine.serving import EngineProcess
from bot.jobs.job import Progress, RenderResult, Suspended
from bot.operations import lifeline
from guidance.request.messages import MessageError
from tests.harness.scripted_engine import picture_of

COMMAND: Final = (sys.executable, "-m", "tests.harness.scripted_process")
STEP_VARIABLE: Final = "SCRIPTED_STEP_S"
"""Environment variable: the seconds that a step takes; 0 by default."""


class UnrenderableError(MessageError):
    """The request cannot be rendered."""


def hang(_: BinaryIO) -> None:
    """The main thread makes no more steps; messages are still read."""
    time.sleep(3600)


def freeze(_: BinaryIO) -> None:
    """The whole process is stopped."""
    os.kill(os.getpid(), signal.SIGSTOP)


def die(_: BinaryIO) -> None:
    """The process is killed, as when the system has no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)


def leave(_: BinaryIO) -> None:
    """The process ends without a word."""
    os._exit(0)


def fail(_: BinaryIO) -> None:
    """An error that nobody expected."""
    raise ZeroDivisionError


def refuse(_: BinaryIO) -> None:
    """An error of the request."""
    raise UnrenderableError("this cannot be drawn")


def exhaust(_: BinaryIO) -> None:
    """More memory is asked for than there is."""
    limit = 2**30
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    bytearray(2 * limit)


def babble(outgoing: BinaryIO) -> None:
    """Text instead of messages."""
    _write(outgoing, b"Traceback (most recent call last):\n")
    time.sleep(3600)


def nest(outgoing: BinaryIO) -> None:
    """A message of brackets."""
    text = b"[" * 100_000
    _write(outgoing, protocol.HEADER.pack(len(text), 0) + text)
    time.sleep(3600)


def halve(outgoing: BinaryIO) -> None:
    """Half of a message, and nothing after it."""
    whole = protocol.encode(Progress(2, 4, preview=bytes(1000)))
    _write(outgoing, whole[: len(whole) // 2])
    time.sleep(3600)


def break_off(outgoing: BinaryIO) -> None:
    """Half of a message, and the end of the process."""
    whole = protocol.encode(Progress(2, 4, preview=bytes(1000)))
    _write(outgoing, whole[: len(whole) // 2])
    os._exit(0)


def repeat(outgoing: BinaryIO) -> None:
    """The same step for ever."""
    while True:
        _write(outgoing, protocol.encode(Progress(1, 4)))


FAULTS: Final[dict[str, Callable[[BinaryIO], None]]] = {
    made.__name__: made
    for made in (hang, freeze, die, leave, fail, refuse, exhaust, babble, nest, halve, break_off, repeat)
}
"""What a prompt that is one of these names does after the first step."""
LOSSES: Final = {"lose": True, "depart": False}
"""Prompts whose run is lost after the first step, and whether it may be the cause; the process goes on."""


class ScriptedRenderer:
    """A Renderer of pictures of one colour."""

    failures: tuple[type[MessageError], ...] = (UnrenderableError,)

    def __init__(self, outgoing: BinaryIO) -> None:
        self._outgoing = outgoing
        self._step_s = float(os.environ.get(STEP_VARIABLE, "0"))

    def load(self, load: LoadModel) -> str:
        if load.model.startswith("missing"):
            raise UnrenderableError(f"the model {load.model} is unknown")
        return "script"

    def ready(self, load: LoadModel) -> str:
        return self.load(load)

    def execute(self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]) -> Iterator[RunMessage]:
        task, request = start.task, start.task.request
        made, total = 0 if task.checkpoint is None else int(json.loads(task.checkpoint)), len(request.span())
        yield Progress(0, total)
        while made < total:
            time.sleep(self._step_s)
            made += 1
            if RunCommand.CANCEL in commands():
                yield RunCancelled()
                return
            if RunCommand.FINISH in commands():
                request = replace(request, stop=made / request.steps)
                break
            if RunCommand.SUSPEND in commands() and made < total:
                yield Suspended(json.dumps(made).encode(), made)
                return
            yield Progress(made, total, 0.1)
            if request.prompt in LOSSES:
                yield RunLost("the run was lost", crashed=LOSSES[request.prompt])
                return
            if request.prompt in FAULTS:
                FAULTS[request.prompt](self._outgoing)
        yield RenderResult(picture_of(request), 0.5, 0.5, made, request, (), b"film" if task.timelapse else None)


def _write(outgoing: BinaryIO, data: bytes) -> None:
    outgoing.write(data)
    outgoing.flush()


def main() -> None:
    """Serves until the parent ends."""
    lifeline.end_with_parent(sys.stdin.fileno())
    outgoing = take_stdout()
    EngineProcess(sys.stdin.buffer, outgoing, ScriptedRenderer(outgoing)).serve()


if __name__ == "__main__":
    main()
