"""Reads parsed TOML into dataclasses, and says in one sentence what is wrong. Knows no setting.

A dataclass is a section. Its fields are text, numbers, booleans, enumerations, tuples, text or a tuple, or further
sections; `Annotated[int, Between(1, 9)]` gives a number its range. A method `check`, if there is one, refuses what
types and ranges cannot express.
"""

import difflib
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

MESSAGE_CHARACTERS: Final = 500
SCALARS: Final = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}

Section = TypeVar("Section")


class ConfigError(ValueError):
    """A setting that cannot be used.

    Args:
        message: One sentence that names the setting. What it repeats of the file is shown printable, and cut if long.
    """

    def __init__(self, message: str) -> None:
        shown = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in message)
        half = MESSAGE_CHARACTERS // 2
        super().__init__(shown if len(shown) <= MESSAGE_CHARACTERS else f"{shown[:half]} … {shown[-half:]}")


class Between(NamedTuple):
    """The range of a number, both ends included."""

    low: float
    high: float


def read(prefix: str, kind: type[Section], data: Mapping[str, object]) -> Section:
    """Makes a section of the type `kind`.

    Args:
        prefix: Where the section is, such as "limits."; "" for the whole file.
        kind: A dataclass whose fields all have defaults.
        data: The section's keys and values as `tomllib` returns them.

    Raises:
        ConfigError: A key is unknown, or a value has the wrong type, is out of range or is refused by `check`.
    """
    hints = get_type_hints(kind, include_extras=True)
    for key in data:
        if key not in hints:
            raise ConfigError(f"{prefix}{key} is unknown; {_hint(prefix, key, hints)}")
    section = kind(**{key: _value(f"{prefix}{key}", hints[key], value) for key, value in data.items()})
    if hasattr(section, "check"):
        section.check()
    return section


def check_range(key: str, value: Any, between: Between) -> object:
    """Returns a number that lies in its range.

    Raises:
        ConfigError: The number lies outside, or is NaN.
    """
    if not between.low <= value <= between.high:
        raise ConfigError(f"{key} is {value:.10g}, but must be {between.low:.10g} to {between.high:.10g}")
    return value


def _hint(prefix: str, key: str, hints: Mapping[str, Any]) -> str:
    """Where an unknown key belongs, or which one was meant."""
    sections = [name for name, kind in hints.items() if is_dataclass(kind) and key in get_type_hints(kind)]
    if sections:
        return f"write it below [{sections[0]}]"
    near = difflib.get_close_matches(key, hints, n=1, cutoff=0.5)
    return f"did you mean {prefix}{near[0]}?" if near else f"known here: {', '.join(hints)}"


def _value(key: str, kind: Any, value: object) -> object:
    if get_origin(kind) is Annotated:
        number, between = get_args(kind)
        return check_range(key, _value(key, number, value), between)
    if isinstance(kind, UnionType):  # text or a list
        kind = next(each for each in get_args(kind) if (get_origin(each) is tuple) is isinstance(value, list))
    if get_origin(kind) is tuple:
        entry_kind = get_args(kind)[0]
        if not isinstance(value, list):
            hint = f": [[{key}]]" if is_dataclass(entry_kind) else ""
            raise ConfigError(f"{key} must be a list{hint}")
        return tuple(_value(f"{key}[{index}]", entry_kind, entry) for index, entry in enumerate(value))
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(value, dict):
            raise ConfigError(f"{key} must be a section: [{key}]")
        return read(f"{key}.", kind, value)
    if issubclass(kind, StrEnum):
        if _value(key, str, value) not in set(kind):
            raise ConfigError(f"{key} must be one of {', '.join(kind)}, not {value!r}")
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ConfigError(f"{key} must be {SCALARS[kind]}, not {value!r}")
    return value
