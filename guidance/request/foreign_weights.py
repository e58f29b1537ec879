"""Weights as other programs write them, as phrases with weights.

    castle:2|fog:0.5            VQGAN+CLIP and its relatives; where to stop, as in castle:2:0.1, is passed over
    (fog:1.3), ((fog)), [[fog]] Automatic1111: the words in brackets count 1.3, 1.1 * 1.1, 1 / (1.1 * 1.1) times
    {{fog}}                     NovelAI: 1.05 * 1.05 times
    a [cow|horse] in a field    Automatic1111: in turn; here each as a text of its own, with its share

Words that count more stay in the text and are also a phrase of their own, with what is missing: "a castle in (fog:1.3)"
is "a castle in fog" at 1 and "fog" at 0.3. Words that count less leave the text: "a castle, (fog:0.5)" is "a castle" at
1 and "fog" at 0.5. Single brackets without a number are punctuation.
"""

import re
from dataclasses import dataclass
from typing import Final

MOST: Final = 10
"""The largest weight of a phrase."""
_FIRST: Final = 0xE000
"""Placeholders for groups are private characters, which `clean` removes from every text."""
_ESCAPED: Final = {"\\" + bracket: chr(0xF000 + index) for index, bracket in enumerate("()[]{}")}
_HELD: Final = {held: escaped[1] for escaped, held in _ESCAPED.items()}
_NUMBER: Final = r"[+\-\u2212]?(?:\d{1,2}(?:\.\d{0,9})?|\.\d{1,9})"
_BAR: Final = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]|(?<!\|)(\|)(?!\|)")
_COLON: Final = re.compile(rf"(?<=[^\W\d_])\s?:({_NUMBER})(?::-?(?:inf|0?\.\d+))?(?=[\s,]|$),?")
# "(John 3:16)" and "(at 12:30)" are text.
_WEIGHTED: Final = re.compile(
    rf"\((?![^()]*\d\s*:\s*\d+\s*\))([^()]*[^()\s:])\s*:\s*({_NUMBER})\s*\)|\(([^()]+)\)(\d\.\d+)(?=[\s,]|$)"
)
_DOUBLED: Final = re.compile(r"(\({2,})([^()]+)(\){2,})|(\[{2,})([^\[\]]+)(\]{2,})|(\{{2,})([^{}]+)(\}{2,})")
_LONE: Final = re.compile(r"[(\[{]\s*([\uE000-\uEFFF])\s*[)\]}]")
_TURNS: Final = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_MOST_VARIANTS: Final = 8
_PLACEHOLDER: Final = re.compile(r"[\uE000-\uEFFF]")
_FACTORS: Final = (1.1, 1 / 1.1, 1.05)


@dataclass(slots=True)
class _Group:
    """Words in brackets; `parent` is the group around them."""

    words: str
    weight: float
    parent: int | None = None


def weighted_phrases(text: str) -> list[tuple[str, float]]:
    """The phrases of a text and their weights; the text itself at 1 if it has no such weight.

    Brackets after a backslash are punctuation, as for Automatic1111.
    """
    held = text
    for escaped, private in _ESCAPED.items():
        held = held.replace(escaped, private)
    phrases: dict[str, float] = {}
    for part in _by_bar(held):
        for phrase, weight in _of_part(part).items():
            # Repetition adds up to the largest weight at most; a weight beyond it is refused where it is read.
            phrases[phrase] = min(phrases[phrase] + weight, MOST) if phrase in phrases else weight
    found = [(phrase, round(weight, 4)) for phrase, weight in phrases.items() if phrase]
    # If nothing counts, the weights stay, so that 0 is refused as a weight of this language would be.
    found = [entry for entry in found if entry[1]] or found or [(held, 1.0)]
    return [("".join(_HELD.get(letter, letter) for letter in phrase), weight) for phrase, weight in found]


def _of_part(text: str) -> dict[str, float]:
    """The phrases between two bars, with the sums of their weights."""
    phrases: dict[str, float] = {}
    for words, weight in _by_colon(text):
        variants = _variants(words)
        for variant in variants:
            for phrase, share in _by_emphasis(variant):
                phrases[phrase] = phrases.get(phrase, 0.0) + share * weight / len(variants)
    return phrases


def without_emphasis(text: str) -> str:
    """The words of a text without brackets that change weights."""
    marked, groups = _grouped(text)
    return _expanded(marked, groups, keep=True)


def _by_bar(text: str) -> list[str]:
    """`castle|fog`: its parts. A bar in brackets is punctuation."""
    bars = [match.start() for match in _BAR.finditer(text) if match[1]]
    return [text[begin + 1 : end] for begin, end in zip([-1, *bars], [*bars, len(text)], strict=True)]


def _variants(text: str) -> list[str]:
    """`a [cow|horse] in a field`: the text with each; only the text if they are more than `_MOST_VARIANTS`."""
    found = [text]
    while match := _TURNS.search(found[0]):
        choices = match[1].split("|")
        if len(found) * len(choices) > _MOST_VARIANTS:
            return [text]
        found = [one.replace(match[0], choice.strip(), 1) for choice in choices for one in found]
    return found


def _by_colon(text: str) -> list[tuple[str, float]]:
    """`castle:2 fog:0.5`: (text, weight) of each phrase."""
    found, begin = [], 0
    for match in _COLON.finditer(text):
        if words := text[begin : match.start()].strip(" ,"):
            found.append((words, _number(match[1])))
        begin = match.end()
    if rest := text[begin:].strip():
        found.append((rest, 1.0))
    return found


def _by_emphasis(text: str) -> list[tuple[str, float]]:
    """`a (castle:1.2) in ((fog))`: (text, weight) of the whole and of the words in brackets."""
    marked, groups = _grouped(text)
    found = [(_expanded(marked, groups), 1.0)]
    for index, group in enumerate(groups):
        before = 1.0 if group.parent is None else _total(groups, group.parent)
        whole = _total(groups, index)
        found.append((_expanded(group.words, groups), whole - before if group.weight >= 1 else whole))
    return found


def _grouped(text: str) -> tuple[str, list[_Group]]:
    """The text with a placeholder for each group in brackets, and the groups, inner ones first."""
    groups: list[_Group] = []

    def placeholder(words: str, weight: float) -> str:
        for inner in _PLACEHOLDER.findall(words):
            groups[ord(inner) - _FIRST].parent = len(groups)
        groups.append(_Group(words.strip(), weight))
        return chr(_FIRST + len(groups) - 1)

    while True:
        if match := _WEIGHTED.search(text):
            words, number = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
            made = placeholder(words, _number(number))
        elif match := _DOUBLED.search(text):
            kind = next(index for index in range(3) if match[3 * index + 1])
            opened, words, closed = match.group(3 * kind + 1, 3 * kind + 2, 3 * kind + 3)
            depth = min(len(opened), len(closed))
            made = opened[depth:] + placeholder(words, _FACTORS[kind] ** depth) + closed[depth:]
        elif match := _LONE.search(text):
            made = match[1]
        else:
            break
        text = text[: match.start()] + made + text[match.end() :]
    return text, groups


def _total(groups: list[_Group], index: int) -> float:
    """How often the words of a group count, with the groups around it."""
    weight, parent = groups[index].weight, groups[index].parent
    return weight if parent is None else weight * _total(groups, parent)


def _expanded(text: str, groups: list[_Group], *, keep: bool = False) -> str:
    """The text with its groups' words; those that count less are left out, unless `keep`."""
    left_out = False

    def words(match: re.Match[str]) -> str:
        nonlocal left_out
        group = groups[ord(match[0]) - _FIRST]
        if group.weight >= 1 or keep:
            return _expanded(group.words, groups, keep=keep)
        left_out = True
        return ""

    plain = _PLACEHOLDER.sub(words, text)
    if left_out:
        plain = re.sub(r"\s*,(?:\s*,)*", ",", plain)
        return " ".join(plain.split()).strip(" ,")
    return plain.strip()


def _number(text: str) -> float:
    return float(text.replace("\u2212", "-"))
