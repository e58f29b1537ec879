"""Checkpoint: a run between two steps, as bytes; from it the run ends in the same bytes as without the break.

A safetensors file: numbers that cannot run code, and the request in its header.
"""

import json
import struct
from dataclasses import dataclass
from typing import Final, Self

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from guidance.request.request import Request, RequestError

KIND: Final = "guidance checkpoint 1"
_LENGTH: Final = struct.Struct("<Q")
_LONGEST_HEADER: Final = 1 << 20


class CheckpointError(ValueError):
    """Bytes that are not a checkpoint of ours; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run between two steps.

    Attributes:
        request: What is being made.
        step: The step of the schedule that comes next.
        tensors: The canvas, the optimizer and the score so far, by name, on the CPU.
    """

    request: Request
    step: int
    tensors: dict[str, Tensor]

    def to_bytes(self) -> bytes:
        """The file; equal runs give equal bytes."""
        # One text, as safetensors writes several in any order.
        about = json.dumps({"request": self.request.to_json(), "step": self.step}, sort_keys=True)
        tensors = {name: tensor.contiguous() for name, tensor in self.tensors.items()}
        return safetensors.torch.save(tensors, {KIND: about})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads what `to_bytes` wrote.

        Raises:
            CheckpointError: Something else, or broken.
        """
        if not is_checkpoint(data):
            raise CheckpointError("this is not a checkpoint of guidance")
        try:
            about = json.loads(_header(data)[KIND])
            return cls(Request.from_json(about["request"]), int(about["step"]), safetensors.torch.load(data))
        except RequestError as error:
            raise CheckpointError(f"the checkpoint's request cannot be used: {error}") from error
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError("the checkpoint is broken") from error


def is_checkpoint(data: bytes) -> bool:
    """Whether bytes claim to be one."""
    return KIND in _header(data)


def _header(data: bytes) -> dict[str, str]:
    """The texts in a safetensors header, or nothing; the library's own reader of them wants a file."""
    if len(data) < _LENGTH.size:
        return {}
    (length,) = _LENGTH.unpack_from(data)
    if length > _LONGEST_HEADER:
        return {}
    try:
        header = json.loads(data[_LENGTH.size : _LENGTH.size + length])
    except ValueError:
        return {}
    texts = header.get("__metadata__") if isinstance(header, dict) else None
    return texts if isinstance(texts, dict) else {}
