"""How common things look, in ImageNet's classes and in colours: definitions.json.

WordNet and MiniLM know what a word means, not what its picture looks like: to them a sunset is near a time of day and a
cottage near a cottage tent. Language models wrote the definitions in two turns; the second rewrote half of those of the
first and added more. They knew the classes' names, and neither the prompts of the measure nor any picture.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:  # what the sources need is installed for a build only
    from tools.pocket.building.attributes import ReadoutWeights
    from tools.pocket.building.sources import Array, ImageNetClass

FILE: Final = Path(__file__).with_name("definitions.json")
COLOUR_SHARE: Final = 0.5
"""Weight of a thing's usual colour; a colour that the text names has weight 1."""


@dataclass(frozen=True, slots=True)
class Definition:
    """Weights of classes, by index, and of colours; they may be negative."""

    classes: Mapping[int, float]
    readouts: "ReadoutWeights"

    def direction(self, directions: "Array") -> "Array":
        """(D), unit length, from (1000, D)."""
        summed: Array = np.sum([weight * directions[index] for index, weight in self.classes.items()], axis=0)
        return summed / np.linalg.norm(summed)


def definitions(targets: "list[ImageNetClass]") -> dict[str, Definition]:
    """The definitions by word.

    Raises:
        KeyError: A definition names no class.
    """
    index_of = {target.names[0]: index for index, target in enumerate(targets)}
    return {
        word: Definition(
            {index_of[name]: weight for name, weight in entry["classes"].items()},
            {name: COLOUR_SHARE * weight for name, weight in entry.get("colours", {}).items()},
        )
        for word, entry in json.loads(FILE.read_text(encoding="utf-8")).items()
    }
