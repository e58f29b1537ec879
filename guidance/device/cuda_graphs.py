"""Captures the GPU work of a step once and replays it: one call instead of hundreds.

A replay reads and writes the same memory as the captured work and runs no Python. So values that change from one step
to the next must be copied to the device before the replay.
"""

import time
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

Work = Callable[[], Tensor]


class GraphCapture(Protocol):
    """Captures work on one device.

    Attributes:
        seconds: Time that all captures together took.
    """

    seconds: float

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """Returns a function that replays the work, and the tensor that then holds its result.

        The work runs an unspecified number of times during the capture.

        Raises:
            RuntimeError: The work cannot be captured.
        """
        ...


class CudaGraphCapture:
    """Captures CUDA graphs.

    Args:
        device: A CUDA device.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.seconds = 0.0

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """See GraphCapture. Synchronises with the device."""
        began = time.perf_counter()
        with torch.cuda.device(self._device):
            # Run once before, on the stream that will be captured, so that libraries allocate their memory for that
            # stream outside the graph, and no gradient is accumulated on another stream.
            side_stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            side_stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side_stream):
                work()
            torch.cuda.current_stream().wait_stream(side_stream)
            graph = torch.cuda.CUDAGraph()
            try:
                with torch.cuda.graph(graph, stream=side_stream):
                    answer = work()
            except RuntimeError:
                graph.reset()  # otherwise it holds its memory until garbage collection
                raise
        self.seconds += time.perf_counter() - began
        return graph.replay, answer


def graph_capture_for(device: torch.device) -> GraphCapture | None:
    """The capture for a device; None on a CPU, where a call costs little compared with its work."""
    return CudaGraphCapture(device) if device.type == "cuda" else None
