"""The prompt language: weights, negatives, stages and flags, and errors that point at the column."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.request.flags import ParsedPrompt, parse
from guidance.request.prompt import NEGATIVE_WEIGHT, Phrase, PromptError, Stage, clean, stages


@given(text=st.text(max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_cleaning_removes_what_hides_words_from_a_blocklist() -> None:
    assert clean("f\u200bo\u202er\u00adbid\x07den \t ﬁsh\u2028now") == "forbidden fish now"


@pytest.mark.parametrize(
    ("prompt", "phrases"),
    [
        ("a castle", [("a castle", 1)]),
        ("castle::2 fog::0.5", [("castle", 2), ("fog", 0.5)]),
        ("hot:: dog", [("hot", 1), ("dog", 1)]),
        ("a castle, red::-.5 sky", [("a castle, red", -0.5), ("sky", 1)]),
        ("fog::−0.3 castle::3", [("fog", -0.3), ("castle", 3)]),
        ("castle::2::", None),
        ("at noon: a clock at 5 o'clock", [("at noon: a clock at 5 o'clock", 1)]),
    ],
)
def test_a_number_after_two_colons_is_the_weight_of_the_preceding_phrase(
    prompt: str, phrases: list[tuple[str, float]] | None
) -> None:
    if phrases is None:
        with pytest.raises(PromptError, match="nothing stands before"):
            stages(prompt)
    else:
        assert stages(prompt) == (Stage(0, tuple(Phrase(*phrase) for phrase in phrases)),)


def test_negatives_have_their_share_of_the_weight_in_every_stage() -> None:
    first, second = stages("a castle::2 at 60 %: a ruin", "fog, people")
    assert first.phrases[1:] == (Phrase("fog", 2 * NEGATIVE_WEIGHT), Phrase("people", 2 * NEGATIVE_WEIGHT))
    assert second == Stage(0.6, (Phrase("a ruin", 1), Phrase("fog", -0.3), Phrase("people", -0.3)))


def test_stages_follow_one_another_over_the_run() -> None:
    found = stages("a seed at 30%: a sapling::2 rain AT 62.5 % : a tree")
    assert [(stage.start, [phrase.text for phrase in stage.phrases]) for stage in found] == [
        (0, ["a seed"]),
        (0.3, ["a sapling", "rain"]),
        (0.625, ["a tree"]),
    ]


def test_flags_are_taken_out_wherever_they_stand() -> None:
    parsed = parse("--seed 7 a castle --ar 16:9 in fog --no people, cars --steps 90 --stop 60% --style=pencil")
    assert parsed == ParsedPrompt(
        "a castle in fog", (16, 9), "pencil", {"negative": "people, cars", "seed": 7, "steps": 90, "stop": 0.6}
    )
    assert parse("a well--known castle — old") == ParsedPrompt("a well--known castle — old")


def test_a_dash_that_a_phone_made_of_two_hyphens_is_a_flag() -> None:
    assert parse("a castle —seed 5 —no fog") == ParsedPrompt("a castle", settings={"negative": "fog", "seed": 5})


def test_flags_before_the_first_stage_change_nothing_about_it() -> None:
    assert parse("--seed 5 at 0 %: a castle") == ParsedPrompt("at 0 %: a castle", settings={"seed": 5})


def test_a_stage_ends_the_value_of_no() -> None:
    assert parse("a castle --no fog at 60 %: a ruin") == ParsedPrompt(
        "a castle at 60 %: a ruin", settings={"negative": "fog"}
    )


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("a castle --sed 5", 10, "did you mean --seed?"),
        ("a castle --xyzzy 5", 10, "known: --ar, --no"),
        ("a castle --seed", 10, "--seed needs a value"),
        ("a castle --seed --no fog", 10, "--seed needs a value"),
        ("a castle --seed many", 17, "a whole number, 0 to 4294967295"),
        ("a castle --seed 4294967296", 17, "4294967295"),
        ("a castle --steps 0", 18, "1 to 2000"),
        ("a castle --ar wide", 15, "such as 16:9"),
        ("a castle --ar 0:9", 15, "such as 16:9"),
        ("a castle --stop 0", 17, "1 to 100"),
        ("--seed 1 a castle --seed 2", 19, "given twice"),
        ("::2 castle", 1, "nothing stands before"),
        ("castle::0 fog", 9, "'0' is not a weight"),
        ("castle::11 fog", 9, "-10 to 10"),
        ("castle::1.5.2 fog", 9, "'1.5.2' is not a weight"),
        ("--seed 3 castle::99", 18, "'99' is not a weight"),
        ("a castle at 60 %:", 17, "nothing is said"),
        ("a castle at 100 %: a ruin", 13, "not a percentage"),
        ("a castle at x %: a ruin", 13, "'x' is not a percentage"),
        ("a at 60 %: b at 30 %: c", 17, "stages rise"),
        ("at 60 %: a ruin", 1, "before 60 %"),
        ("--seed 5 at 60 %: a ruin", 10, "before 60 %"),
        ("a castle at 0 %: a ruin", 13, "stages rise"),
    ],
)
def test_an_error_names_the_column(text: str, column: int, says: str) -> None:
    with pytest.raises(PromptError, match=re.escape(says)) as caught:
        parse(text)
    assert caught.value.column == column
    assert f"column {column}:" in str(caught.value)


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z]{2,8}( [a-z]{2,8})?", fullmatch=True),
            st.integers(-1000, 1000).filter(bool).map(lambda weight: weight / 100),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_weighted_phrases_are_read_as_they_were_written(phrases: list[tuple[str, float]]) -> None:
    prompt = " ".join(f"{text}::{weight}" for text, weight in phrases)
    assert stages(prompt)[0].phrases == tuple(Phrase(text, weight) for text, weight in phrases)


@given(st.text(st.sampled_from("ab 12.:%-—=at"), max_size=40))
def test_any_text_is_read_or_refused_and_a_prompt_without_flags_stays_as_it_is(text: str) -> None:
    try:
        parsed = parse(text)
        assert parsed.prompt == " ".join(parsed.prompt.split())
        stages(parsed.prompt)
    except PromptError as error:
        assert 1 <= error.column <= len(clean(text)) + 1
