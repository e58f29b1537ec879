"""Checkpoint: the state of a run between two steps. A resumed run ends in the same bytes as an uninterrupted one.

The file format is safetensors, which cannot run code; the request is in its header.
"""

import json
import struct
from dataclasses import dataclass
from typing import Final, Self

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from guidance.request.messages import MessageError
from guidance.request.request import Request, RequestError

KIND: Final = "guidance checkpoint 1"
_LENGTH: Final = struct.Struct("<Q")
_MAX_HEADER: Final = 1 << 20


class CheckpointError(MessageError, ValueError):
    """Bytes that are not a valid checkpoint; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a run between two steps.

    Attributes:
        request: The run's request.
        step: The next step of the schedule.
        tensors: The canvas, the optimizer state and the early-stopping sums, by name, on the CPU.
    """

    request: Request
    step: int
    tensors: dict[str, Tensor]

    def to_bytes(self) -> bytes:
        """The file's content; equal runs give equal bytes."""
        # A single metadata entry: safetensors writes several in varying order.
        metadata = json.dumps({"request": self.request.to_json(), "step": self.step}, sort_keys=True)
        tensors = {name: tensor.contiguous() for name, tensor in self.tensors.items()}
        return safetensors.torch.save(tensors, {KIND: metadata})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads the result of `to_bytes`.

        Raises:
            CheckpointError: The bytes are something else, or damaged.
        """
        if not is_checkpoint(data):
            raise CheckpointError("this is not a checkpoint of guidance")
        try:
            metadata = json.loads(_header(data)[KIND])
            return cls(Request.from_json(metadata["request"]), int(metadata["step"]), safetensors.torch.load(data))
        except RequestError as error:
            raise CheckpointError(f"the checkpoint's request cannot be used: {error}") from error
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError("the checkpoint is broken") from error


def is_checkpoint(data: bytes) -> bool:
    """True if the bytes have a checkpoint's header; the rest may be damaged."""
    return KIND in _header(data)


def _header(data: bytes) -> dict[str, str]:
    """The metadata of a safetensors file, or {}; safetensors itself reads metadata from files only."""
    if len(data) < _LENGTH.size:
        return {}
    (length,) = _LENGTH.unpack_from(data)
    if length > _MAX_HEADER:
        return {}
    try:
        header = json.loads(data[_LENGTH.size : _LENGTH.size + length])
    except ValueError:
        return {}
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    return metadata if isinstance(metadata, dict) else {}
