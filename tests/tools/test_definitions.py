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


def test_a_direction_is_the_weighted_sum_of_the_classes_that_may_be_used() -> None:
    directions = np.eye(4, dtype=np.float32)
    definition = Definition({0: 0.75, 2: 0.25, 3: -0.1}, {})
    assert definition.direction(directions, frozenset()).tolist() == pytest.approx([0.75, 0, 0.25, -0.1])  # type: ignore[union-attr]
    assert definition.direction(directions, frozenset({0})).tolist() == pytest.approx([0, 0, 0.25, -0.1])  # type: ignore[union-attr]
    assert definition.direction(directions, frozenset({0, 2})) is None
