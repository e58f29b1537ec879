"""How well classes that the regression never saw are placed: `python -m tools.pocket.building.held_out`.

Fits on 850 classes and ranks the directions of the other 150 for their names, by kernel ridge regression as the build
uses it, and by plain ridge regression for comparison.
"""

import sys
from collections.abc import Callable

import numpy as np

from tools.pocket.building import sources, space
from tools.pocket.building.sources import Array
from tools.pocket.building.targets import RIDGE, SHARPNESS, Kernel, defined, unit

FITTED = 850


def main() -> int:
    """Prints two lines."""
    rows = space.objects(space.class_directions(sources.lite0_weights())).numpy()
    nouns = sources.synsets()
    texts = sources.minilm([defined(entry.names[0], nouns[entry.offset].gloss) for entry in sources.classes()])
    order = np.random.default_rng(0).permutation(len(rows))
    fitted, held_out = order[:FITTED], order[FITTED:]
    kernel = Kernel(texts[fitted], rows[fitted])
    _report(f"kernel ridge, sharpness {SHARPNESS:g}, λ {RIDGE:g}", kernel, texts[held_out], rows[held_out])
    mean = texts[fitted].mean(0)
    centred = texts[fitted] - mean
    weights = np.linalg.solve(centred.T @ centred + np.eye(centred.shape[1]), centred.T @ rows[fitted])
    _report("ridge, λ 1", lambda points: unit((points - mean) @ weights), texts[held_out], rows[held_out])
    return 0


def _report(name: str, embed: Callable[[Array], Array], texts: Array, rows: Array) -> None:
    scores = embed(texts) @ rows.T
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    print(f"{name}: first {np.mean(ranks < 1):.0%}, in the first five {np.mean(ranks < 5):.0%} of {len(rows)}")


if __name__ == "__main__":
    sys.exit(main())
