"""The engine's process: `python -m bot.engine.process`, spoken to in messages on stdin and stdout.

It loads a model once and renders one task at a time. A thread reads what the parent says, so that a command is seen
between two steps, and the end of the parent at any time. Only this side of the pipe knows torch.
"""

import logging
import os
import queue
import sys
import threading
from typing import BinaryIO, Final

from bot.engine import protocol
from bot.engine.protocol import RunCommand
from bot.engine.rendering import execute
from guidance.clip.model import ClipModel, ModelError
from guidance.io.checkpoint import CheckpointError
from guidance.io.picture import PictureError
from guidance.optimize.run import RenderError
from guidance.request.request import RequestError

log = logging.getLogger(__name__)

PARENT_GONE: Final = 3
"""Exit status when the pipe from the parent ends, or makes no sense."""


class EngineProcess:
    """Serves messages until the parent goes."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._tasks: queue.SimpleQueue[tuple[protocol.Fields, protocol.Blobs]] = queue.SimpleQueue()
        self._number: int | None = None
        self._commands: frozenset[RunCommand] = frozenset()
        self._model: ClipModel | None = None

    def serve(self) -> None:
        """Never returns: the process ends with its parent."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            task, blobs = self._tasks.get()
            try:
                model = self._load(task["model"], task["device"], graphs=task["graphs"])
                if task["type"] == "run":
                    for fields, blobs_out in execute(task, blobs, model, lambda: self._commands):
                        self._send(fields, blobs_out)
            except (ModelError, RequestError, PictureError, CheckpointError, RenderError) as error:
                self._send({"type": "failed", "message": str(error)})

    def _listen(self) -> None:
        """The only one that writes the commands; always of the latest run, which is the one under way."""
        try:
            while (received := protocol.read(self._incoming)) is not None:
                fields, _ = received
                if fields["type"] == "command":
                    # One for a run that is over came too late.
                    if fields["run"] == self._number:
                        self._commands |= {RunCommand(fields["command"])}
                    continue
                self._number, self._commands = fields.get("run"), frozenset()
                self._tasks.put(received)
        except ValueError:
            log.exception("engine: what the parent says cannot be read")
        # Not sys.exit: the main thread may be deep inside a step, and nobody is left to want its picture.
        os._exit(PARENT_GONE)

    def _send(self, fields: protocol.Fields, blobs: protocol.Blobs = protocol.NONE) -> None:
        self._outgoing.write(protocol.encode(fields, blobs))
        self._outgoing.flush()

    def _load(self, name: str, device: str, *, graphs: bool) -> ClipModel:
        if self._model is None or self._model.name != name:
            self._model = None  # free the old one first
            self._model = ClipModel.load(name, device, graphs=graphs)
        self._send({"type": "ready", "device": self._model.device.type})
        return self._model


def main() -> None:
    """Takes stdout for messages alone: whatever a library prints goes to stderr."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    EngineProcess(sys.stdin.buffer, outgoing).serve()


if __name__ == "__main__":
    main()
