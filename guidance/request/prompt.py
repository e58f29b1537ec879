"""The prompt language: from what a person typed to weighted phrases for CLIP.

    typed  = stage { "at" NUMBER "%:" stage }       "a castle at 60 %: a ruin" changes the subject on the way
    stage  = phrase { "::" [ NUMBER ] [ phrase ] }  "castle::2 fog::0.5"; no number is 1, below 0 moves away
    flag   = "--" NAME VALUE                        anywhere; see FLAGS

The command line, Discord's commands and stored requests all use this grammar. Imports no torch: the bot's process reads
prompts too.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guidance.request.parameters import PARAMETERS, Parameter, Range, Settings

NEGATIVE_WEIGHT: Final = -0.3
"""Weight of a negative phrase where the others add up to 1; from Direct Ascent Synthesis (2025)."""
WEIGHTS: Final = Range(-10, 10)
MOST_PHRASES: Final = 32
_PARAMETERS: Final = {known.flag: known for known in PARAMETERS.values() if known.flag is not None}


def _meaning(parameter: Parameter) -> str:
    if parameter.range is None:
        return parameter.help
    if parameter.type is int:
        return f"a whole number, {parameter.range}"
    return f"a percentage {parameter.range.unit}, 1 to 100"


FLAGS: Final = {
    "ar": "the shape of the picture, such as 16:9",
    **{flag: _meaning(parameter) for flag, parameter in _PARAMETERS.items()},
    "style": "the name of a style",
}
"""The flags and what each takes. Those of parameters are declared in `guidance.request.parameters`."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_STAGE: Final = re.compile(r"(?:^|(?<=\s))at\s*([^\s%]+)\s*%\s*:(?!:)\s*", re.IGNORECASE)
# Phones turn two hyphens into a dash; a dash is also punctuation, so it counts only before the name of a flag.
_FLAG: Final = re.compile(rf"(?:^|(?<=\s))(?:--(?=[^\W\d])|[—–](?=(?:{'|'.join(FLAGS)})\b))([\w-]+)=?\s*")
_WEIGHT: Final = re.compile(r"::([+\-\u2212.\d]\S*?(?=::|\s|$))?")


class PromptError(ValueError):
    """A prompt that cannot be read. The message names the column, counted from 1 in the cleaned text."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text to move towards (weight above 0) or away from (below 0)."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Stage:
    """The phrases that count from `start`, a share of the schedule in [0, 1), until the next stage."""

    start: float
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """What a person typed, without its flags. `settings` holds the parameters that flags chose."""

    prompt: str
    aspect: tuple[int, int] | None = None
    style: str | None = None
    settings: Settings = field(default_factory=dict)


def clean(text: str) -> str:
    """Returns the text that is stored, shown, matched and encoded.

    NFKC makes look-alike spellings equal. Control, format (zero-width, bidirectional) and unassigned characters are
    removed, so that nothing invisible reaches a blocklist, a channel or an encoder. White space becomes single spaces.
    """
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFKC", text))
    visible = "".join(character for character in spaced if unicodedata.category(character) not in _INVISIBLE)
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def parse(text: str) -> ParsedPrompt:
    """Separates a text from its flags.

    Raises:
        PromptError: A flag is unknown, given twice, or has no valid value; or see `stages`.
    """
    cleaned = clean(text)
    matches = list(_FLAG.finditer(cleaned))
    pieces: list[str] = []
    blanked = cleaned  # the flags become spaces, so that columns stay the same
    values: dict[str, Any] = {}
    begin = 0
    for index, match in enumerate(matches):
        name, column = match[1].lower(), match.start() + 1
        limit = matches[index + 1].start() if index + 1 < len(matches) else len(cleaned)
        if name not in FLAGS:
            raise PromptError(column, f"--{match[1]} is unknown; {nearest(name, FLAGS, '--')}")
        end = _end_of_value(name, cleaned, match.end(), limit)
        value = cleaned[match.end() : end].strip()
        if not value:
            raise PromptError(column, f"--{name} needs a value: {FLAGS[name]}")
        if name in values:
            raise PromptError(column, f"--{name} is given twice")
        values[name] = _value(name, value, match.end() + 1)
        pieces.append(cleaned[begin : match.start()])
        blanked = blanked[: match.start()] + " " * (end - match.start()) + blanked[end:]
        begin = end
    pieces.append(cleaned[begin:])
    stages(blanked)
    settings = {_PARAMETERS[name].name: value for name, value in values.items() if name in _PARAMETERS}
    return ParsedPrompt(" ".join(" ".join(pieces).split()), values.get("ar"), values.get("style"), settings)


def nearest(name: str, known: Sequence[str] | dict[str, str], prefix: str = "") -> str:
    """Suggests the most similar known name, or lists all of them."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {prefix}{near[0]}?" if near else f"known: {', '.join(prefix + entry for entry in known)}"


def stages(prompt: str, negative: str = "") -> tuple[Stage, ...]:
    """The stages of a prompt without flags; the phrases of the negative prompt are in every stage.

    Raises:
        PromptError: A weight, a percentage or a phrase is missing or wrong.
    """
    unwanted = [part for part in (part.strip() for part in negative.split(",")) if part]
    found: list[Stage] = []
    for column, start, begin, text in _split(prompt):
        if found and start <= found[-1].start:
            raise PromptError(column, f"at {100 * start:g} % comes after {100 * found[-1].start:g} %; stages rise")
        wanted = tuple(_phrases(text, begin))
        total = sum(phrase.weight for phrase in wanted if phrase.weight > 0) or 1
        found.append(Stage(start, (*wanted, *(Phrase(part, NEGATIVE_WEIGHT * total) for part in unwanted))))
    if sum(len(stage.phrases) for stage in found) > MOST_PHRASES:
        raise PromptError(1, f"more than {MOST_PHRASES} phrases; use fewer")
    return tuple(found)


def _split(prompt: str) -> Iterator[tuple[int, float, int, str]]:
    """(column, start, index of the text, text) of every stage."""
    matches = list(_STAGE.finditer(prompt))
    bounds = [match.start() for match in matches] + [len(prompt)]
    opened = not matches or bool(prompt[: bounds[0]].strip())  # there is text before the first "at"
    if opened:
        yield 1, 0.0, 0, prompt[: bounds[0]]
    for match, limit in zip(matches, bounds[1:], strict=True):
        share = _number(match[1])
        if share is None or not 0 <= share < 100:
            raise PromptError(match.start(1) + 1, f"{match[1]!r} is not a percentage of the run, 0 to 99")
        if not opened and share > 0:
            raise PromptError(match.start() + 1, f"say what the picture shows before {share:g} %, or begin at 0 %")
        opened = True
        yield match.start(1) + 1, share / 100, match.end(), prompt[match.end() : limit]


def _phrases(text: str, offset: int) -> Iterator[Phrase]:
    """The phrases of one stage. offset: the index at which the text begins in the prompt."""
    begin = 0
    for match in _WEIGHT.finditer(text):
        phrase = text[begin : match.start()].strip()
        column = offset + match.start() + 1
        if not phrase:
            raise PromptError(column, "nothing stands before '::'")
        weight = 1.0 if match[1] is None else _number(match[1])
        if weight is None or not WEIGHTS.holds(weight) or weight == 0:
            raise PromptError(column + 2, f"{match[1]!r} is not a weight; write a number, {WEIGHTS}, but not 0")
        yield Phrase(phrase, weight)
        begin = match.end()
    if rest := text[begin:].strip():
        yield Phrase(rest, 1.0)
    elif begin == 0 and offset > 0:
        raise PromptError(offset, "nothing is said for this part of the run")


def _end_of_value(name: str, text: str, begin: int, limit: int) -> int:
    """The index at which a flag's value ends: `--no` takes all up to the next flag or stage, the others one word."""
    if name == "no":
        stage = _STAGE.search(text, begin, limit)
        return stage.start() if stage else limit
    space = text.find(" ", begin, limit)
    return limit if space < 0 else space


def _value(name: str, text: str, column: int) -> str | int | float | tuple[int, int]:
    """A flag's value as its own type, within its range."""
    wrong = PromptError(column, f"--{name} {text} is wrong: {FLAGS[name]}")
    if name == "ar":
        match = re.fullmatch(r"(\d{1,4}):(\d{1,4})", text)
        if not match or not int(match[1]) or not int(match[2]):
            raise wrong
        return int(match[1]), int(match[2])
    limits = _PARAMETERS[name].range if name in _PARAMETERS else None
    if limits is None:
        return text
    if _PARAMETERS[name].type is int:
        if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not limits.holds(int(text)):
            raise wrong
        return int(text)
    percent = _number(text.removesuffix("%"))
    if percent is None or not 1 <= percent <= 100:
        raise wrong
    return percent / 100


def _number(text: str) -> float | None:
    plain = text.replace("\u2212", "-")
    return float(plain) if re.fullmatch(r"[+-]?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})", plain, re.ASCII) else None
