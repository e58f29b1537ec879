"""What a task asks of the engine's process, and the commands on the way, step by step and without the pipe."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.engine import RenderTask, RunCancelledError
from bot.engine.local import LocalEngine, _entry
from bot.engine.protocol import RunCommand
from bot.engine.rendering import execute
from bot.jobs.job import Progress, RenderResult, Suspended
from guidance.clip import zeroshot
from guidance.clip.model import ClipModel
from guidance.io.picture import to_png
from guidance.io.timelapse import CHAT_PIXELS, Timelapse
from guidance.optimize.loop import Result as Rendered
from guidance.optimize.loop import render
from guidance.request.request import Request
from tests.engine.render_tasks import COMMANDS, SETTINGS, SPIDER, WEAPON, Entry, flat, frames, request, sha

SETTLES: dict[str, Any] = {"steps": 40, "early_stop": 0.9}
"""The run ends with its second look at the similarity, at step 8: no two differ by 0.9."""


class Rendering:
    """Runs render tasks on one model, as the child does."""

    def __init__(self, model: ClipModel) -> None:
        self._model = model
        self.commanded: set[RunCommand] = set()

    def entries_of(self, task: RenderTask, *commands: RunCommand, at: int = 0) -> list[Entry]:
        """All that a run says , with commands sent when that step is shown."""
        self.commanded.clear()
        fields, blobs = LocalEngine(SETTINGS, preview_interval_s=0.0)._worded(task)
        entries: list[Entry] = []
        for message, parts in execute(
            json.loads(json.dumps(fields)), blobs, self._model, lambda: frozenset(self.commanded)
        ):
            if message["type"] == "cancelled":
                raise RunCancelledError
            entries.append(_entry(message, parts))
            if isinstance(entries[-1], Progress) and entries[-1].step == at:
                self.commanded |= set(commands)
        return entries

    def end(self, task: RenderTask, *commands: RunCommand, at: int = 0) -> RenderResult:
        """Of a run that goes well."""
        *_, last = self.entries_of(task, *commands, at=at)
        assert isinstance(last, RenderResult)
        return last

    def suspended(self, task: RenderTask, at: int = 0) -> Suspended:
        """Of a run that is suspended."""
        *_, last = self.entries_of(task, RunCommand.SUSPEND, at=at)
        assert isinstance(last, Suspended)
        return last

    def afresh(self, wanted: Request, *inputs: bytes) -> bytes:
        """The PNG as the library makes it."""
        *_, result = render(wanted, self._model, blobs={sha(data): data for data in inputs})
        assert isinstance(result, Rendered)
        return to_png(result.image, wanted)


@pytest.fixture
def rendering(pocket: ClipModel) -> Rendering:
    return Rendering(pocket)


def test_a_finished_run_gives_a_picture_that_its_own_request_gives_again(rendering: Rendering) -> None:
    wanted = request(steps=40)
    result = rendering.end(RenderTask(wanted), RunCommand.FINISH, at=2)
    assert result.steps == 3
    assert result.request == replace(wanted, stop=result.request.stop)
    assert result.request.span() == range(3)
    assert rendering.afresh(result.request) == result.png
    init = result.png
    changed = request("a rose", steps=10, init=sha(init), strength=0.6)
    second = rendering.end(RenderTask(changed, {sha(init): init}), RunCommand.FINISH, at=1)
    assert second.request.span() == range(4, 6)
    assert second.steps == 2
    assert rendering.afresh(second.request, init) == second.png


def test_finishing_before_the_first_step_makes_one_and_with_the_last_changes_nothing(rendering: Rendering) -> None:
    assert rendering.end(RenderTask(request()), RunCommand.FINISH).steps == 1
    only = rendering.end(RenderTask(request(steps=1)), RunCommand.FINISH)
    assert only.request == request(steps=1)
    assert only.png == rendering.end(RenderTask(request(steps=1))).png


@pytest.mark.parametrize("timelapse", [False, True])
def test_a_run_suspended_ends_later_in_the_bytes_of_one_without_a_break(rendering: Rendering, timelapse: bool) -> None:
    task = RenderTask(request(**SETTLES), timelapse=timelapse)
    whole = rendering.end(task)
    first = rendering.suspended(task, at=1)
    second = rendering.suspended(replace(task, checkpoint=first.checkpoint), at=first.step + 2)
    resumed = rendering.end(replace(task, checkpoint=second.checkpoint))
    assert (first.step, second.step, whole.steps) == (2, 5, 8)
    assert (resumed.png, resumed.similarity, resumed.request) == (whole.png, whole.similarity, task.request)
    assert resumed.steps == 3, "what it needs to settle in time is suspended with it"
    if timelapse:
        assert whole.timelapse is not None
        assert resumed.timelapse is not None
        assert len(frames(whole.timelapse)) == whole.steps + 1
        assert len(frames(resumed.timelapse)) == resumed.steps + 1


def test_a_run_that_is_finished_after_a_break_is_whole_too(rendering: Rendering) -> None:
    task = RenderTask(request())
    broken = rendering.suspended(task)
    result = rendering.end(replace(task, checkpoint=broken.checkpoint), RunCommand.FINISH)
    assert (broken.step, result.steps) == (1, 1)
    assert result.request.span() == range(2)
    assert rendering.afresh(result.request) == result.png


def test_a_checkpoint_that_does_not_fit_costs_the_steps_before_it_and_nothing_else(rendering: Rendering) -> None:
    task = RenderTask(request(steps=3))
    other = rendering.suspended(RenderTask(request("a rose", steps=3)))
    ours = rendering.suspended(task)
    whole = rendering.end(task)
    for checkpoint in (other.checkpoint, ours.checkpoint[:-9], b"", b"no checkpoint"):
        result = rendering.end(replace(task, checkpoint=checkpoint))
        assert (result.steps, result.png) == (3, whole.png)


def test_with_the_last_step_there_is_nothing_to_suspended(rendering: Rendering) -> None:
    assert rendering.end(RenderTask(request(steps=1)), RunCommand.SUSPEND).steps == 1
    assert rendering.end(RenderTask(request(**SETTLES)), RunCommand.SUSPEND, at=7).steps == 8


def test_cancel_beats_finish_and_finish_beats_suspending(rendering: Rendering) -> None:
    with pytest.raises(RunCancelledError):
        rendering.entries_of(
            RenderTask(request(), timelapse=True), RunCommand.SUSPEND, RunCommand.FINISH, RunCommand.CANCEL
        )
    assert rendering.end(RenderTask(request()), RunCommand.SUSPEND, RunCommand.FINISH).steps == 1


@pytest.mark.parametrize("one", COMMANDS)
def test_what_is_commanded_while_the_time_lapse_is_made_cancels_or_comes_too_late(
    rendering: Rendering, monkeypatch: pytest.MonkeyPatch, one: RunCommand
) -> None:
    encode = Timelapse.to_mp4

    def encoding(recording: Timelapse) -> bytes:
        rendering.commanded.add(one)
        return encode(recording)

    monkeypatch.setattr(Timelapse, "to_mp4", encoding)
    task = RenderTask(request(steps=2), timelapse=True)
    if one is RunCommand.CANCEL:
        with pytest.raises(RunCancelledError):
            rendering.entries_of(task)
    else:
        result = rendering.end(task)
        assert result.steps == 2
        assert result.timelapse


def test_a_time_lapse_shows_every_step_of_a_short_run_and_leaves_the_picture_as_it_was(rendering: Rendering) -> None:
    wanted = request(steps=5, width=400, height=200)
    result = rendering.end(RenderTask(wanted, timelapse=True))
    assert result.timelapse is not None
    assert frames(result.timelapse) == [(CHAT_PIXELS, CHAT_PIXELS // 2)] * 6
    assert result.png == rendering.end(RenderTask(wanted)).png


def test_a_harmless_prompt_or_one_that_keeps_a_concept_away_is_not_flagged(rendering: Rendering) -> None:
    never = tuple(replace(concept, threshold=1.0) for concept in (WEAPON, SPIDER))
    task = RenderTask(request("a castle", steps=3, negative="a spider"), concepts=(WEAPON, SPIDER))
    *progress, result = rendering.entries_of(task)
    assert isinstance(result, RenderResult)
    assert not any(flag.where == "prompt" for flag in result.flags)
    assert [bool(entry.preview) for entry in progress if isinstance(entry, Progress)] == [False, True, True, True]
    assert rendering.end(replace(task, concepts=never)).flags == ()


def test_a_picture_is_flagged_above_a_concept_s_threshold_whatever_its_prompt_says(
    rendering: Rendering, pocket: ClipModel
) -> None:
    init = flat("red")
    kept = RenderTask(request("a castle", init=sha(init), strength=0.0), {sha(init): init})
    *_, rendered = render(kept.request, pocket, blobs=kept.blobs)
    assert isinstance(rendered, Rendered)
    score = zeroshot.of_picture(pocket, rendered.image, SPIDER.texts)
    below, above = replace(SPIDER, threshold=score / 2), replace(SPIDER, name="surely", threshold=(1 + score) / 2)
    result = rendering.end(replace(kept, concepts=(below, above)))
    (flag,) = [flag for flag in result.flags if flag.where == "picture"]
    assert flag.concept == "spider"
    assert flag.score == pytest.approx(score)
    assert result.steps == 0
