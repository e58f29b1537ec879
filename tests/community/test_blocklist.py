"""The blocklist matches whole words, also disguised ones, in time that grows linearly with the text."""

import re
import sys
import threading
import unicodedata
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.community import blocklist, pattern_automaton
from bot.community.blocklist import MAX_LENGTH, STAR_LETTERS, PatternError, matches, pattern_of
from bot.community.blocklist_search import search

TraceFunction = Callable[[FrameType, str, Any], Any]
FULL_WIDTH = "".join(chr(ord(letter) - ord("a") + 0xFF41) for letter in "badword")
INVISIBLE = "\ufe0f\ufe00\U000e0100\u034f\u180b\u115f\u1160\u3164\uffa0\u17b4\u00ad\u200d\u2064\U000e0041"
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
        ("ass", "as some"),
        ("kill", "ki lls"),
        ("slit", "SILT and silt"),
        ("fall", "FAIL"),
        ("mail", "a mall"),
        ("loo", "100 cats"),
        ("burn", "a bum"),
        ("badword", "a bad word"),
        ("kill", "the skill of a k and an ill man"),
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
        *(f"bad{invisible}word" for invisible in INVISIBLE),
        "b\u0430dw\u043erd",  # Cyrillic a and o
        "\u0412\u0410DWORD",  # Cyrillic capitals ve and a
        "βadword",
        "badw\u03bfrd",  # Greek omicron
        "ʙᴀᴅᴡᴏʀᴅ",
        "badwørđ",
        "🅱🅰🅳🆆🅾🆁🅳",
        "b a d w o r d",
        "b-a-d-w-o-r-d",
        "b. a. d. w. o. r. d.",
        "b_a_d w/o/r/d",
        "a b a d w o r d",
        "bad-word",
        "ba.dword",
        "badw0rd",
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


WORDS = st.text(st.sampled_from("abc"), min_size=2, max_size=14)
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


@pytest.mark.parametrize(
    ("word", "text"), [("heII", "hell"), ("KlLL", "kill"), ("k1ll", "kill"), ("b00k", "book"), ("\u043aill", "kill")]
)
def test_letters_that_look_alike_in_their_word_are_the_same(word: str, text: str) -> None:
    assert hits(text, word)


def test_a_pattern_in_another_alphabet_is_found_in_capitals_and_with_latin_letters() -> None:
    assert hits("хлеб", "ХЛЕБ")
    assert hits("хлеб", "x\u043be\u0431")
    assert not hits("хлеб", "хлев")


def test_vowel_signs_make_a_difference_where_they_are_letters() -> None:
    assert hits("हिन्दी", "हिन्दी")
    assert not hits("हिन्दी", "हान्दा")


def work(patterns: list[str], text: str) -> int:
    """The number of lines of `bot.community.pattern_automaton` that run to find no match, after a first search."""
    lines = 0

    def count(frame: FrameType, event: str, argument: object) -> "TraceFunction | None":
        nonlocal lines
        if frame.f_code.co_filename != pattern_automaton.__file__:
            return None
        lines += event == "line"
        return count

    normalised = [pattern_of(pattern) for pattern in patterns]
    assert matches(normalised, text) == []
    before = sys.gettrace()
    sys.settrace(count)
    try:
        assert matches(normalised, text) == []
    finally:
        sys.settrace(before)
    return lines


HOSTILE = ["*a*a*c", "a*a*a*b", "?*?*?*ac", " ".join(["a*"] * 24) + " bc", "a*a*a*b?1"]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_hostile_pattern_takes_the_same_work_as_a_plain_word(pattern: str) -> None:
    """A backtracking matcher would take exponential time, and one that keeps sets of states more for each `*`."""
    text = "a" * 4000 + " " + "ab" * 2000 + " " + "a " * 1000
    assert work([pattern], text) == work(["word"], text)


def test_five_hundred_patterns_take_the_same_number_of_steps_as_one() -> None:
    text = " ".join(["aaaaaaaaaa", "ab"] * 80)
    for patterns in ([f"a*a*a*b?{n:03}" for n in range(500)], [f"word{n}" for n in range(500)]):
        assert work(patterns, text) == work(["word"], text)


def test_the_state_has_at_most_ten_bits_for_each_character_of_the_patterns() -> None:
    patterns = [pattern_of(pattern) for pattern in [*HOSTILE, " ".join(["a***"] * 16)] * 50]
    size = pattern_automaton.PatternAutomaton(patterns).size
    assert size <= STAR_LETTERS * sum(len(pattern) + 2 for pattern in patterns)


def test_a_list_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    class Counted(pattern_automaton.PatternAutomaton):
        def __init__(self, patterns: Sequence[str]) -> None:
            compiled.append(patterns)
            super().__init__(patterns)

    monkeypatch.setattr(blocklist, "PatternAutomaton", Counted)
    for _ in range(3):
        assert matches(["compiled", "once"], "only once") == ["once"]
    assert len(compiled) == 1


async def test_a_long_list_is_searched_in_a_thread_and_a_short_one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def noted(patterns: Sequence[str], text: str) -> list[str]:
        threads.append(threading.current_thread() is threading.main_thread())
        return matches(patterns, text)

    monkeypatch.setattr(blocklist, "matches", noted)
    long = [f"word{number}" for number in range(500)]
    assert await search(long, "", "a word7", "word3 word7") == ["word3", "word7"]
    assert await search(["word3"], "word3") == ["word3"]
    assert threads == [False, False, True]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (r"\bbad\b", r"'\\\\b' has no meaning in a pattern, which is no regular expression"),
        (".*bad.*", r"'\.\*'"),
        ("^bad$", r"'\^'"),
        ("/bad/i", "'/bad/i'"),
        ("(?i)bad", r"'\(\?'"),
        ("b[a4]d", r"'\[a4\]'"),
        ("ba+d", r"'a\+'"),
        ("(bad)?", r"'\)\?'"),
        ("bad{2}", r"'\{2\}'"),
        ("%bad%", "'%b'"),
        ("$lur", r"'\$'"),
        ("b@d", "'@'"),
        ("bad, worse", "',' separates several patterns; write each by itself"),
        ("bad|worse", r"'\|' separates several"),
        ("(bad|worse)", r"'\|' separates several"),
        ("bad\nworse", "separates several"),
    ],
)
def test_patterns_of_other_programs_are_refused_as_they_would_block_nothing(text: str, problem: str) -> None:
    with pytest.raises(PatternError, match=problem):
        pattern_of(text)


@pytest.mark.parametrize("text", ['"bad word"', "||bad word||", "#bad-word", "bad (word)!", "bad/word", "bad word."])
def test_punctuation_around_the_words_of_a_pattern_is_left_out(text: str) -> None:
    assert pattern_of(text) == "bad word"
