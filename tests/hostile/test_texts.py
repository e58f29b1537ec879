"""Hostile texts are read as words or refused in one sentence; nothing that they hide reaches anybody."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.messages.content import TEXT_CHARACTERS, escape
from bot.community import blocklist
from bot.community.blocklist import PatternError
from guidance.request.flags import parse
from guidance.request.prompt import PromptError, clean
from guidance.request.request import Request, RequestError
from tests.chat.harness import BotHarness
from tests.chat.reading import read_out
from tests.hostile.texts import TEXTS

SHOWN = 1500
"""Characters of the longest sentence; a message of Discord has 2000."""
HOSTILE = st.lists(
    st.sampled_from([text[:40] for text in TEXTS.values()])
    | st.sampled_from(["::", "|", "at 5 %:", " --no ", "(", ":1.2)", "[", "]", "{", "}", "++ ", " AND ", "\\", "::2 "])
    | st.text(max_size=8),
    max_size=12,
).map("".join)


def assert_harmless(shown: str) -> None:
    """The text can be stored, sent and shown, and hides nothing."""
    assert shown.encode()
    assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Cs", "Co", "Cn"}


def assert_read_or_refused(text: str) -> None:
    try:
        request = Request.resolve(text, seed=1)
    except RequestError as error:
        assert 0 < len(str(error)) < SHOWN
        assert_harmless(str(error))
        if error.without:
            assert_harmless(error.without)
        return
    assert_harmless(request.prompt)
    assert Request.from_json(request.to_json()) == request


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    assert_read_or_refused(text)


@given(HOSTILE)
def test_any_mixture_is_read_or_refused_in_one_sentence(text: str) -> None:
    assert_read_or_refused(text)


@settings(derandomize=True)
@given(HOSTILE)
def test_what_was_read_can_be_read_again(text: str) -> None:
    """As the form to edit a prompt does. Brackets that were punctuation after a backslash are not, the second time."""
    assert clean(clean(text)) == clean(text)
    try:
        prompt = parse(text).prompt
    except PromptError:
        return
    assert bool(parse(prompt).prompt) is bool(prompt)


@given(HOSTILE)
def test_a_shown_text_mentions_nobody_and_has_no_link(text: str) -> None:
    shown = escape(clean(text))
    assert len(shown) <= TEXT_CHARACTERS
    assert "@everyone" not in shown
    assert not re.search(r"<@[!&]?\d{17,20}>", shown)
    assert "](" not in shown


@given(HOSTILE, HOSTILE)
def test_a_blocklist_of_any_patterns_searches_any_text(pattern: str, text: str) -> None:
    try:
        normal = blocklist.pattern_of(pattern)
    except PatternError as error:
        assert "\n" not in str(error)
        return
    assert blocklist.pattern_of(normal) == normal
    assert blocklist.matches([normal], text) in ([], [normal])


async def test_the_bot_answers_each_of_them(harness: BotHarness) -> None:
    await harness.restart(limits={"jobs_per_hour": 1000, "waiting_per_member": 1000, "waiting_per_server": 1000})
    for text in TEXTS.values():
        typed = text[:6000].encode("utf-16", "surrogatepass").decode("utf-16", "replace") or " "
        result = await harness.imagine(harness.ada, typed[:1000], negative=typed[:1000])
        shown = read_out(result.response) if result.response else ""
        assert shown
        assert "incident" not in shown.lower()
    await harness.wait_until_idle()
