"""The definitions of common things: what they may name, and how they become directions."""

import json

import numpy as np
import pytest

from tools.pocket.building.definitions import FILE, Definition
from tools.pocket.measures import NAMES


def test_every_definition_has_classes_that_pull_and_known_colours() -> None:
    found = json.loads(FILE.read_text(encoding="utf-8"))
    assert list(found) == sorted(found)
    for word, entry in found.items():
        assert sum(weight for weight in entry["classes"].values() if weight > 0) == pytest.approx(1, abs=0.01), word
        assert set(entry.get("colours", {})) <= set(NAMES), word


def test_a_direction_is_the_weighted_sum_of_the_classes() -> None:
    directions = np.eye(4, dtype=np.float32)
    direction = Definition({0: 0.8, 2: 0.4, 3: -0.1}, {}).direction(directions)
    assert direction.tolist() == pytest.approx([8 / 9, 0, 4 / 9, -1 / 9])
