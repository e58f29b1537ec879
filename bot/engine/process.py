"""The engine's process: `python -m bot.engine.process`, which reads messages on stdin and writes them on stdout.

It loads a model once and renders one task at a time. A thread reads the messages, so that a command is known between
two steps, and the process ends as soon as its parent does. Only this side of the pipe imports torch.
"""

import logging
import os
import queue
import sys
import threading
from typing import BinaryIO, Final

from bot.engine import protocol
from bot.engine.messages import ControlRun, LoadModel, ModelReady, ProcessMessage, RunCommand, RunFailed, StartRun
from bot.engine.rendering import execute
from guidance.clip.model import ClipModel
from guidance.clip.open_clip_source import ModelError
from guidance.io.checkpoint import CheckpointError
from guidance.io.picture import PictureError
from guidance.optimize.run import RenderError
from guidance.request.messages import message_of
from guidance.request.request import RequestError

log = logging.getLogger(__name__)

PARENT_GONE: Final = 3
"""Exit status when the pipe from the parent ends or carries an invalid message."""


class EngineProcess:
    """Serves messages until the parent ends."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._tasks: queue.SimpleQueue[LoadModel | StartRun] = queue.SimpleQueue()
        self._run: int | None = None
        self._commands: frozenset[RunCommand] = frozenset()
        self._model: ClipModel | None = None

    def serve(self) -> None:
        """Never returns: `_listen` ends the process."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            message = self._tasks.get()
            try:
                if isinstance(message, LoadModel):
                    self._load(message)
                else:
                    model = self._load(message.load)
                    for reply in execute(message, model, lambda: self._commands):
                        self._send(reply)
            except (ModelError, RequestError, PictureError, CheckpointError, RenderError) as error:
                self._send(RunFailed(str(error), message_of(error).to_json()))

    def _listen(self) -> None:
        """Reads all messages. Only this thread sets the run's number and its commands."""
        try:
            while (message := protocol.read(self._incoming)) is not None:
                if isinstance(message, ControlRun):
                    # A command for an earlier run came too late.
                    if message.run == self._run:
                        self._commands |= {message.command}
                    continue
                self._run = message.run if isinstance(message, StartRun) else None
                self._commands = frozenset()
                self._tasks.put(message)
        except protocol.ProtocolError:
            log.exception("engine: the parent sent an invalid message")
        # Not sys.exit: the main thread may be inside a long step, and nobody needs its picture any more.
        os._exit(PARENT_GONE)

    def _send(self, message: ProcessMessage) -> None:
        self._outgoing.write(protocol.encode(message))
        self._outgoing.flush()

    def _load(self, load: LoadModel) -> ClipModel:
        if self._model is None or self._model.name != load.model:
            self._model = None  # frees the memory of the old model first
            self._model = ClipModel.load(load.model, load.device, graphs=load.graphs)
        self._send(ModelReady(self._model.device.type))
        return self._model


def main() -> None:
    """Keeps stdout for messages alone: what a library prints goes to stderr."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    EngineProcess(sys.stdin.buffer, outgoing).serve()


if __name__ == "__main__":
    main()
