"""Turns nouns into what people type: templates, scenes of two things, and the words that say nothing about the subject.

A phrase keeps the direction of its head noun; a second thing pulls it a little its way.
"""

import random
from typing import Final

import numpy as np

from guidance.pocket.building.sources import Array
from guidance.pocket.building.targets import Corpus, unit

TEMPLATES: Final = (
    *("{}", "{}", "a {}", "a {}", "the {}", "an {}", "some {}"),
    *("a photo of a {}", "a photo of the {}", "a photograph of a {}", "a close-up photo of a {}", "a picture of {}"),
    *("a painting of a {}", "an oil painting of a {}", "a watercolour of a {}", "a pencil drawing of a {}"),
    *("a beautiful painting of a {}", "a digital painting of {}", "a sketch of a {}", "pixel art of a {}", "{} art"),
    *("a big {}", "a small {}", "an old {}", "a beautiful {}", "a colourful {}", "a strange {}", "a happy {}"),
    *("a red {}", "a blue {}", "a green {}", "a golden {}", "a white {}", "a black {}", "a glowing {}"),
    *("a {} at night", "a {} in the snow", "a {} at sunset", "a {} in the rain", "a {} in the fog", "a {} in space"),
    *(
        "an image of a {}",
        "one {}",
        "many {}",
        "two {}",
        "a group of {}",
        "my favourite {}",
        "{} on a white background",
    ),
)
TRIMMINGS: Final = (
    *("", "", "", "", "", ", highly detailed", ", trending on artstation", ", 4k", ", cinematic lighting"),
    *(", by a famous artist", " in the style of a master", ", masterpiece", ", concept art", ", photorealistic"),
    *(", soft light", ", dramatic sky", ", wide angle", ", unreal engine"),
)
JOINS: Final = (
    " in a ",
    " on a ",
    " with a ",
    " under a ",
    " near a ",
    " and a ",
    " beside a ",
    " in front of a ",
    " of ",
)
SECOND: Final = 0.45
"""Share of the second thing in a scene's direction."""

NAMED, INFERRED, SCENES = 0.5, 0.3, 0.12
"""Shares of a batch; the rest are definitions."""


def batch(corpus: Corpus, size: int, source: random.Random) -> tuple[list[str], Array]:
    """`size` phrases and their directions (size, D), of unit length."""
    texts, targets = [], []
    for _ in range(size):
        text, target = _phrase(corpus, source)
        texts.append(text.lower() if source.random() < 0.5 else text)
        targets.append(target)
    return texts, unit(np.stack(targets))


def _phrase(corpus: Corpus, source: random.Random) -> tuple[str, Array]:
    kind = source.random()
    if kind < NAMED:
        return _noun(corpus, source.randrange(corpus.named), source)
    if kind < NAMED + INFERRED:
        return _noun(corpus, source.randrange(corpus.named, len(corpus.nouns)), source)
    if kind < NAMED + INFERRED + SCENES:
        first, second = source.randrange(corpus.named), source.randrange(corpus.named)
        article = source.choice(("a ", "a ", "the ", "", "an "))
        text = f"{article}{corpus.nouns[first]}{source.choice(JOINS)}{corpus.nouns[second]}{source.choice(TRIMMINGS)}"
        return text, corpus.noun_targets[first] + SECOND * corpus.noun_targets[second]
    index = source.randrange(len(corpus.glosses))
    return corpus.glosses[index], corpus.gloss_targets[index]


def _noun(corpus: Corpus, index: int, source: random.Random) -> tuple[str, Array]:
    text = source.choice(TEMPLATES).format(corpus.nouns[index]) + source.choice(TRIMMINGS)
    return text, corpus.noun_targets[index]
