"""The prompt language: from what a person typed to weighted phrases for CLIP.

    typed  = stage { "at" NUMBER "%:" stage }       "a castle at 60 %: a ruin" changes the subject on the way
    stage  = phrase { "::" [ NUMBER ] [ phrase ] }  "castle::2 fog::0.5"; no number is 1, below 0 moves away

Flags are in `guidance.request.flags`. The command line, Discord's commands and stored requests all use this grammar.
Imports no torch: the bot's process reads prompts too.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guidance.request import elsewhere
from guidance.request.foreign_weights import MOST, without_emphasis
from guidance.request.invisible import without_invisible
from guidance.request.messages import Message, MessageError
from guidance.request.parameters import Range

NEGATIVE_WEIGHT: Final = -0.3
"""Weight of a negative phrase where the others add up to 1; from Direct Ascent Synthesis (2025)."""
WEIGHTS: Final = Range(-MOST, MOST)
MOST_PHRASES: Final = 32
STAGE: Final = re.compile(r"(?:^|(?<=\s))at\s*([^\s%]+)\s*%\s*:(?!:)\s*", re.IGNORECASE)
_WEIGHT: Final = re.compile(r"::(?:([+\-\u2212.\d]\S*?)(?:[,;]?(?=\s|$)|(?=::))|[,;](?=\s|$))?")


class PromptError(MessageError, ValueError):
    """A prompt that cannot be read. The message names the column, counted from 1 in the cleaned text.

    Attributes:
        column: See above.
        without: The text without what is not known here, if that can be read; else None.
    """

    def __init__(self, column: int, problem: Message, without: str | None = None) -> None:
        super().__init__(Message("at-column", column=column, problem=problem))
        self.column = column
        self.without = without


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


def clean(text: str) -> str:
    """Returns the text that is stored, shown, matched and encoded.

    NFKC makes look-alike spellings equal. Invisible characters are removed, so that nothing unseen reaches a blocklist,
    a channel or an encoder; see `guidance.request.invisible`. White space becomes single spaces.
    """
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFKC", text))
    return " ".join(unicodedata.normalize("NFKC", without_invisible(spaced)).split())


def clean_negative(text: str) -> str:
    """`clean` for a negative prompt as it was typed: custom emoji by their names, and without weights."""
    return without_emphasis(elsewhere.words(clean(text)))


def stages(prompt: str, negative: str = "") -> tuple[Stage, ...]:
    """The stages of a prompt without flags; the phrases of the negative prompt are in every stage.

    Raises:
        PromptError: A weight, a percentage or a phrase is missing or wrong.
    """
    unwanted = [part for part in (part.strip() for part in negative.split(",")) if part]
    found: list[Stage] = []
    for column, start, begin, text in _split(prompt):
        if found and start <= found[-1].start:
            raise PromptError(column, Message("stages-rise", this=100 * start, before=100 * found[-1].start))
        wanted = tuple(_phrases(text, begin))
        total = sum(phrase.weight for phrase in wanted if phrase.weight > 0) or 1
        found.append(Stage(start, (*wanted, *(Phrase(part, NEGATIVE_WEIGHT * total) for part in unwanted))))
    if sum(len(stage.phrases) for stage in found) > MOST_PHRASES:
        raise PromptError(1, Message("too-many-phrases", most=MOST_PHRASES))
    return tuple(found)


def _split(prompt: str) -> Iterator[tuple[int, float, int, str]]:
    """(column, start, index of the text, text) of every stage."""
    matches = list(STAGE.finditer(prompt))
    bounds = [match.start() for match in matches] + [len(prompt)]
    opened = not matches or bool(prompt[: bounds[0]].strip())  # there is text before the first "at"
    if opened:
        yield 1, 0.0, 0, prompt[: bounds[0]]
    for match, limit in zip(matches, bounds[1:], strict=True):
        share = number_of(match[1])
        if share is None or not 0 <= share < 100:
            raise PromptError(match.start(1) + 1, Message("not-a-percentage", text=match[1]))
        if not opened and share > 0:
            raise PromptError(match.start() + 1, Message("stage-before", share=share))
        opened = True
        yield match.start(1) + 1, share / 100, match.end(), prompt[match.end() : limit]


def _phrases(text: str, offset: int) -> Iterator[Phrase]:
    """The phrases of one stage. offset: the index at which the text begins in the prompt."""
    begin = 0
    for match in _WEIGHT.finditer(text):
        phrase = text[begin : match.start()].strip()
        column = offset + match.start() + 1
        if not phrase:
            raise PromptError(column, Message("nothing-before-weight"))
        weight = 1.0 if match[1] is None else number_of(match[1])
        if weight is None or not WEIGHTS.holds(weight) or weight == 0:
            raise PromptError(column + 2, Message("not-a-weight", text=match[1], range=WEIGHTS.message()))
        yield Phrase(phrase, weight)
        begin = match.end()
    if rest := text[begin:].strip():
        yield Phrase(rest, 1.0)
    elif begin == 0 and offset > 0:
        raise PromptError(offset, Message("stage-empty"))


def number_of(text: str) -> float | None:
    """A number as people write it, also with a decimal comma or a minus sign of typography; None if it is none."""
    plain = text.replace("\u2212", "-").replace(",", ".")
    return float(plain) if re.fullmatch(r"[+-]?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})", plain, re.ASCII) else None
