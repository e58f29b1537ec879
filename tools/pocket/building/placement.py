"""How near the shipped text tower comes to what texts mean: `python -m tools.pocket.building.placement`.

Prints the mean cosine of texts to their directions, colours left out, as the tower gives them and completed
(`guidance.clip.mixture`): of the names of classes, of things with a definition, and of their plurals.
"""

import sys
from collections.abc import Sequence

import torch
from torch import Tensor

from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from guidance.clip.readouts import parts
from tools.pocket.building import sources, space
from tools.pocket.building.captions import plural
from tools.pocket.building.definitions import definitions

BATCH = 256


def main() -> int:
    """Prints three lines."""
    (perceptor,) = ClipModel.load("pocket", "cpu").perceptors
    rows = space.objects(space.class_directions(sources.lite0_weights()))
    classes = sources.classes()
    meant = {word: definition.direction(rows.numpy()) for word, definition in definitions(classes).items()}
    defined = torch.stack([torch.from_numpy(direction) for direction in meant.values()])
    _report("names of classes", [entry.names[0] for entry in classes], rows, perceptor)
    _report("defined things", list(meant), defined, perceptor)
    _report("their plurals", [plural(word) for word in meant], defined, perceptor)
    return 0


def _report(name: str, texts: Sequence[str], directions: Tensor, perceptor: Perceptor) -> None:
    vocabulary = perceptor.vocabulary
    assert vocabulary is not None  # noqa: S101 - pocket has one
    batches = [perceptor.encode_text(texts[first : first + BATCH]) for first in range(0, len(texts), BATCH)]
    given = torch.cat(batches)
    completed = vocabulary.completed(given, vocabulary.shares(given))
    before, after = (
        float((parts(embeddings, vocabulary.objects)[0] * directions).sum(dim=1).mean())
        for embeddings in (given, completed)
    )
    print(f"{len(texts)} {name}: {before:.2f}, completed {after:.2f}")


if __name__ == "__main__":
    sys.exit(main())
