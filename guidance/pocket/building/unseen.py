"""How well classes that the regression never saw are placed: `python -m guidance.pocket.building.unseen`.

Fits on 850 classes and ranks the directions of the other 150 for their names, by kernel ridge regression as the build
uses it, and by plain ridge regression for comparison.
"""

import sys
from collections.abc import Callable

import numpy as np

from guidance.pocket.building import sources, space
from guidance.pocket.building.sources import Array
from guidance.pocket.building.targets import RIDGE, SHARPNESS, Kernel, defined, unit

FITTED = 850


def main() -> int:
    """Prints two lines."""
    directions = space.class_directions(sources.lite0_weights())
    rows = unit((directions @ space.basis(directions)).float().numpy())
    nouns = sources.synsets()
    texts = sources.minilm([defined(entry.names[0], nouns[entry.offset].gloss) for entry in sources.classes()])
    order = np.random.default_rng(0).permutation(len(rows))
    seen, unseen = order[:FITTED], order[FITTED:]
    kernel = Kernel(texts[seen], rows[seen])
    _report(f"kernel ridge, sharpness {SHARPNESS:g}, λ {RIDGE:g}", kernel, texts[unseen], rows[unseen])
    mean = texts[seen].mean(0)
    centred = texts[seen] - mean
    weights = np.linalg.solve(centred.T @ centred + np.eye(centred.shape[1]), centred.T @ rows[seen])
    _report("ridge, λ 1", lambda points: unit((points - mean) @ weights), texts[unseen], rows[unseen])
    return 0


def _report(name: str, place: Callable[[Array], Array], texts: Array, rows: Array) -> None:
    scores = place(texts) @ rows.T
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    print(f"{name}: first {np.mean(ranks < 1):.0%}, in the first five {np.mean(ranks < 5):.0%} of {len(rows)}")


if __name__ == "__main__":
    sys.exit(main())
