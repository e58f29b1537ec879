"""Chooses the prompts of the evaluation by a fixed rule, without rendering anything: this module writes prompts.json.

Objects are class names, and most words are from WordNet, both in the order of the sha256 of "pocket report NAME"; the
development set uses "pocket development NAME". Phrases, colours, styles and scenes are listed below. The classes held
out from the text tower's training are in no other part, have a drawing, and have names that are rarely used, so that
their absence affects few users.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.pocket import drawings
from tools.pocket.building.sources import (
    Frequency,
    ImageNetClass,
    Synset,
    classes,
    descendants,
    frequencies,
    synsets,
)
from tools.pocket.evaluation.entries import STYLES, coloured, styled
from tools.pocket.measures import NAMES

FILE: Final = Path(__file__).parent.parent / "prompts.json"
LOOKED_AT: Final = frozenset(
    (
        *("goldfish", "volcano", "castle", "daisy", "lighthouse", "strawberry", "tiger", "teapot"),
        *("mushroom", "suit", "zucchini", "submarine", "consomme", "sunscreen", "limpkin", "sturgeon", "lotion"),
        *("screwdriver", "pug", "lorikeet", "hatchet", "monitor", "ostrich", "yurt", "muzzle", "desk", "valley"),
        *("orange", "jeans", "flute", "goose", "hyena", "throne", "collie", "mosque", "airship"),
    )
)
"""Class names whose pictures were seen while the first version was tuned and evaluated, or the priors measured."""
OBJECTS, DEVELOPMENT, SUBJECTS, KINDS, MEMBERS, HELD_OUT = 100, 30, 20, 40, 40, 16
WIDEST_KIND: Final = 60
"""A kind with more classes below it is excluded: chance would meet it too often."""
WIDEST_HOME: Final = 12
"""The same limit for the kind to which a word that is not a class belongs."""
VISIBLE: Final = frozenset({5, 6, 13, 17, 20})
"""Lexicographer files of members: animal, artifact, food, object, plant. (Not person: nothing shows a "nephew".)"""
PHRASES: Final = {
    "a bowl of fruit": ("edible fruit", "bowl"),
    "a stormy sea": ("shore", "breakwater", "bar"),
    "a bird singing on a branch": ("bird",),
    "a sleeping cat": ("domestic cat",),
    "a big dog running": ("dog",),
    "a racing car": ("car",),
    "a sailing boat on a lake": ("boat", "sailing vessel"),
    "a bunch of flowers": ("flower",),
    "an old wooden chair": ("chair",),
    "a snake in the grass": ("snake",),
    "a cup of hot coffee": ("cup", "coffee"),
    "a plate of food": ("dish", "plate"),
    "a monkey in a tree": ("monkey",),
    "a fish in the sea": ("fish",),
    "an ancient temple": ("place of worship",),
    "a man playing the guitar": ("guitar",),
    "a fast train": ("train", "locomotive"),
    "a loaf of fresh bread": ("bread",),
    "a lizard on a rock": ("lizard",),
    "a big brown bear": ("bear",),
}
"""Plain phrases and the kinds whose classes are right, each by its first sense with classes below it."""
COLOURED: Final = ("car", "bird", "flower", "house", "dress", "butterfly", "chair", "umbrella", "fish", "cup")
SCENES: Final = (
    *("a castle on a hill under a full moon", "a cat wearing a hat", "a lighthouse in a storm", "a fox in a forest"),
    *("a robot in a garden", "a dragon over a city", "a ship on a stormy sea", "two dogs on a beach"),
    *("a teapot and a lemon", "a frog on a lily pad", "a horse in front of a barn", "an owl reading a book"),
    *("a tree on a small island", "a piano in a desert", "a red car beside a blue house", "a bowl of strawberries"),
    *("a wolf howling at the moon", "a balloon above the mountains", "a snail on a mushroom", "a parrot on a bicycle"),
    *("a village in the snow at night", "a butterfly on a sunflower", "an elephant in a room", "a bridge over a river"),
)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    nouns: dict[int, Synset]
    targets: list[ImageNetClass]
    below: dict[int, set[int]]
    uses: dict[str, Frequency]

    def seldom(self, word: str) -> bool:
        """True if the word does not occur in WordNet's tagged texts."""
        return word.lower() not in self.uses or not self.uses[word.lower()].used


def main() -> int:
    """Writes prompts.json."""
    nouns, targets = synsets(), classes()
    vocabulary = _Vocabulary(nouns, targets, descendants(nouns, targets), frequencies())
    names = _names(targets)
    report = _ordered("report", names)
    rest = [name for name in _ordered("development", names) if name not in report[: OBJECTS + SUBJECTS]]
    subjects = report[OBJECTS : OBJECTS + SUBJECTS]
    parts: dict[str, list[dict[str, Any]]] = {
        "objects": [{"prompt": name, "classes": [names[name]]} for name in report[:OBJECTS]],
        "development": [{"prompt": name, "classes": [names[name]]} for name in rest[:DEVELOPMENT]],
        "words": list(_words(vocabulary)),
        "colours": [coloured(thing, colour) for thing in COLOURED for colour in NAMES],
        "styles": [styled(name, style) for name in subjects for style in STYLES],
        "scenes": [{"prompt": scene} for scene in SCENES],
    }
    used = {index for entries in parts.values() for entry in entries for index in entry.get("classes", ())}
    shown = drawings.captions(drawings.emoji() + drawings.clip_art())
    seldom = [
        name
        for name, index in names.items()
        if index not in used and name not in subjects and name in shown and vocabulary.seldom(name)
    ]
    parts["held out"] = [{"prompt": name, "classes": [names[name]]} for name in _ordered("held out", seldom)[:HELD_OUT]]
    lines = (f'"{part}": [\n' + ",\n".join(map(json.dumps, entries)) + "\n]" for part, entries in parts.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


def _names(targets: Sequence[ImageNetClass]) -> dict[str, int]:
    """Class names of one class only, without LOOKED_AT."""
    shared = Counter(name.lower() for target in targets for name in target.names)
    curated = {target.names[0]: index for index, target in enumerate(targets)}
    return {name: index for name, index in curated.items() if shared[name.lower()] == 1 and name not in LOOKED_AT}


def _words(vocabulary: _Vocabulary) -> Iterator[dict[str, object]]:
    """Kinds of classes, members of such kinds that are not classes, and phrases."""
    taken = {name.lower() for target in vocabulary.targets for name in target.names}

    def usual(offset: int) -> list[str]:
        """The words of a synset that are not class names, are in use, and have it as their first sense."""
        return [
            lemma
            for lemma in vocabulary.nouns[offset].lemmas
            if lemma not in taken
            and lemma in vocabulary.uses
            and vocabulary.uses[lemma] == Frequency(offset, used=True)
        ]

    kinds = {
        lemma: offset
        for offset, members in vocabulary.below.items()
        if 2 <= len(members) <= WIDEST_KIND and vocabulary.nouns[offset].depictable
        for lemma in usual(offset)[:1]
    }
    members = {
        lemma: home
        for offset, synset in vocabulary.nouns.items()
        if offset not in vocabulary.below and synset.field in VISIBLE
        for home in synset.parents[:1]
        if 1 <= len(vocabulary.below.get(home, ())) <= WIDEST_HOME
        for lemma in usual(offset)[:1]
    }
    for found, count in ((kinds, KINDS), (members, MEMBERS)):
        for lemma in _ordered("report", found)[:count]:
            yield _word(vocabulary, lemma, [found[lemma]])
    for phrase, heads in PHRASES.items():
        yield _word(vocabulary, phrase, [_kind(vocabulary, head) for head in heads])


def _kind(vocabulary: _Vocabulary, word: str) -> int:
    """The first sense of a word that is a class or has classes below it."""
    senses = [
        offset for offset, synset in vocabulary.nouns.items() if word in synset.lemmas and offset in vocabulary.below
    ]
    if not senses:
        raise ValueError(f"{word!r} has no class below it")
    first = vocabulary.uses[word].first
    return first if first in senses else max(senses, key=lambda offset: len(vocabulary.below[offset]))


def _word(vocabulary: _Vocabulary, prompt: str, kinds: Iterable[int]) -> dict[str, object]:
    found = {index for offset in kinds for index in vocabulary.below[offset]}
    return {
        "prompt": prompt,
        "kinds": [vocabulary.nouns[offset].lemmas[0] for offset in kinds],
        "classes": sorted(found),
    }


def _ordered(purpose: str, names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(f"pocket {purpose} {name}".encode()).digest())


if __name__ == "__main__":
    sys.exit(main())
