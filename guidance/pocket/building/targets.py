"""Where texts belong in the joint space.

Words for a class belong to its direction, and words for a kind of thing (dog, ship, flower) to the mean of the classes
below it in WordNet. All other nouns are placed by kernel ridge regression from MiniLM's embedding of the text; how well
that does on classes that it has not seen, `guidance.pocket.building.unseen` measures.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from guidance.pocket.building.sources import Array, ImageNetClass, Synset, descendants, minilm

SHARPNESS: Final = 4.0
RIDGE: Final = 0.1
WIDEST: Final = 300
"""Kinds with more classes below them ("artifact") have a mean that shows nothing."""
NEAREST_KIND: Final = 0.35
"""Share of the nearest kind's direction in that of a noun without classes below it."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with their directions.

    Attributes:
        nouns: Words and short names.
        noun_targets: (N, D), unit length.
        named: How many of the nouns, at the beginning, name a class or a kind; the others are inferred.
        glosses: Definitions.
        gloss_targets: (G, D), unit length.
    """

    nouns: list[str]
    noun_targets: Array
    named: int
    glosses: list[str]
    gloss_targets: Array


class Kernel:
    """Kernel ridge regression on the unit sphere, with exp(s (cosine − 1))."""

    def __init__(self, anchors: Array, values: Array) -> None:
        self._anchors = anchors
        gram = np.exp(SHARPNESS * (anchors @ anchors.T - 1)).astype(np.float64)
        self._weights = np.linalg.solve(gram + RIDGE * np.eye(len(gram)), values).astype(np.float32)

    def __call__(self, points: Array) -> Array:
        """(N, D) predicted directions, unit length."""
        similar = np.exp(SHARPNESS * (points @ self._anchors.T - 1))
        return unit(similar @ self._weights)


def unit(rows: Array) -> Array:
    """Rows scaled to length 1."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    scaled: Array = (rows / lengths).astype(np.float32)
    return scaled


def corpus(nouns: dict[int, Synset], targets: list[ImageNetClass], directions: Array) -> Corpus:
    """Places every depictable noun and definition. directions: (1000, D) of the classes."""
    below = descendants(nouns, targets)
    kinds = {offset: sorted(members) for offset, members in below.items() if len(members) <= WIDEST}
    kind_directions = {offset: unit(directions[members].mean(0, keepdims=True))[0] for offset, members in kinds.items()}
    named = _named(nouns, targets, directions, kind_directions)
    embedded = minilm(list(named))
    kernel = Kernel(embedded, np.stack(list(named.values())))

    others = [synset for synset in nouns.values() if synset.depictable and synset.offset not in kinds]
    words = sorted({lemma for synset in others for lemma in synset.lemmas} - named.keys())
    by_word = dict(zip(words, kernel(minilm(words)), strict=True))
    by_gloss = kernel(minilm([synset.gloss for synset in others]))
    sums: dict[str, list[Array]] = defaultdict(list)
    gloss_targets = []
    for synset, from_gloss in zip(others, by_gloss, strict=True):
        near = _nearest_kind(synset, nouns, kind_directions)
        from_words = np.mean([by_word.get(lemma, named.get(lemma, from_gloss)) for lemma in synset.lemmas], axis=0)
        direction = from_words + from_gloss + (2 * NEAREST_KIND * near if near is not None else 0)
        gloss_targets.append(direction)
        for lemma in synset.lemmas:
            if lemma not in named:
                sums[lemma].append(by_word[lemma] + unit(direction[None])[0])
    inferred = {word: np.mean(parts, axis=0) for word, parts in sums.items()}
    kind_glosses = [(nouns[offset].gloss, direction) for offset, direction in kind_directions.items()]
    return Corpus(
        nouns=[*named, *inferred],
        noun_targets=unit(np.stack([*named.values(), *inferred.values()])),
        named=len(named),
        glosses=[synset.gloss for synset in others] + [gloss for gloss, _ in kind_glosses],
        gloss_targets=unit(np.stack([*gloss_targets, *(direction for _, direction in kind_glosses)])),
    )


def _named(
    nouns: dict[int, Synset], targets: list[ImageNetClass], directions: Array, kinds: dict[int, Array]
) -> dict[str, Array]:
    """Names of classes, then words for kinds that name no class."""
    found: dict[str, list[Array]] = defaultdict(list)
    for index, target in enumerate(targets):
        for name in target.names:
            found[name].append(directions[index])
    curated = {target.names[0]: directions[index] for index, target in enumerate(targets)}
    taken = set(found)
    for offset, direction in kinds.items():
        for lemma in nouns[offset].lemmas:
            if lemma not in taken:
                found[lemma].append(direction)
    merged = {name: unit(np.mean(parts, axis=0, keepdims=True))[0] for name, parts in found.items()}
    # "crane" names two classes and is one's curated name only where the other has a longer one.
    return merged | {name: direction for name, direction in curated.items() if len(found[name]) == 1}


def _nearest_kind(synset: Synset, nouns: dict[int, Synset], kinds: dict[int, Array]) -> Array | None:
    level = list(synset.parents)
    while level:
        for offset in level:
            if offset in kinds:
                return kinds[offset]
        level = [parent for offset in level for parent in nouns[offset].parents]
    return None
