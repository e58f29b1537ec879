"""A text as a mixture of few known directions.

A text tower of width W speaks in W of the space's D dimensions only, so what it says of a thing is the shadow of the
thing's direction. But few things make up a text. So the mixture of known directions with the fewest and smallest shares
that casts the same shadow is found, as in compressed sensing (Tibshirani, "Regression shrinkage and selection via the
lasso", 1996; solved by FISTA, Beck and Teboulle, 2009), and the text gets the direction of that mixture.
"""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.readouts import parts

SPARSITY: Final = 0.06
"""What a share costs, where 1 is the length of the shadow."""
STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known directions, and what a text tower can say of them.

    Attributes:
        directions: (K, O), unit length, in the first dimensions of the embedding, which are objects.
        shadows: (K, S), what the tower's dimensions hold of each, without what readouts could say as well.
        spoken: (D, S), from an embedding to its shadow.
    """

    directions: Tensor
    shadows: Tensor
    spoken: Tensor

    @classmethod
    def of(cls, directions: Tensor, text_projection: Tensor) -> "Vocabulary":
        """From (K, O) directions and the last layer of the text tower, (W, D)."""
        objects = directions.shape[1]
        rows = torch.linalg.svd(text_projection.float(), full_matrices=False).Vh
        readouts, _ = torch.linalg.qr(rows[:, objects:])
        spoken = rows.T - (rows.T @ readouts) @ readouts.T
        return cls(directions, directions @ spoken[:objects], spoken)

    @property
    def objects(self) -> int:
        """O, the number of the embedding's dimensions that are objects; the others are readouts."""
        return self.directions.shape[1]

    @torch.no_grad()
    def shares(self, embeddings: Tensor) -> Tensor:
        """(P, D) of texts to (P, K), not negative."""
        objects, readouts = parts(embeddings, self.objects)
        shadow = torch.cat([objects, readouts], dim=1) @ self.spoken
        pace = 1 / torch.linalg.matrix_norm(self.shadows, 2) ** 2
        shares = ahead = shadow.new_zeros(len(shadow), len(self.directions))
        momentum = 1.0
        for _ in range(STEPS):
            slope = (ahead @ self.shadows - shadow) @ self.shadows.T
            before, shares = shares, (ahead - pace * (slope + SPARSITY)).clamp_min(0)
            following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
            ahead = shares + (momentum - 1) / following * (shares - before)
            momentum = following
        return shares

    def completed(self, embeddings: Tensor, shares: Tensor) -> Tensor:
        """(P, D) of texts, unit length, to the same with the objects of their shares (P, K), if they have any."""
        _, readouts = parts(embeddings, self.objects)
        mixed = normalize(torch.cat([normalize(shares @ self.directions, dim=1), readouts], dim=1), dim=1)
        return torch.where(shares.sum(dim=1, keepdim=True) > 0, mixed, embeddings)
