"""The two parts of an embedding of `pocket`: objects, and readouts of colour, light and style."""

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import normalize

LONGEST: Final = 0.5
"""Greatest length of the readouts in what guides a run, where that of the objects is 1."""


def parts(embeddings: Tensor, objects: int) -> tuple[Tensor, Tensor]:
    """(N, D) to (N, objects) and (N, D - objects), both divided by the length of the first."""
    lengths = torch.linalg.vector_norm(embeddings[:, :objects], dim=1, keepdim=True).clamp_min(1e-6)
    scaled = embeddings / lengths
    return scaled[:, :objects], scaled[:, objects:]


def limited(vectors: Tensor, longest: float) -> Tensor:
    """(N, D), those that are longer shortened to `longest`."""
    lengths = torch.linalg.vector_norm(vectors, dim=1, keepdim=True).clamp_min(1e-6)
    result: Tensor = vectors * (longest / lengths).clamp_max(1)
    return result


def with_limited_readouts(directions: Tensor, objects: int) -> Tensor:
    """(P, D), unit length, to the same, with the readouts at most LONGEST times as long as the objects.

    Words of colour and light would otherwise weigh more than the thing that they describe.
    """
    first, readouts = parts(directions, objects)
    shortened = normalize(torch.cat([first, limited(readouts, LONGEST)], dim=1), dim=1)
    # Others keep their last bits.
    return torch.where(torch.linalg.vector_norm(readouts, dim=1, keepdim=True) > LONGEST, shortened, directions)
