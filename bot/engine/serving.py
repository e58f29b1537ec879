"""Serves the bot's messages in the engine's process: loads a model once and renders one task at a time.

A thread reads the messages, so that a command is known between two steps, and the process ends as soon as its parent
does. What renders is a `Renderer`; this module does not import torch.
"""

import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Protocol

from bot.engine import EngineAwayError, protocol
from bot.engine.messages import (
    ControlRun,
    LoadModel,
    ModelReady,
    Ping,
    Pong,
    ProcessMessage,
    RunCheckpoint,
    RunCommand,
    RunFailed,
    RunLost,
    RunMessage,
    StartRun,
)
from guidance.request.messages import MessageError

log = logging.getLogger(__name__)

PARENT_GONE: Final = 3
"""Exit status when the pipe from the parent ends or carries an invalid message."""


class Renderer(Protocol):
    """Loads models and renders tasks.

    Attributes:
        failures: Exceptions that say in one sentence why a request cannot be rendered. Any other ends the process.
    """

    failures: tuple[type[MessageError], ...]

    def load(self, load: LoadModel) -> str:
        """Loads a model, unless it is loaded already; returns its type of device, such as "cpu"."""
        ...

    def ready(self, load: LoadModel) -> str:
        """Returns the type of device of the loaded model at once.

        Raises:
            EngineAwayError: The model is not loaded any more; the run must wait for `load`.
        """
        ...

    def execute(
        self, start: StartRun, commands: Callable[[], frozenset[RunCommand]]
    ) -> Iterator[RunMessage | RunCheckpoint]:
        """Renders a task with the loaded model; `commands` gives the commands for this run so far."""
        ...


class EngineProcess:
    """Serves messages until the parent ends."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO, renderer: Renderer) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._renderer = renderer
        self._tasks: queue.SimpleQueue[Ping | LoadModel | StartRun] = queue.SimpleQueue()
        self._run: int | None = None
        self._commands: frozenset[RunCommand] = frozenset()

    def serve(self) -> None:
        """Never returns: `_listen` ends the process."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            message = self._tasks.get()
            try:
                match message:
                    case Ping():
                        self._send(Pong())
                    case LoadModel():
                        self._send(ModelReady(self._renderer.load(message)))
                    case StartRun():
                        self._send(ModelReady(self._renderer.ready(message.load)))
                        for reply in self._renderer.execute(message, lambda: self._commands):
                            assert not isinstance(reply, RunCheckpoint)  # noqa: S101 - the pipe's runs have none
                            self._send(reply)
            except self._renderer.failures as error:
                self._send(RunFailed.of(error))
            except EngineAwayError as error:
                self._send(RunLost(str(error), crashed=False))

    def _listen(self) -> None:
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
