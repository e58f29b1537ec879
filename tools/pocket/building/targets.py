"""The target directions of texts in the object part of the joint space.

A class name has its class's direction, a word for a kind of thing (dog, ship, flower) the mean of the classes below it
in WordNet, and a common thing that is no class that of its definition (`definitions`). All other nouns are placed by
kernel ridge regression from MiniLM's embedding of the word with its definition.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tools.pocket.building.attributes import ReadoutWeights
from tools.pocket.building.definitions import Definition
from tools.pocket.building.sources import (
    Array,
    Frequency,
    ImageNetClass,
    Synset,
    descendants,
    frequencies,
    minilm,
)

SHARPNESS: Final = 4.0
RIDGE: Final = 0.1
WIDEST: Final = 300
"""Kinds with more classes below them, such as "artifact", are not used: their mean looks like nothing."""
NEAREST_KIND: Final = 0.35
"""Weight of the nearest kind's direction in that of an inferred noun."""
LATER_SENSE: Final = 0.2
"""Weight of each later sense of a word; the first sense has weight 1."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with their directions.

    Attributes:
        nouns: Words and short names.
        noun_targets: (N, D), unit length.
        named: The number of nouns, at the beginning, that name a class or a kind or are defined; the others are
            inferred.
        defined: Indices of the nouns that have a definition.
        common: Indices of the inferred nouns in everyday use.
        glosses: Definitions.
        gloss_targets: (G, D), unit length.
        readouts: The usual colours of defined things.
    """

    nouns: list[str]
    noun_targets: Array
    named: int
    defined: list[int]
    common: list[int]
    glosses: list[str]
    gloss_targets: Array
    readouts: Mapping[str, ReadoutWeights]


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


def defined(word: str, gloss: str) -> str:
    """MiniLM's input for a word; the definition selects the sense."""
    return f"{word}, {gloss}"


def corpus(
    nouns: Mapping[int, Synset],
    targets: list[ImageNetClass],
    directions: Array,
    defined_things: Mapping[str, Definition],
) -> Corpus:
    """Places every depictable noun and definition.

    Args:
        nouns: WordNet's.
        targets: The classes.
        directions: (1000, D) of the classes, unit length.
        defined_things: Common things that name no class.
    """
    uses = frequencies()
    kinds = {
        offset: unit(directions[sorted(members)].mean(0, keepdims=True))[0]
        for offset, members in descendants(nouns, targets).items()
        if members and len(members) <= WIDEST
    }
    named = _named(nouns, targets, directions, kinds, uses)
    looks = {word: definition.direction(directions) for word, definition in defined_things.items()}
    named |= looks  # also in place of a kind: of mirrors, ImageNet knows that of a car only
    anchors = {defined(nouns[offset].lemmas[0], nouns[offset].gloss): direction for offset, direction in kinds.items()}
    for index, target in enumerate(targets):
        anchors[defined(target.names[0], nouns[target.offset].gloss)] = directions[index]
    for word, direction in looks.items():
        first = _first(uses, word)
        if first is not None and first not in kinds:
            anchors[defined(word, nouns[first].gloss)] = direction
    kernel = Kernel(minilm(list(anchors)), np.stack(list(anchors.values())))

    others = [synset for synset in nouns.values() if synset.depictable and synset.offset not in kinds]
    pairs = [(synset, lemma) for synset in others for lemma in synset.lemmas]
    # Rare words are placed as the usual word of their synset, which saves half of the time.
    asked = [defined(lemma if _in_use(uses, lemma) else synset.lemmas[0], synset.gloss) for synset, lemma in pairs]
    distinct = {text: row for row, text in enumerate(dict.fromkeys(asked))}
    placed = kernel(minilm(list(distinct)))[[distinct[text] for text in asked]]
    of_words: dict[str, list[Array]] = defaultdict(list)
    of_glosses: dict[int, list[Array]] = defaultdict(list)
    for (synset, lemma), direction in zip(pairs, placed, strict=True):
        near = _nearest_kind(synset, nouns, kinds)
        full = direction if near is None else direction + NEAREST_KIND * near
        of_glosses[synset.offset].append(full)
        if lemma not in named:
            of_words[lemma].append((1.0 if _first(uses, lemma) == synset.offset else LATER_SENSE) * full)
    inferred = {word: np.sum(parts, axis=0) for word, parts in of_words.items()}
    glosses = [(nouns[offset].gloss, np.mean(parts, axis=0)) for offset, parts in of_glosses.items()]
    glosses += [(nouns[offset].gloss, direction) for offset, direction in kinds.items()]
    texts = [*named, *inferred]
    return Corpus(
        nouns=texts,
        noun_targets=unit(np.stack([*named.values(), *inferred.values()])),
        named=len(named),
        defined=[index for index, text in enumerate(named) if text in looks],
        common=[index for index in range(len(named), len(texts)) if _in_use(uses, texts[index])],
        glosses=[gloss for gloss, _ in glosses],
        gloss_targets=unit(np.stack([direction for _, direction in glosses])),
        readouts={word: defined_things[word].readouts for word in looks},
    )


def _first(uses: Mapping[str, Frequency], word: str) -> int | None:
    return uses[word.lower()].first if word.lower() in uses else None


def _in_use(uses: Mapping[str, Frequency], word: str) -> bool:
    return word.lower() in uses and uses[word.lower()].used


def _named(
    nouns: Mapping[int, Synset],
    targets: list[ImageNetClass],
    directions: Array,
    kinds: Mapping[int, Array],
    uses: Mapping[str, Frequency],
) -> dict[str, Array]:
    """Directions of class names, and of other words for kinds, by their first sense if that is a kind."""
    found: dict[str, list[Array]] = defaultdict(list)
    for index, target in enumerate(targets):
        for name in target.names:
            found[name].append(directions[index])
    curated = {target.names[0]: directions[index] for index, target in enumerate(targets)}
    taken = frozenset(found)
    for offset, direction in kinds.items():
        for lemma in nouns[offset].lemmas:
            first = _first(uses, lemma)
            if lemma not in taken and (first == offset or first not in kinds):
                found[lemma].append(direction)
    merged = {name: unit(np.mean(parts, axis=0, keepdims=True))[0] for name, parts in found.items()}
    # A name of two classes, such as "crane", has the mean of both.
    return merged | {name: direction for name, direction in curated.items() if len(found[name]) == 1}


def _nearest_kind(synset: Synset, nouns: Mapping[int, Synset], kinds: Mapping[int, Array]) -> Array | None:
    level = list(synset.parents)
    while level:
        for offset in level:
            if offset in kinds:
                return kinds[offset]
        level = [parent for offset in level for parent in nouns[offset].parents]
    return None
