"""Flags in a prompt, and what a person typed as a prompt and settings.

flag = "--" NAME VALUE    anywhere in the text; see FLAGS
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from guidance.request import elsewhere
from guidance.request.foreign_flags import ALIASES
from guidance.request.foreign_weights import weighted_phrases
from guidance.request.messages import Message
from guidance.request.parameters import PARAMETERS, Parameter, Settings
from guidance.request.prompt import STAGE, PromptError, clean, clean_negative, number_of, stages

_PARAMETERS: Final = {known.flag: known for known in PARAMETERS.values() if known.flag is not None}


def _meaning(parameter: Parameter) -> Message:
    if parameter.range is None:
        return Message(f"meaning-{parameter.flag}")
    if parameter.type is int:
        return Message("meaning-number", range=parameter.range.message())
    return Message("meaning-percent", unit=parameter.range.unit_message())


FLAGS: Final = {
    "ar": Message("meaning-ar"),
    **{flag: _meaning(parameter) for flag, parameter in _PARAMETERS.items()},
    "style": Message("meaning-style"),
}
"""The flags and what each takes. Those of parameters are declared in `guidance.request.parameters`."""
_SHAPES: Final = {"square": (1, 1), "landscape": (3, 2), "portrait": (2, 3)}
RANDOM_SEED: Final = -1
"""What other programs write for a seed by chance."""
_FLAG: Final = re.compile(r"(?:^|(?<=\s))--(?=[^\W\d])([\w-]+)=?\s*")
_QUOTED: Final = re.compile(r"[\"'\u2018\u201c](.*)[\"'\u2019\u201d]")


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """What a person typed, without its flags. `settings` holds the parameters that flags chose."""

    prompt: str
    aspect: tuple[int, int] | None = None
    style: str | None = None
    settings: Settings = field(default_factory=dict)


def parse(text: str) -> ParsedPrompt:
    """Separates a text from its flags, and translates the weights of other programs.

    Raises:
        PromptError: A flag is unknown, given twice, or has no valid value; or see `stages`.
    """
    cleaned = clean(text)
    if edit := elsewhere.prompt_edit(cleaned):
        raise PromptError(edit[0] + 1, Message("prompt-edit-from-elsewhere", text=edit[1]))
    translation = elsewhere.translated(cleaned)
    if translation.items:
        problem = Message("from-elsewhere", items=translation.items)
        raise PromptError(translation.column, problem, translation.text)
    text, blanked, values = _without_flags(translation.text)
    stages(blanked)
    values |= {"no": clean_negative(values["no"])} if "no" in values else {}
    settings = {_PARAMETERS[name].name: value for name, value in values.items() if name in _PARAMETERS}
    return ParsedPrompt(_with_own_weights(text), values.get("ar"), values.get("style"), settings)


def _without_flags(text: str) -> tuple[str, str, dict[str, Any]]:
    """The text without flags; the text with spaces for flags, so that columns stay the same; the flags' values."""
    matches = list(_FLAG.finditer(text))
    pieces: list[str] = []
    blanked = text
    values: dict[str, Any] = {}
    begin = 0
    for index, match in enumerate(matches):
        name, column = match[1].lower(), match.start() + 1
        name = ALIASES.get(name.replace("_", "-"), name)
        limit = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        if name not in FLAGS:
            hint = nearest(name, FLAGS, "--")
            # A flag that is nearly known is to be corrected, not left out.
            without = _without_unknown(text, match) if hint.name == "known-names" else None
            raise PromptError(column, Message("flag-unknown", flag=f"--{match[1]}", hint=hint), without)
        end = _end_of_value(name, text, match.end(), limit)
        value = text[match.end() : end].strip()
        if name != "no":
            value = value.rstrip(",;")
        if quoted := _QUOTED.fullmatch(value):
            value = quoted[1].strip()
        if not value:
            raise PromptError(column, Message("flag-needs-value", flag=f"--{name}", meaning=FLAGS[name]))
        if name in values:
            raise PromptError(column, Message("flag-twice", flag=f"--{name}"))
        values[name] = _value(name, value, match.end() + 1)
        pieces.append(text[begin : match.start()])
        blanked = blanked[: match.start()] + " " * (end - match.start()) + blanked[end:]
        begin = end
    pieces.append(text[begin:])
    if values.get("seed") == RANDOM_SEED:
        del values["seed"]
    return " ".join(" ".join(pieces).split()), blanked, values


def _without_unknown(text: str, match: re.Match[str]) -> str:
    """The text without an unknown flag, and without the number after it."""
    number = re.compile(r"[+-]?\d\S*\s*").match(text, match.end())
    return " ".join((text[: match.start()] + text[number.end() if number else match.end() :]).split())


def _with_own_weights(text: str) -> str:
    """The text with the weights of other programs as weights of this language."""
    written, changed = [], False
    for stage in stages(text):
        phrases: list[str] = []
        for phrase in stage.phrases:
            found = weighted_phrases(phrase.text)
            changed = changed or found != [(phrase.text, 1.0)]
            phrases += [f"{words}::{round(phrase.weight * weight, 4):g}" for words, weight in found]
        start = f"at {round(100 * stage.start, 6):g} %: " if stage.start else ""
        written.append(start + " ".join(phrases))
    if not changed:
        return text
    # The last phrase of a stage needs no weight of 1.
    translated = " ".join(stage.removesuffix("::1") for stage in written)
    stages(translated)
    return translated


def nearest(name: str, known: Sequence[str] | dict[str, Message], prefix: str = "") -> Message:
    """Suggests the most similar known name, or lists all of them."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return Message("did-you-mean", name=prefix + near[0])
    return Message("known-names", names=", ".join(prefix + entry for entry in known))


def _end_of_value(name: str, text: str, begin: int, limit: int) -> int:
    """The index at which a flag's value ends: `--no` takes all up to the next flag or stage, the others one word."""
    if name == "no":
        stage = STAGE.search(text, begin, limit)
        return stage.start() if stage else limit
    space = text.find(" ", begin, limit)
    return limit if space < 0 else space


def _value(name: str, text: str, column: int) -> str | int | float | tuple[int, int]:
    """A flag's value as its own type, within its range."""
    wrong = PromptError(column, Message("flag-wrong", flag=f"--{name}", value=text, meaning=FLAGS[name]))
    if name == "ar":
        if (shape := aspect_of(text)) is None:
            raise wrong
        return shape
    limits = _PARAMETERS[name].range if name in _PARAMETERS else None
    if limits is None:
        return text
    if name == "seed" and text in ("-1", "random"):
        return RANDOM_SEED
    if _PARAMETERS[name].type is int:
        if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not limits.holds(int(text)):
            raise wrong
        return int(text)
    percent = number_of(text.removesuffix("%"))
    if percent is None or not 1 <= percent <= 100:
        raise wrong
    return percent / 100


def shape_of(text: str) -> tuple[int, int] | None:
    """The width and height in "16:9", also with x or / between them; None if there are none."""
    match = re.fullmatch(r"(\d{1,4})\s*[:x×/]\s*(\d{1,4})", text.strip(), re.ASCII | re.IGNORECASE)
    return (int(match[1]), int(match[2])) if match and int(match[1]) and int(match[2]) else None


def aspect_of(text: str) -> tuple[int, int] | None:
    """The shape in "16:9", "2.39:1", "1.5" or "landscape", in whole numbers; None if there is none."""
    if shape := _SHAPES.get(text.casefold()) or shape_of(text):
        return shape
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,4})?)(?::(\d{1,4}(?:\.\d{1,4})?))?", text.strip(), re.ASCII)
    if match is None or "." not in text or not (float(match[1]) and float(match[2] or 1)):
        return None
    ratio = (Fraction(match[1]) / Fraction(match[2] or 1)).limit_denominator(100)
    return (ratio.numerator, ratio.denominator) if ratio else None
