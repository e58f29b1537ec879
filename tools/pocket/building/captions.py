"""Makes training captions like the prompts that people type, and their target directions.

Captions combine nouns with templates, counts, a second thing, colours, light, styles, and filler such as "4k". The
direction of a caption is that of its head noun, plus a share of the second thing's; words for colour, light and style
set the last dimensions.
"""

import random
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import inflect
import numpy as np

from tools.pocket.building import attributes
from tools.pocket.building.sources import Array
from tools.pocket.building.targets import Corpus, unit

TEMPLATES: Final = (
    *("{}", "{}", "{}", "a {}", "a {}", "a {}", "the {}", "some {}", "one {}", "my favourite {}"),
    *("a photo of a {}", "a photo of the {}", "a photograph of a {}", "a close-up photo of a {}", "a picture of {}"),
    *("a painting of a {}", "an oil painting of a {}", "a digital painting of {}", "an image of a {}"),
    *(
        "a drawing of a {}",
        "a beautiful painting of a {}",
        "{} art",
        "a portrait of a {}",
        "a {} in the distance",
        "a {} on a table",
    ),
    *("a big {}", "a small {}", "an old {}", "a beautiful {}", "a strange {}", "a happy {}", "a wild {}", "a fast {}"),
    *("a sleeping {}", "a {} in the grass", "a {} in a field", "a {} by the sea", "a man with a {}", "{} on a hill"),
    *("{} on a white background", "an ancient {}", "a tiny {}", "a huge {}", "a modern {}", "a piece of {}"),
)
PLURALS: Final = (
    *("{}", "the {}", "two {}", "three {}", "many {}", "a group of {}", "some {}", "a field of {}", "a bowl of {}"),
    *("a photo of {}", "a bunch of {}", "a painting of {}", "several {}", "a lot of {}"),
)
TRIMMINGS: Final = (
    *("", "", "", "", "", "", "", ", highly detailed", ", trending on artstation", ", 4k", ", cinematic lighting"),
    *(", by a famous artist", " in the style of a master", ", masterpiece", ", concept art", ", photorealistic"),
    *(", soft light", ", dramatic sky", ", wide angle", ", unreal engine"),
)
JOINS: Final = (
    *(" in a ", " on a ", " with a ", " under a ", " near a ", " and a ", " beside a ", " in front of a ", " of "),
    *(" over a ", " behind a ", " on top of a "),
)
SECOND: Final = 0.6
"""Weight of the second thing in a scene's direction; the first has weight 1."""

MIX: Final = {
    "named": 0.38,
    "defined": 0.22,
    "common": 0.14,
    "seldom": 0.06,
    "scene": 0.14,
    "gloss": 0.04,
    "attribute": 0.02,
}
"""Shares of a batch. named: a class, a kind or a thing with a definition; defined: one with a definition, which "named"
alone shows too seldom to be learnt; common, seldom: another noun, in everyday use or any; scene: two things; gloss:
WordNet's for a noun; attribute: a word for colour or light alone."""
ATTRIBUTE_SHARE: Final = 0.35
"""Share of noun phrases with a word for colour, light or style."""
PLURAL_SHARE: Final = 0.18


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    target: Array
    readouts: attributes.ReadoutWeights


def batch(corpus: Corpus, size: int, source: random.Random) -> tuple[list[str], Array]:
    """`size` captions and their directions (size, D), unit length."""
    phrases = [_phrase(corpus, source) for _ in range(size)]
    targets = [np.concatenate([phrase.target, attributes.vector(phrase.readouts)]) for phrase in phrases]
    return [_polished(phrase.text, source) for phrase in phrases], unit(np.stack(targets))


def _phrase(corpus: Corpus, source: random.Random) -> _Phrase:
    [kind] = source.choices(list(MIX), list(MIX.values()))
    nouns = {
        "named": range(corpus.named),
        "defined": corpus.defined,
        "common": corpus.common,
        "seldom": range(corpus.named, len(corpus.nouns)),
    }
    if kind in nouns:
        return _noun(corpus, source.choice(nouns[kind]), source)
    if kind == "scene":
        return _scene(corpus, source)
    if kind == "gloss":
        index = source.randrange(len(corpus.glosses))
        return _Phrase(corpus.glosses[index], corpus.gloss_targets[index], {})
    words = source.choice((attributes.COLOURS, attributes.LIGHT))
    word = source.choice(list(words))
    return _Phrase(word, np.zeros_like(corpus.noun_targets[0]), words[word])


def _noun(corpus: Corpus, index: int, source: random.Random) -> _Phrase:
    noun, target = corpus.nouns[index], corpus.noun_targets[index]
    template = source.choice(TEMPLATES)
    if source.random() < PLURAL_SHARE:
        noun, template = plural(noun), source.choice(PLURALS)
    trimming = source.choice(TRIMMINGS)
    if source.random() >= ATTRIBUTE_SHARE:
        return _Phrase(template.format(noun) + trimming, target, corpus.readouts.get(corpus.nouns[index], {}))
    kind = source.random()
    if kind < 0.5:
        word = source.choice(list(attributes.COLOURS))
        text = source.choice((template.format(f"{word} {noun}"), f"a {word} {noun}", f"{word} {noun}"))
        return _Phrase(text + trimming, target, attributes.COLOURS[word])
    if kind < 0.75:
        word = source.choice(list(attributes.LIGHT))
        text = source.choice((f"{template.format(noun)} {word}", f"a {noun} {word}", f"{noun} {word}"))
        return _Phrase(text + trimming, target, attributes.LIGHT[word])
    style = source.choice(list(attributes.STYLES))
    noun = source.choice((noun, noun, f"a {noun}"))
    return _Phrase(source.choice(style).format(noun) + trimming, target, attributes.STYLES[style])


def _scene(corpus: Corpus, source: random.Random) -> _Phrase:
    """Two things; each sometimes has a colour, with half of its usual weight."""
    words, targets, readout_weights = [], [], []
    for _ in range(2):
        index = source.randrange(corpus.named) if source.random() < 0.6 else source.choice(corpus.common)
        colour = source.choice(list(attributes.COLOURS)) if source.random() < 0.15 else ""
        words.append(f"{colour} {corpus.nouns[index]}".strip())
        targets.append(corpus.noun_targets[index])
        readout_weights.append(attributes.COLOURS[colour] if colour else {})
    light = source.choice(list(attributes.LIGHT)) if source.random() < 0.2 else ""
    article = source.choice(("a ", "a ", "the ", ""))
    text = f"{article}{words[0]}{source.choice(JOINS)}{words[1]} {light}".strip() + source.choice(TRIMMINGS)
    readouts: dict[str, float] = dict(attributes.LIGHT[light]) if light else {}
    for part in readout_weights:
        for name, value in part.items():
            readouts[name] = readouts.get(name, 0.0) + 0.5 * value
    return _Phrase(text, targets[0] + SECOND * targets[1], readouts)


def _polished(text: str, source: random.Random) -> str:
    """The text, in 80 % of cases with "an" before vowels, and in half of the cases in lower case."""
    if source.random() < 0.8:
        text = re.sub(r"\b([Aa]) (?=[aeiouAEIOU])", r"\1n ", text)
    return text.lower() if source.random() < 0.5 else text


@cache
def plural(noun: str) -> str:
    """The plural of a noun phrase, such as "golden retrievers"."""
    return str(_ENGLISH.plural_noun(noun))


_ENGLISH: Final = inflect.engine()
