"""The engine's process: `python -m bot.engine.child`, spoken to in frames on stdin and stdout.

It loads a model once and renders one request at a time. A thread reads what the parent says, so that a cancel is
seen between two steps, and the end of the parent at any time. Only this side of the pipe knows torch.
"""

import os
import queue
import sys
import threading
import time
from typing import BinaryIO, Final

from bot.engine import frame
from guidance.checkpoint import CheckpointError
from guidance.loop import Result as Rendered
from guidance.loop import render
from guidance.model import ClipModel, ModelError
from guidance.picture import PictureError, to_png, to_preview
from guidance.request import Request, RequestError
from guidance.run import RenderError

PARENT_GONE: Final = 3
"""Exit status when the pipe from the parent ends."""


class Child:
    """Serves frames until the parent goes."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._orders: queue.SimpleQueue[tuple[frame.Fields, bytes]] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._model: ClipModel | None = None

    def serve(self) -> None:
        """Never returns: the process ends with its parent."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            order, blob = self._orders.get()
            try:
                if order["order"] == "load":
                    self._load(order["model"], order["device"])
                else:
                    self._run(order, blob)
            except (ModelError, RequestError, PictureError, CheckpointError, RenderError) as error:
                self._say({"says": "failed", "message": str(error)})

    def _listen(self) -> None:
        while (received := frame.read(self._incoming)) is not None:
            if received[0]["order"] == "cancel":
                self._cancelled.set()
            else:
                self._cancelled.clear()
                self._orders.put(received)
        # Not sys.exit: the main thread may be deep inside a step, and nobody is left to want its picture.
        os._exit(PARENT_GONE)

    def _say(self, fields: frame.Fields, blob: bytes = b"") -> None:
        self._outgoing.write(frame.encode(fields, blob))
        self._outgoing.flush()

    def _load(self, name: str, device: str) -> ClipModel:
        if self._model is None or self._model.name != name:
            self._model = None  # free the old one first
            self._model = ClipModel.load(name, device)
        self._say({"says": "ready", "device": self._model.device.type})
        return self._model

    def _run(self, order: frame.Fields, blob: bytes) -> None:
        request = Request.from_json(order["request"])
        model = self._load(request.model, order["device"])
        began = time.monotonic()
        due = began  # the first step shows a preview
        for step in render(request, model, blobs=_divided(blob, order["blobs"])):
            if isinstance(step, Rendered):
                png = to_png(step.image, request)
                seconds = time.monotonic() - began
                self._say({"says": "result", "similarity": step.similarity, "seconds": seconds}, png)
                return
            if self._cancelled.is_set():
                self._say({"says": "cancelled"})
                return
            fields: frame.Fields = {"says": "progress", "step": step.number, "total": step.total, "similarity": None}
            preview = b""
            if time.monotonic() >= due:
                due = time.monotonic() + order["preview_interval_s"]
                fields["similarity"] = step.similarity()
                preview = to_preview(step.picture(), order["preview_pixels"])
            self._say(fields, preview)


def _divided(blob: bytes, lengths: dict[str, int]) -> dict[str, bytes]:
    """The inputs by sha256, out of one piece."""
    parts, begin = {}, 0
    for sha256, length in lengths.items():
        parts[sha256] = blob[begin : begin + length]
        begin += length
    return parts


def main() -> None:
    """Takes stdout for frames alone: whatever a library prints goes to stderr."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Child(sys.stdin.buffer, outgoing).serve()


if __name__ == "__main__":
    main()
