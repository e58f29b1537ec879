"""Looks: what pictures of a thing show, where its name does not say it.

A text tower that learnt from names of classes places "tree" among the classes, and none of them is a tree. Pictures
know better: the direction in which embeddings of pictures of trees differ from those of other pictures
(tools/pocket/building/looks.py). A text whose place is that of a name with a look is moved as pictures move the name,
and has its layout from them: a pictogram's outline (`guidance.clip.pictograms`), or a mean of photographs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip import pictograms
from guidance.clip.readouts import parts
from guidance.request.head_noun import about, head_noun, stems

FILE: Final = "looks.safetensors"
"""Beside a model's weights."""
WORDS: Final = "names"
"""Of the file's metadata: the names, a line each."""
NEAR: Final = 0.825
"""Least cosine between a text and most names: "two horses" is that near to "horse", and "horse carriage" is not."""
NAMED: Final = 0.98
"""Least cosine between a known direction and a text that names it: "valley" is near to "forest", but names another."""
EQUAL: Final = 0.01
"""Difference of cosines that means nothing, since directions are stored in float8."""
OWN: Final = 0.97
"""Least cosine between a text and a name that is its own: "full moon" has its own look, "school bus" that of a bus."""
AKIN: Final = 0.6
"""Least cosine between a text and the name of its head noun: a pine forest is a forest, a train station no station."""
HOLDS: Final = 0.08
"""How much nearer a name counts to a text that has all of its words: a sunflower field is of sunflowers."""
SAME_HEAD: Final = 0.1
"""The same to a text with its head noun: a tropical island is no beach."""
SAME: Final = 0.2
"""The same to a text that is the name: a cow is no ox."""
NONE: Final = -1
"""In place of the number of a name."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Names, their places, and what pictures of them show.

    Attributes:
        words: N names.
        names: (N, O), unit length, in the first dimensions of the embedding: the places of names.
        readouts: (N, R), of the names.
        seen: (N, O), unit length: the places by what pictures of them show.
        least: (N), cosines to their places from which on texts have their looks.
        means: (W, C), coefficients of the layout's components in means of photographs.
        mean_of: (N), the number of the mean of each name, or NONE. A pictogram stands before what is at its sides.
        pictures: (S, 4, SIDE, SIDE) in [0, 1], of the first S names: red, green, blue, opacity of pictograms.
    """

    words: tuple[str, ...]
    names: Tensor
    readouts: Tensor
    seen: Tensor
    least: Tensor
    means: Tensor
    mean_of: Tensor
    pictures: Tensor

    @classmethod
    def beside(cls, folder: Path, device: torch.device) -> Self | None:
        """Those of the model in a folder, if it has any."""
        if not (folder / FILE).is_file():
            return None
        with safe_open(folder / FILE, framework="pt") as file:
            words = tuple(file.metadata()[WORDS].split("\n"))
        learnt = {name: values.to(device) for name, values in load_file(folder / FILE).items()}
        mean_of = learnt.pop("mean_of").long()
        return cls(
            words=words,
            **{name: values.float() for name, values in learnt.items()},
            mean_of=mean_of,
            pictures=pictograms.beside(folder).to(device),
        )

    def of(self, embeddings: Tensor, others: Tensor, texts: Sequence[str], heads: Tensor | None = None) -> Tensor:
        """(P, D) of texts to (P): the number of the name whose look each has, or NONE.

        Args:
            embeddings: Of the texts.
            others: (K, O), unit length: known directions. A text that names one of these, and no name, has no look,
                unless a pictogram's name has its head noun.
            texts: P, "" for what is no text.
            heads: (P, D), of the texts' head nouns, which have their say unless a text is at the place of a name or
                names a known direction; 0 for texts without one.
        """
        objects, _ = parts(embeddings, self.names.shape[1])
        similar = objects @ self.names.T
        all_said = self._said(texts).to(similar.device)
        names = torch.where(similar > self.least, similar + all_said, 0).argmax(dim=1)
        nearness, said = _at(similar, names), _at(all_said, names)
        known = (objects @ others.T).amax(dim=1)
        another = (known > NAMED) & (known > similar.amax(dim=1) + EQUAL)
        another &= ~(self.has_pictogram(names) & (said >= SAME_HEAD))
        found = torch.where((nearness > self.least[names]) & ~another, names, NONE)
        if heads is None:
            return found
        of_heads = self.of(heads, others, [head_noun(text) for text in texts])
        shown = self.has_pictogram(of_heads) | self.has_mean(of_heads)
        akin = shown & (_at(similar, of_heads) > AKIN) & (nearness <= OWN) & (said < SAME) & ~another
        return torch.where(akin | ((found == NONE) & (known <= NAMED)), of_heads, found)

    def _said(self, texts: Sequence[str]) -> Tensor:
        """(P, N), how much nearer each name counts to each text for its words."""
        said = torch.zeros(len(texts), len(self.words))
        names = [(stems(name), stems(about(name))[-1:]) for name in self.words]
        for row, text in zip(said, texts, strict=True):
            things = stems(about(text))
            for number, (name, head) in enumerate(names):
                if name in (stems(text), things):
                    row[number] = SAME
                elif head == things[-1:]:
                    row[number] = SAME_HEAD + EQUAL * ({*name} <= {*things})
                elif {*name} <= {*things}:
                    row[number] = HOLDS
        return said

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


def _at(values: Tensor, names: Tensor) -> Tensor:
    """(P, N) and (P) to (P): the value of each name, anything for NONE."""
    return values.gather(1, names.clamp_min(0)[:, None])[:, 0]
