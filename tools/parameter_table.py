"""Writes the table of parameters in docs/guidance.md from their declarations: `python -m tools.parameter_table`."""

import sys
from pathlib import Path
from typing import Final

from guidance.request.parameters import PARAMETERS, Parameter

PAGE: Final = Path(__file__).parents[1] / "docs/guidance.md"
BEGIN: Final = "<!-- parameters: written by python -m tools.parameter_table -->\n"
END: Final = "<!-- end of parameters -->\n"


def table() -> str:
    """The table in Markdown, in the order of the declarations."""
    head = ["| parameter | meaning | values | `pocket` | other models |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(parameter) for parameter in PARAMETERS.values())]) + "\n"


def updated(page: str) -> str:
    """The page with the present table between BEGIN and END."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


def main() -> int:
    """Updates the page."""
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _row(parameter: Parameter) -> str:
    name = f"`{parameter.name}`" + (f", `--{parameter.flag}` in a prompt" if parameter.flag else "")
    values = str(parameter.range or ", ".join(parameter.choices) or "text")
    defaults = [parameter.default_for(pocket=pocket) for pocket in (True, False)]
    own = "".join(f" ({canvas}: {value})" for canvas, value in parameter.canvases.items())
    defaults[1] = f"{defaults[1]}{own}" if own else defaults[1]
    cells = [name, parameter.help, values, *("random" if value is None else str(value) for value in defaults)]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
