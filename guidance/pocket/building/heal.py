"""Makes up for what `carry` took: block by block, the linear end of each learns to write what the untouched one wrote.

Ridge regression from the block's own hidden units, on pictures, so that each block also corrects what reaches it wrong
from those before. What is carried stays exactly as it is.
"""

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from guidance.pocket.building.carry import Room, pointwise, put

PLACES: Final = 30_000
"""That each regression looks at."""
RIDGE: Final = 1e-2
PART: Final = 32


@torch.no_grad()
def heal(trunk: Any, untouched: Any, rooms: Sequence[Room], pictures: Tensor) -> None:
    """Changes the rewired network in place.

    Args:
        trunk: As `carry` left it.
        untouched: The same network before.
        rooms: Of `carry`, one for each stage.
        pictures: (N, 3, 224, 224) in [-1, 1].
    """
    for stage, before, room in zip(trunk.blocks, untouched.blocks, rooms, strict=True):
        for block, old in zip(stage, before, strict=True):
            # The first block is one of depthwise and pointwise only; its names differ.
            last, shift = (block.conv_pwl, block.bn3) if hasattr(block, "conv_pwl") else (block.conv_pw, block.bn2)
            hidden = _places(trunk, last, pictures, output=False)
            wanted = _places(untouched, old, pictures, output=True) @ room.keep.T
            if block.has_skip:
                passed = _places(trunk, block, pictures, output=False)
                wanted -= passed - passed @ room.basis @ room.basis.T
            _fit(last, shift.bias, hidden, wanted, room.basis)


def _fit(last: nn.Conv2d, shift: Tensor, hidden: Tensor, wanted: Tensor, basis: Tensor) -> None:
    """Brings what a convolution writes beside the room nearest to what is wanted, from (places, units)."""
    weights, constant = pointwise(last), shift.double()
    own, own_constant = weights - basis @ basis.T @ weights, constant - basis @ basis.T @ constant
    lacking = wanted - hidden @ own.T - own_constant
    known = hidden - hidden.mean(0)
    gram = known.T @ known
    gram += RIDGE * gram.trace() / len(gram) * torch.eye(len(gram))
    more = torch.linalg.solve(gram, known.T @ (lacking - lacking.mean(0)))
    put(last, weights + more.T)
    shift.copy_(constant + lacking.mean(0) - hidden.mean(0) @ more)


def _places(network: Any, module: nn.Module, pictures: Tensor, *, output: bool) -> Tensor:
    """(places, channels) of what goes into a module, or comes out of it."""
    found: list[Tensor] = []

    parts = torch.split(pictures, PART)

    def keep(_: nn.Module, inputs: tuple[Tensor, ...], result: Tensor) -> None:
        places = (result if output else inputs[0]).permute(0, 2, 3, 1).flatten(0, 2)
        found.append(places[:: max(1, len(places) * len(parts) // PLACES)].double())

    hook = module.register_forward_hook(keep)
    for part in parts:
        network(part)
    hook.remove()
    return torch.cat(found)
