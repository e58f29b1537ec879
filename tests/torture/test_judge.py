"""The judge of the torture suite finds what is lost and what is doubled."""

from dataclasses import replace
from typing import Any

from tests.torture.judge import (
    PICTURES,
    Asked,
    JobRow,
    Rules,
    Verdict,
    copied_twice,
    judge,
    mentioned_twice,
    unknown_jobs,
)

DONE = JobRow(7, 7, "done", None, "a cat", "command", 1, 70, deleted=False)
FAILED = replace(DONE, state="failed", reason="reason-crashed")


def message(number: int, custom_id: str = "job:7:delete", *, text: str = "Done", files: tuple[str, ...] = ()) -> Any:
    """A message as the sandbox lists it."""
    return {
        "id": str(number),
        "channel_id": "5",
        "flags": 0,
        "content": "",
        "author": {"bot": True},
        "embeds": [{"description": text}],
        "attachments": [{"filename": name} for name in files],
        "components": [{"components": [{"custom_id": custom_id}]}] if custom_id else [],
    }


SHOWN = message(70, files=("job-7.png",))
ASKED = {"a cat": Asked(1, answered=True)}


def verdict(*jobs: JobRow, messages: list[Any], rules: Rules = PICTURES, asked: dict[str, Asked] = ASKED) -> Verdict:
    return judge(jobs, messages, asked, rules)


def test_a_picture_in_one_message_is_neither_lost_nor_doubled() -> None:
    found = verdict(DONE, messages=[SHOWN])
    assert (found.accepted, found.in_words, found.lost, found.doubled) == (1, 0, [], [])


def test_jobs_that_have_not_ended_or_are_not_shown_are_lost() -> None:
    assert verdict(replace(DONE, state="posting"), messages=[SHOWN]).lost
    assert verdict(DONE, messages=[]).lost
    assert verdict(DONE, messages=[message(70, files=("job-7-preview.jpg",))]).lost
    assert verdict(messages=[SHOWN]).lost, "it was accepted and has no row"
    assert verdict(DONE, messages=[SHOWN], asked={"a cat": Asked(2, answered=True)}).lost, "half of a batch"
    assert unknown_jobs([SHOWN], {6})


def test_failures_are_losses_unless_the_fault_permits_them_and_the_message_says_so() -> None:
    told = [message(70, text="Failed. The engine crashed")]
    assert verdict(FAILED, messages=told).lost
    permitted = Rules(reasons=frozenset({"reason-crashed"}))
    assert verdict(FAILED, messages=told, rules=permitted) == Verdict(1, in_words=1)
    assert verdict(FAILED, messages=[SHOWN | {"attachments": []}], rules=permitted).lost


def test_second_messages_jobs_mentions_copies_and_results_are_doubles() -> None:
    assert verdict(DONE, messages=[SHOWN, message(71)]).doubled
    assert verdict(DONE, replace(DONE, id=8, batch_id=8), messages=[SHOWN, message(71, "job:8:delete")]).doubled
    mention = message(80, "") | {"content": "your picture is ready", "message_reference": {"message_id": "70"}}
    assert not mentioned_twice([SHOWN, mention])
    assert mentioned_twice([SHOWN, mention, mention | {"id": "81"}])
    copy = message(90, "", files=("job-7.png",))
    assert not copied_twice([SHOWN, copy])
    assert copied_twice([SHOWN, copy, copy | {"id": "91"}])
    results = message(95, "") | {"embeds": [{"title": "Results"}]}
    assert copied_twice([results, results | {"id": "96"}])
