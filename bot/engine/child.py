"""The engine's process: `python -m bot.engine.child`, spoken to in frames on stdin and stdout.

It loads a model once and renders one order at a time. A thread reads what the parent says, so that a wish is seen
between two steps, and the end of the parent at any time. Only this side of the pipe knows torch.
"""

import logging
import os
import queue
import sys
import threading
from typing import BinaryIO, Final

from bot.engine import frame
from bot.engine.frame import Wish
from bot.engine.rendering import carried_out
from guidance.checkpoint import CheckpointError
from guidance.model import ClipModel, ModelError
from guidance.picture import PictureError
from guidance.request import RequestError
from guidance.run import RenderError

log = logging.getLogger(__name__)

PARENT_GONE: Final = 3
"""Exit status when the pipe from the parent ends, or makes no sense."""


class Child:
    """Serves frames until the parent goes."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._orders: queue.SimpleQueue[tuple[frame.Fields, frame.Blobs]] = queue.SimpleQueue()
        self._number: int | None = None
        self._wishes: frozenset[Wish] = frozenset()
        self._model: ClipModel | None = None

    def serve(self) -> None:
        """Never returns: the process ends with its parent."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            order, blobs = self._orders.get()
            try:
                model = self._load(order["model"], order["device"], graphs=order["graphs"])
                if order["order"] == "run":
                    for fields, parts in carried_out(order, blobs, model, lambda: self._wishes):
                        self._say(fields, parts)
            except (ModelError, RequestError, PictureError, CheckpointError, RenderError) as error:
                self._say({"says": "failed", "message": str(error)})

    def _listen(self) -> None:
        """The only one that writes what is wished; always of the latest run, which is the one under way."""
        try:
            while (received := frame.read(self._incoming)) is not None:
                fields, _ = received
                if fields["order"] == "wish":
                    # One for a run that is over came too late.
                    if fields["run"] == self._number:
                        self._wishes |= {Wish(fields["wish"])}
                    continue
                self._number, self._wishes = fields.get("run"), frozenset()
                self._orders.put(received)
        except ValueError:
            log.exception("engine: what the parent says cannot be read")
        # Not sys.exit: the main thread may be deep inside a step, and nobody is left to want its picture.
        os._exit(PARENT_GONE)

    def _say(self, fields: frame.Fields, blobs: frame.Blobs = frame.NONE) -> None:
        self._outgoing.write(frame.encode(fields, blobs))
        self._outgoing.flush()

    def _load(self, name: str, device: str, *, graphs: bool) -> ClipModel:
        if self._model is None or self._model.name != name:
            self._model = None  # free the old one first
            self._model = ClipModel.load(name, device, graphs=graphs)
        self._say({"says": "ready", "device": self._model.device.type})
        return self._model


def main() -> None:
    """Takes stdout for frames alone: whatever a library prints goes to stderr."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Child(sys.stdin.buffer, outgoing).serve()


if __name__ == "__main__":
    main()
