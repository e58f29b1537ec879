"""Writes the tables of docs/sandbox.md: `python -m tests.sandbox.routes docs/sandbox.md`.

A route is served by tests that got from it what they asked for, under the check against Discord's description. The
table names the one whose name says most of the route, and of several the one that meets the fewest others.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bot.sandbox.rest import refused
from bot.sandbox.server import ENDPOINTS
from tests.sandbox.conftest import ROUTES_FILE
from tests.sandbox.schema import bare

PAGE = ["--ignore-glob=tests/sandbox/test_page*.py"]
"""The tests that need a browser, and meet no other routes."""
TABLE = ["--deselect=tests/sandbox/test_routes.py::test_the_documentation_lists_every_route_with_a_test"]
BEGIN, END = "<!-- routes: python -m tests.sandbox.routes -->\n", "<!-- end of routes -->\n"


def met() -> dict[str, list[str]]:
    """Run the sandbox's tests and return the tests of each route."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "routes.json"
        command = [sys.executable, "-m", "pytest", "-n", "0", "tests/sandbox", *PAGE, *TABLE]
        subprocess.run(command, env=os.environ | {ROUTES_FILE: str(file)}, check=True)
        found: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
        return found


DEEDS = {
    "GET": ("list", "read", "found", "told"),
    "POST": ("made", "start", "begin", "writ", "post"),
    "PUT": ("made", "given", "add", "pinn", "join"),
    "PATCH": ("edit", "chang", "renam", "mov"),
    "DELETE": ("delet", "remov", "taken", "unpinn", "leav"),
}
"""Beginnings of words that say what a request with a method does."""


def likeness(route: str, test: str) -> int:
    """How many words of a route's path, and whether one for its method, are in the name of a test or of its file."""
    method, _, path = route.partition(" ")
    parts = re.findall(r"[a-z]{3,}", re.sub(r"\{[^}]*\}", "", path.lower()))
    words = re.findall(r"[a-z]+", test.lower().replace("test", ""))
    # plural or singular, "pins" or "pinned"
    stems = [(part.removesuffix("s")[:6],) for part in dict.fromkeys(parts)]
    return sum(any(word.startswith(stem) for word in words) for stem in [*stems, DEEDS[method]])


def nearest(route: str, tests: dict[str, list[str]]) -> str:
    """The test that the table names for a route; `none` without any."""
    others = Counter(test for found in tests.values() for test in found)
    found = tests.get(bare(route), [])
    return max(found, key=lambda test: (likeness(route, test), -others[test]), default="none")


def table(tests: dict[str, list[str]]) -> str:
    """The tables of what is served and of what is refused."""
    lines = ["", "| served | by the test |", "|---|---|"]
    for endpoint in sorted(ENDPOINTS, key=lambda endpoint: (endpoint.path, endpoint.method)):
        route = f"{endpoint.method} {endpoint.path}"
        test = nearest(route, tests).removeprefix("tests/sandbox/").partition("[")[0].replace("::", " ")
        lines.append(f"| `{route}` | {test} |")
    lines += ["", "Refused with 40006:", ""]
    lines += [f"- `{path}`: {methods.replace(' ', ', ')}" for path, methods in refused.REFUSED]
    lines += ["", "The sandbox has none of these, so they are refused as what does not exist:", ""]
    lines += [f"- `{path}`: {methods.replace(' ', ', ')}: {code}" for path, methods, code in refused.ABSENT]
    return "\n".join(lines) + "\n\n"


def main() -> int:
    """Write the tables into the file that the command names."""
    path = Path(sys.argv[1])
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(before + BEGIN + table(met()) + END + rest.partition(END)[2], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
