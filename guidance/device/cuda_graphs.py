"""A step's work on a device, captured once and replayed: one call instead of hundreds.

What is replayed reads and writes the memory that was read and written when it was captured, and asks nothing of Python
or of the CPU. So whatever changes from one step to the next has to lie on the device before.
"""

import time
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

Work = Callable[[], Tensor]


class GraphCapture(Protocol):
    """Captures work on one device, to be replayed.

    Attributes:
        seconds: What all captures together took.
    """

    seconds: float

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """What does the work again, and where its answer lies afterwards. How often the work is done now is not said.

        Raises:
            RuntimeError: The work cannot be captured.
        """
        ...


class CudaGraphCapture:
    """Captures by CUDA's graphs.

    Args:
        device: A GPU of CUDA's.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.seconds = 0.0

    def capture(self, work: Work) -> tuple[Callable[[], object], Tensor]:
        """See GraphCapture. Waits for the device."""
        began = time.perf_counter()
        with torch.cuda.device(self._device):
            # Once before, on the stream that will be captured: so that nothing is set up within the graph, such as a
            # library's memory for that stream, and no gradient is summed on the stream that must wait.
            aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                work()
            torch.cuda.current_stream().wait_stream(aside)
            graph = torch.cuda.CUDAGraph()
            try:
                with torch.cuda.graph(graph, stream=aside):
                    answer = work()
            except RuntimeError:
                graph.reset()  # else it keeps its memory until it is collected
                raise
        self.seconds += time.perf_counter() - began
        return graph.replay, answer


def graph_capture_for(device: torch.device) -> GraphCapture | None:
    """The one for a device; None where calls cost little beside what they ask for."""
    return CudaGraphCapture(device) if device.type == "cuda" else None
