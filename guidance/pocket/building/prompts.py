"""Chooses the prompts of the evaluation, once, before anything was rendered: no eye and no score had a part in it.

Of the 1000 classes those whose curated name is one lower-case word, without the words used for development; sorted by
the sha256 of "pocket evaluation NAME"; the first twenty. Run as a module it writes prompts.json.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Final

from guidance.pocket.building.sources import classes

DEVELOPMENT: Final = ("goldfish", "volcano", "castle", "daisy", "lighthouse", "strawberry", "tiger", "teapot")
COUNT: Final = 20
FILE: Final = Path(__file__).parent.parent / "prompts.json"


def chosen() -> list[dict[str, object]]:
    """Prompt and class index of each."""
    names = {index: entry.names[0] for index, entry in enumerate(classes())}
    plain = {index: name for index, name in names.items() if re.fullmatch(r"[a-z]+", name) and name not in DEVELOPMENT}
    ordered = sorted(plain, key=lambda index: hashlib.sha256(f"pocket evaluation {plain[index]}".encode()).digest())
    return [{"prompt": plain[index], "class": index} for index in ordered[:COUNT]]


if __name__ == "__main__":
    FILE.write_text(json.dumps(chosen(), indent=2) + "\n", encoding="utf-8")
