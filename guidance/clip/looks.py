"""Looks: what pictures of a thing show, where its name does not say it.

A text tower that learnt from names of classes places "tree" among the classes, and none of them is a tree. Pictures
know better: the direction in which embeddings of pictures of trees differ from those of other pictures
(tools/pocket/building/looks.py). A text whose place is that of a name with a look is moved as pictures move the name,
and has its layout from them: a pictogram's outline (`guidance.clip.pictograms`), or a mean of photographs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip import pictograms
from guidance.clip.readouts import parts

FILE: Final = "looks.safetensors"
"""Beside a model's weights."""
NEAR: Final = 0.825
"""Least cosine between a text and a name: "two horses" is that near to "horse", and "horse carriage" is not."""
NAMED: Final = 0.98
"""Least cosine between a known direction and a text that names it: "valley" is near to "forest", but names another."""
EQUAL: Final = 0.01
"""Difference of cosines that means nothing, since directions are stored in float8."""
NONE: Final = -1
"""In place of the number of a name."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Names, their places, and what pictures of them show.

    Attributes:
        names: (N, O), unit length, in the first dimensions of the embedding: the places of names.
        readouts: (N, R), of the names.
        seen: (N, O), unit length: the places by what pictures of them show.
        means: (W, C), coefficients of the layout's components in means of photographs.
        mean_of: (N), the number of the mean of each name, or NONE. A pictogram stands before what is at its sides.
        pictures: (S, 4, SIDE, SIDE) in [0, 1], of the first S names: red, green, blue, opacity of pictograms.
    """

    names: Tensor
    readouts: Tensor
    seen: Tensor
    means: Tensor
    mean_of: Tensor
    pictures: Tensor

    @classmethod
    def beside(cls, folder: Path, device: torch.device) -> Self | None:
        """Those of the model in a folder, if it has any."""
        if not (folder / FILE).is_file():
            return None
        learnt = {name: values.to(device) for name, values in load_file(folder / FILE).items()}
        mean_of = learnt.pop("mean_of").long()
        return cls(
            **{name: values.float() for name, values in learnt.items()},
            mean_of=mean_of,
            pictures=pictograms.beside(folder).to(device),
        )

    def of(self, embeddings: Tensor, others: Tensor, heads: Tensor | None = None) -> Tensor:
        """(P, D) of texts to (P): the number of the name whose place each has, or NONE.

        Args:
            embeddings: Of the texts.
            others: (K, O), unit length: known directions. A text that names one of these, and no name, has no look.
            heads: (P, D), of the texts' head nouns, which have their say where a text is at no name's place; 0 for
                texts without one.
        """
        objects, _ = parts(embeddings, self.names.shape[1])
        nearness, names = (objects @ self.names.T).max(dim=1)
        known = (objects @ others.T).amax(dim=1)
        another = (known > NAMED) & (known > nearness + EQUAL)
        found = torch.where((nearness > NEAR) & ~another, names, NONE)
        if heads is None:
            return found
        return torch.where((found == NONE) & (known <= NAMED), self.of(heads, others), found)

    def moved(self, embeddings: Tensor, names: Tensor) -> Tensor:
        """(P, D) of texts, unit length, to the same, moved as pictures move the names that they have, (P)."""
        objects, readouts = parts(embeddings, self.names.shape[1])
        shown = normalize(objects + self.seen[names] - self.names[names], dim=1)
        moved = normalize(torch.cat([shown, readouts], dim=1), dim=1)
        return torch.where((names == NONE)[:, None], embeddings, moved)

    def has_pictogram(self, names: Tensor) -> Tensor:
        """(P), whether each has a pictogram."""
        return (names != NONE) & (names < len(self.pictures))

    def has_mean(self, names: Tensor) -> Tensor:
        """(P), whether each has a mean of photographs."""
        return (names != NONE) & (self.mean_of[names] != NONE)
