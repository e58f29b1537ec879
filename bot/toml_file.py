"""Reads a TOML file, and says in one sentence what is wrong with it."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from bot.toml_reader import ConfigError

_ADVICE: Final = (
    (r".*\\", "in a path write / or \\\\ for each backslash"),
    (r"[^=]*=\s*[\u2018-\u201f\u00ab\u2039`]", 'write straight quotes: "…"'),
    (r"[^=]*=\s*(?i:true|false|yes|no|on|off)\s*$", "write true or false"),
    (r"[^=]*=\s*[^\W\d]", 'text needs quotes: "…"'),
    (r"[^=]*=\s*\d+,\d", "write a point, not a comma, in a number"),
    (r"\s*[^=\[\s][^=]*$", "each line is KEY = VALUE or [SECTION]"),
)
"""What is usually wrong in a line that looks like this."""


def read_toml(path: Path) -> dict[str, Any]:
    """The parsed file.

    Raises:
        ConfigError: The file cannot be read, or is not TOML.
    """
    try:
        # Some editors, such as Windows Notepad, begin a file with a byte order mark; other programs then add lines
        # before it.
        text = path.read_text(encoding="utf-8").replace("\ufeff", "")
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist; copy config.example.toml to it") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); name a file that can be with --config") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text; save it with this encoding") from error
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{path} is not a configuration: its values are nested too deeply") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}{_advice(text, str(error))}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not a configuration: a number has too many digits") from error


def _advice(text: str, problem: str) -> str:
    """What to write instead. The line itself is not shown, as it may hold a secret."""
    place = re.search(r"at line (\d+)", problem)
    lines = text.splitlines()
    if place is None or int(place[1]) > len(lines):
        return ""
    line = lines[int(place[1]) - 1]
    return next((f"; {advice}" for pattern, advice in _ADVICE if re.match(pattern, line)), "")
