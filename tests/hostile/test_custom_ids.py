"""Whatever the custom_id of a button or form says, the member gets an answer, and nobody else's job changes."""

import re
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.client import CONTROLS
from bot.chat.messages.buttons import Action, JobButton, Target, TargetKind
from bot.chat.modals import forms
from bot.jobs.job import JobState
from bot.store.people import ERASED
from tests.chat.harness import BotHarness
from tests.chat.reading import read_out
from tests.hostile.custom_ids import FORMS, UNKNOWN

NOT_KNOWN = "This button or form is not known here."


class Forger:
    """Presses buttons of a message that do not belong to it."""

    def __init__(self, harness: BotHarness, message: discord.Message) -> None:
        self._harness = harness
        self._message = message
        self._stored = harness.env.backend.messages[harness.channel.id][message.id]

    async def press(self, custom_id: str) -> str:
        """Presses a button as Ben, whose message it is not; returns all that he sees."""
        button: Any = {"type": 2, "style": 2, "label": "x", "custom_id": custom_id or "-"}
        self._stored.components = [{"type": 1, "components": [button]}]
        result = await self._harness.ben.click(self._message, label="x")
        shown = [read_out(message) for message in (result.response, *result.followups) if message is not None]
        if result.modal is not None:
            shown.append(result.modal["title"])
        return "\n".join(shown)


async def test_unknown_buttons_are_answered_in_one_sentence(harness: BotHarness) -> None:
    forger = Forger(harness, await harness.done(harness.ada, "a lighthouse"))
    for custom_id in UNKNOWN:
        assert (await forger.press(custom_id)).startswith(NOT_KNOWN), custom_id


async def test_no_button_changes_a_job_of_another_server(harness: BotHarness) -> None:
    there = harness.other_server
    await there.vera.slash(there.channel, "imagine", prompt="a harbour")
    await harness.wait_until_idle()
    forger = Forger(harness, await harness.done(harness.ada, "a lighthouse"))
    for action in Action:
        for kind in TargetKind:
            text = await harness.refuses(_pressed(harness, forger, f"{kind}:1001:{action}"))
            assert text == "I don't know this job any more."


async def _pressed(harness: BotHarness, forger: Forger, custom_id: str) -> Any:
    text = await forger.press(custom_id)
    return SimpleNamespace(response=SimpleNamespace(content=text, embeds=[], ephemeral=True), followups=[])


@pytest.mark.parametrize("state", ["done", "deleted", "cancelled", "erased", "held"])
async def test_every_button_is_answered_in_every_state(state: str, harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    async with harness.database.transaction() as connection:
        if state == "deleted":
            await connection.execute("UPDATE job SET picture = NULL, timelapse = NULL WHERE id = 1001")
        if state == "erased":
            await connection.execute("UPDATE job SET request = replace(request, 'a lighthouse', ?)", (ERASED,))
        if state in {"cancelled", "held"}:
            await connection.execute("UPDATE job SET state = ? WHERE id = 1001", (state,))
    forger = Forger(harness, message)
    for action in Action:
        for kind in TargetKind:
            shown = await forger.press(f"{kind}:1001:{action}")
            assert "incident" not in shown.lower(), action
            await harness.wait_until_idle()
    job = await harness.job(1001)
    # Ben may neither cancel, delete, approve nor reject it.
    assert job.state is JobState(state if state in {"cancelled", "held"} else "done")
    assert (job.picture is None) is (state == "deleted")


@pytest.mark.parametrize("custom_id", FORMS)
async def test_forms_of_other_versions_are_answered_in_one_sentence(custom_id: str, harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    opened = await harness.ben.click(message, label="Edit")
    interaction: Any = opened._interaction
    interaction.modal["custom_id"] = custom_id or "-"
    text = await harness.refuses(harness.ben.submit_modal(opened, {"prompt": "a windmill"}))
    assert text.startswith(NOT_KNOWN)


async def test_forms_of_jobs_and_files_that_are_not_there_are_refused(harness: BotHarness) -> None:
    there = harness.other_server
    await there.vera.slash(there.channel, "imagine", prompt="a harbour")
    await harness.wait_until_idle()
    message = await harness.done(harness.ada, "a lighthouse")
    for custom_id in ("edit:1", "edit:9223372036854775807", "edit:0", "init:" + "0" * 64, "report:1:2"):
        opened = await harness.ben.click(message, label="Edit")
        interaction: Any = opened._interaction
        interaction.modal["custom_id"] = custom_id
        text = await harness.refuses(harness.ben.submit_modal(opened, {"prompt": "a windmill"}))
        assert text.endswith(".")
        assert "incident" not in text.lower()


IDS = st.one_of(
    st.text(max_size=100),
    st.from_regex(r"(job|sheet|edit|init|report|history|go-on):[0-9a-f:-]{0,30}(:[a-z]{1,8})?", fullmatch=True),
    st.sampled_from([*UNKNOWN, *FORMS]),
)


@given(IDS)
def test_a_custom_id_belongs_to_one_kind_of_button_at_most(custom_id: str) -> None:
    patterns: list[re.Pattern[str]] = [control.__discord_ui_compiled_template__ for control in CONTROLS]
    matches = [match for pattern in patterns if (match := pattern.fullmatch(custom_id)) is not None]
    assert len(matches) <= 1
    for match in matches:
        for name in ("job", "person", "page"):
            if name in match.groupdict():
                assert int(match[name]) >= 0


@given(st.sampled_from(TargetKind), st.integers(0, 10**18 - 1), st.sampled_from(Action))
def test_a_button_s_custom_id_is_read_as_it_was_written(kind: TargetKind, job_id: int, action: Action) -> None:
    button = JobButton(Target(kind, job_id), action)
    custom_id = str(button.item.custom_id)
    match = JobButton.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert match is not None
    assert len(custom_id) <= 100
    assert (match["kind"], int(match["job"]), match["action"]) == (kind, job_id, action)


@given(
    IDS,
    st.lists(
        st.fixed_dictionaries({"custom_id": st.text(max_size=9)}, optional={"value": st.none() | st.text(max_size=9)}),
        max_size=3,
    ),
)
def test_a_form_is_read_or_unknown(custom_id: str, fields: list[dict[str, Any]]) -> None:
    rows: list[dict[str, Any]] = [{"component": field} for field in fields] + [{"components": fields}, {}]
    sent: Any = SimpleNamespace(
        type=discord.InteractionType.modal_submit, data={"custom_id": custom_id, "components": rows}
    )
    submitted = forms.parse_submission(sent)
    if submitted is None:
        return
    assert custom_id == f"{submitted.form}:{submitted.target}"
    if submitted.form == "init":
        assert re.fullmatch("[0-9a-f]{64}", submitted.target)
    else:
        assert all(0 <= int(part) < forms.BELOW for part in submitted.target.split(":"))
    assert all(isinstance(value, str) for value in submitted.fields.values())
