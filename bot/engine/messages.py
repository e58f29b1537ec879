"""The messages between the bot and the engine's process, one frozen dataclass for each type.

The process also sends Progress, RenderResult and Suspended of `bot.jobs.job`. `bot.engine.protocol` encodes them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bot.engine import RenderTask
from bot.jobs.job import Progress, RenderResult, Suspended
from guidance.request.messages import MessageError, message_of


class RunCommand(StrEnum):
    """How a running task can be ended early."""

    CANCEL = "cancel"
    FINISH = "finish"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks a process that renders nothing for a sign of life. The process answers Pong."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to Ping."""


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Asks for a model. The process answers ModelReady or RunFailed.

    Attributes:
        model: Name, as in `Request.model`.
        device: As in the host's configuration: "auto", "cpu", "cuda" and so on.
        graphs: Whether steps are replayed from a captured CUDA graph.
        threads: CPU threads; 0 for one on each core.
    """

    model: str
    device: str
    graphs: bool
    threads: int = 0


@dataclass(frozen=True, slots=True)
class StartRun:
    """Asks for a run. The process answers ModelReady, then Progress, then one message that ends the run.

    Attributes:
        run: Number of the run, which its commands name.
        load: The model that the request names.
        task: What to render.
        preview_interval_s: Shortest time between two previews.
        preview_pixels: Longest side of a preview.
        checkpoint_s: Seconds between two checkpoints of the run; None for none. They do not go through the pipe.
    """

    run: int
    load: LoadModel
    task: RenderTask
    preview_interval_s: float
    preview_pixels: int
    checkpoint_s: float | None = None


@dataclass(frozen=True, slots=True)
class ControlRun:
    """Ends a run early. The process ignores it if another run has started."""

    run: int
    command: RunCommand


@dataclass(frozen=True, slots=True)
class ModelReady:
    """The model is loaded on this type of device, such as "cpu"."""

    device: str


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The model cannot be loaded or the request cannot be rendered.

    Attributes:
        message: Why, in English.
        stored: The same as JSON of `guidance.request.messages.Message`, to be read in any language.
    """

    message: str
    stored: str

    @classmethod
    def of(cls, error: MessageError) -> Self:
        """The message about an error."""
        return cls(str(error), message_of(error).to_json())


@dataclass(frozen=True, slots=True)
class RunCancelled:
    """The run ended because of RunCommand.CANCEL."""


@dataclass(frozen=True, slots=True)
class RunLost:
    """The engine lost the run or cannot be reached.

    Attributes:
        message: Why, in English.
        crashed: Whether the run may be the cause.
    """

    message: str
    crashed: bool


@dataclass(frozen=True, slots=True)
class RunCheckpoint:
    """A checkpoint of a run that goes on, and the steps made so far."""

    checkpoint: bytes
    step: int


BotMessage = Ping | LoadModel | StartRun | ControlRun
RunMessage = Progress | RenderResult | Suspended | RunCancelled | RunLost
ProcessMessage = Pong | ModelReady | RunFailed | RunMessage
