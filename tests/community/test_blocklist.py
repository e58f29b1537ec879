"""The blocklist matches whole words, also disguised ones, in time that grows linearly with the text."""

import re
import sys
import unicodedata
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.community import blocklist
from bot.community.blocklist import MAX_LENGTH, STAR_LETTERS, PatternError, matches, pattern_of

TraceFunction = Callable[[FrameType, str, Any], Any]
FULL_WIDTH = "".join(chr(ord(letter) - ord("a") + 0xFF41) for letter in "badword")
FRAKTUR = "".join(chr(ord(letter) - ord("a") + 0x1D51E) for letter in "badword")


def hits(pattern: str, text: str) -> bool:
    return matches([pattern_of(pattern)], text) != []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("cunt", "a postcard from Scunthorpe"),
        ("ass", "a class of grass, en masse"),
        ("rape", "the therapist ate a grape and draped it"),
        ("tit", "the title of a titmouse"),
        ("sex", "Essex and Sussex"),
        ("ass", "ass2ass"),
    ],
)
def test_no_pattern_matches_inside_a_word(pattern: str, text: str) -> None:
    assert not hits(pattern, text)


@pytest.mark.parametrize(
    "text",
    [
        "Badword",
        "a (badword)!",
        "bad\u200bword",
        "b\u202ead\u2060word",
        FULL_WIDTH,
        "bádwörd",
        "ba\u0308dw\u0301ord",
        FRAKTUR,
        "BADWORD",
        "bad'word",
        "ⓑⓐⓓⓦⓞⓡⓓ",
        "x,badword;y",
        "\tbadword\n",
        "badword::2 fog",
    ],
)
def test_a_disguised_word_is_found(text: str) -> None:
    assert hits("badword", text)


@pytest.mark.parametrize("pattern", ["Badword", "bad\u200bword", FULL_WIDTH, "bádwörd", " (badword) ", "BAD'WORD"])
def test_patterns_are_normalised_like_texts(pattern: str) -> None:
    assert pattern_of(pattern) == "badword"


def test_sharp_s_equals_ss_and_final_sigma_equals_sigma() -> None:
    assert hits("straße", "STRASSE")
    assert hits("ΣΊΣΥΦΟΣ", "σίσυφος")


def test_a_star_matches_up_to_ten_letters_and_a_question_mark_one() -> None:
    assert STAR_LETTERS == 10
    for length in range(13):
        assert hits("bad*", f"bad{'x' * length}") == (length <= 10)
        assert hits("b?d", f"b{'x' * length}d") == (length == 1)
        assert hits("a*b*", f"a{'x' * length}bx") == (length <= 10)
    assert hits("*bad", "verybad")
    assert not hits("*bad", "badly")


def test_a_star_does_not_match_across_words() -> None:
    assert not hits("bad*word", "bad word")
    assert not hits("bad*", "ba d")


def test_a_phrase_matches_consecutive_words_with_any_punctuation_between_them() -> None:
    assert hits("very bad", "a VERY... bad day")
    assert hits("very b*", "very-bad")
    assert not hits("very bad", "very very good, bad")
    assert not hits("very bad", "bad very")
    assert not hits("very bad", "very")


@pytest.mark.parametrize("text", ["", "   ", "*", "??", "* ?", "bad *", "a", "!!", "\u200b", "bad ?", "*" * 5 + "b"])
def test_a_pattern_that_would_match_almost_everything_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        pattern_of(text)


def test_a_pattern_has_a_maximum_length() -> None:
    assert pattern_of("x" * MAX_LENGTH) == "x" * MAX_LENGTH
    with pytest.raises(PatternError, match="at most 80"):
        pattern_of("x" * (MAX_LENGTH + 1))


WORDS = st.text(st.sampled_from("abc"), min_size=1, max_size=14)
WILD = st.text(st.sampled_from("abc*?"), min_size=2, max_size=6).filter(
    lambda word: word.count("*") <= 3 and any(letter.isalpha() for letter in word)
)


@given(pattern=st.lists(WILD, min_size=1, max_size=2), text=st.lists(WORDS, max_size=5))
@settings(max_examples=400)
def test_matching_agrees_with_the_equivalent_regular_expression(pattern: list[str], text: list[str]) -> None:
    wanted = " ".join(pattern)
    expression = wanted.replace("*", "[a-z]{0,10}").replace("?", "[a-z]")
    assert hits(wanted, " ".join(text)) == (re.search(rf"(?<!\S){expression}(?!\S)", " ".join(text)) is not None)


@given(text=st.text(max_size=20))
@settings(max_examples=400)
def test_a_pattern_matches_its_source_text_and_normalising_it_again_changes_nothing(text: str) -> None:
    plain = text.replace("*", "").replace("?", "")
    try:
        pattern = pattern_of(plain)
    except PatternError:
        return
    assert pattern_of(pattern) == pattern
    assert matches([pattern], plain) == [pattern]
    assert matches([pattern], pattern) == [pattern]


# Without the dotless i, which has the same capital letter as i.
LETTERS = st.characters(categories=["Ll", "Lu"], max_codepoint=0x12F)


@given(word=st.text(LETTERS, min_size=2, max_size=10))
def test_accents_and_case_make_no_difference(word: str) -> None:
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    assert hits(word, bare)
    assert hits(bare, word.upper())


def work(patterns: list[str], text: str) -> int:
    """The number of lines of `bot.community.blocklist` that run to find no match."""
    lines = 0

    def count(frame: FrameType, event: str, argument: object) -> "TraceFunction | None":
        nonlocal lines
        if frame.f_code.co_filename != blocklist.__file__:
            return None
        lines += event == "line"
        return count

    normalised = [pattern_of(pattern) for pattern in patterns]
    before = sys.gettrace()
    sys.settrace(count)
    try:
        assert matches(normalised, text) == []
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("pattern", ["*a*a*c", "a*a*a*b", "?*?*?*ac", " ".join(["a*"] * 24) + " bc"])
def test_a_hostile_pattern_takes_bounded_work_per_letter(pattern: str) -> None:
    """A backtracking matcher would take exponential time."""
    text = "a" * 4000 + " " + "ab" * 2000 + " " + "a " * 1000
    assert work([pattern], text) < 50 * len(text) * len(pattern.split())


@pytest.mark.parametrize(("pattern", "text"), [("*a*a*c", "a"), ("a* bc", "a ")])
def test_the_work_grows_linearly_with_the_text(pattern: str, text: str) -> None:
    assert work([pattern], text * 2000) < 2.1 * work([pattern], text * 1000)
