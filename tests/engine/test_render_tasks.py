"""Render tasks and the commands during a run, in this process and without the pipe."""

from dataclasses import replace
from typing import Any

import pytest

from bot.engine import RenderTask, RunCancelledError
from bot.engine.messages import LoadModel, RunCancelled, RunCheckpoint, RunCommand, RunLost, StartRun
from bot.engine.rendering import execute
from bot.jobs.job import Progress, RenderResult, Suspended
from guidance.clip import zeroshot
from guidance.clip.model import ClipModel
from guidance.io.picture import to_png
from guidance.io.timelapse import CHAT_PIXELS, Timelapse
from guidance.optimize.loop import Result as Rendered
from guidance.optimize.loop import render
from guidance.request.medium import NONE
from guidance.request.request import Request
from tests.engine.render_tasks import COMMANDS, SETTINGS, SPIDER, WEAPON, Entry, flat, frames, request, sha

EARLY_STOP: dict[str, Any] = {"steps": 40, "early_stop": 0.9}
"""The run ends when it measures its similarity for the second time, at step 8: no two differ by 0.9."""


class Rendering:
    """Runs render tasks on one model, as the engine's process does."""

    def __init__(self, model: ClipModel) -> None:
        self._model = model
        self.commanded: set[RunCommand] = set()

    def entries_of(self, task: RenderTask, *commands: RunCommand, at: int = 0) -> list[Entry]:
        """All entries of a run; the commands are sent with the progress of step `at`."""
        self.commanded.clear()
        load = LoadModel(self._model.name, "cpu", graphs=False)
        start = StartRun(1, load, task, preview_interval_s=0.0, preview_pixels=SETTINGS.preview_pixels)
        entries: list[Entry] = []
        for message in execute(start, self._model, lambda: frozenset(self.commanded)):
            if isinstance(message, RunCancelled):
                raise RunCancelledError
            assert not isinstance(message, RunCheckpoint | RunLost)
            entries.append(message)
            if isinstance(message, Progress) and message.step == at:
                self.commanded |= set(commands)
        return entries

    def end(self, task: RenderTask, *commands: RunCommand, at: int = 0) -> RenderResult:
        """The result of a run."""
        *_, last = self.entries_of(task, *commands, at=at)
        assert isinstance(last, RenderResult)
        return last

    def suspended(self, task: RenderTask, at: int = 0) -> Suspended:
        """The end of a suspended run."""
        *_, last = self.entries_of(task, RunCommand.SUSPEND, at=at)
        assert isinstance(last, Suspended)
        return last

    def afresh(self, wanted: Request, *inputs: bytes) -> bytes:
        """The PNG that the library makes."""
        *_, result = render(wanted, self._model, blobs={sha(data): data for data in inputs})
        assert isinstance(result, Rendered)
        return to_png(result.image, wanted)


@pytest.fixture
def rendering(pocket: ClipModel) -> Rendering:
    return Rendering(pocket)


def test_the_request_of_a_run_finished_early_gives_the_same_picture(rendering: Rendering) -> None:
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


def test_finish_before_the_first_step_makes_one_step_and_during_the_last_changes_nothing(rendering: Rendering) -> None:
    assert rendering.end(RenderTask(request()), RunCommand.FINISH).steps == 1
    only = rendering.end(RenderTask(request(steps=1)), RunCommand.FINISH)
    assert only.request == request(steps=1)
    assert only.png == rendering.end(RenderTask(request(steps=1))).png


@pytest.mark.parametrize("timelapse", [False, True])
def test_a_resumed_run_gives_the_same_bytes_as_one_without_a_break(rendering: Rendering, timelapse: bool) -> None:
    task = RenderTask(request(**EARLY_STOP), timelapse=timelapse)
    whole = rendering.end(task)
    first = rendering.suspended(task, at=1)
    second = rendering.suspended(replace(task, checkpoint=first.checkpoint), at=first.step + 2)
    resumed = rendering.end(replace(task, checkpoint=second.checkpoint))
    assert (first.step, second.step, whole.steps) == (2, 5, 8)
    assert (resumed.png, resumed.similarity, resumed.request) == (whole.png, whole.similarity, task.request)
    assert resumed.steps == 3, "the checkpoint has what early_stop needs"
    if timelapse:
        assert whole.timelapse is not None
        assert resumed.timelapse is not None
        assert len(frames(whole.timelapse)) == whole.steps + 1
        assert len(frames(resumed.timelapse)) == resumed.steps + 1


def test_a_resumed_run_can_be_finished_early(rendering: Rendering) -> None:
    task = RenderTask(request())
    broken = rendering.suspended(task)
    result = rendering.end(replace(task, checkpoint=broken.checkpoint), RunCommand.FINISH)
    assert (broken.step, result.steps) == (1, 1)
    assert result.request.span() == range(2)
    assert rendering.afresh(result.request) == result.png


def test_a_run_whose_checkpoint_does_not_fit_starts_from_the_beginning(rendering: Rendering) -> None:
    task = RenderTask(request(steps=3))
    other = rendering.suspended(RenderTask(request("a rose", steps=3)))
    ours = rendering.suspended(task)
    whole = rendering.end(task)
    for checkpoint in (other.checkpoint, ours.checkpoint[:-9], b"", b"no checkpoint"):
        result = rendering.end(replace(task, checkpoint=checkpoint))
        assert (result.steps, result.png) == (3, whole.png)


def test_suspend_during_the_last_step_changes_nothing(rendering: Rendering) -> None:
    assert rendering.end(RenderTask(request(steps=1)), RunCommand.SUSPEND).steps == 1
    assert rendering.end(RenderTask(request(**EARLY_STOP)), RunCommand.SUSPEND, at=7).steps == 8


def test_cancel_has_priority_over_finish_and_finish_over_suspend(rendering: Rendering) -> None:
    with pytest.raises(RunCancelledError):
        rendering.entries_of(
            RenderTask(request(), timelapse=True), RunCommand.SUSPEND, RunCommand.FINISH, RunCommand.CANCEL
        )
    assert rendering.end(RenderTask(request()), RunCommand.SUSPEND, RunCommand.FINISH).steps == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_while_the_time_lapse_is_encoded_cancels_or_is_ignored(
    rendering: Rendering, monkeypatch: pytest.MonkeyPatch, command: RunCommand
) -> None:
    encode = Timelapse.to_mp4

    def encoding(timelapse: Timelapse) -> bytes:
        rendering.commanded.add(command)
        return encode(timelapse)

    monkeypatch.setattr(Timelapse, "to_mp4", encoding)
    task = RenderTask(request(steps=2), timelapse=True)
    if command is RunCommand.CANCEL:
        with pytest.raises(RunCancelledError):
            rendering.entries_of(task)
    else:
        result = rendering.end(task)
        assert result.steps == 2
        assert result.timelapse


def test_a_time_lapse_shows_every_step_of_a_short_run_and_does_not_change_the_picture(rendering: Rendering) -> None:
    wanted = request(steps=5, width=400, height=200)
    result = rendering.end(RenderTask(wanted, timelapse=True))
    assert result.timelapse is not None
    assert frames(result.timelapse) == [(CHAT_PIXELS, CHAT_PIXELS // 2)] * 6
    assert result.png == rendering.end(RenderTask(wanted)).png


def test_a_harmless_prompt_or_one_with_a_concept_in_its_negative_is_not_flagged(rendering: Rendering) -> None:
    never = tuple(replace(concept, threshold=1.0) for concept in (WEAPON, SPIDER))
    task = RenderTask(request("a castle", steps=3, negative="a spider"), concepts=(WEAPON, SPIDER))
    *progress, result = rendering.entries_of(task)
    assert isinstance(result, RenderResult)
    assert not any(flag.where == "prompt" for flag in result.flags)
    assert [bool(entry.preview) for entry in progress if isinstance(entry, Progress)] == [False, True, True, True]
    assert rendering.end(replace(task, concepts=never)).flags == ()


@pytest.mark.parametrize("medium", [NONE, "woodcut"])
def test_a_picture_is_flagged_above_a_concept_s_threshold_whatever_its_prompt_and_medium(
    rendering: Rendering, pocket: ClipModel, medium: str
) -> None:
    init = flat("red")
    unchanged = RenderTask(request("a castle", init=sha(init), strength=0.0), {sha(init): init})
    *_, rendered = render(unchanged.request, pocket, blobs=unchanged.blobs)
    assert isinstance(rendered, Rendered)
    score = zeroshot.of_picture(pocket, rendered.image, SPIDER.texts)
    below, above = replace(SPIDER, threshold=score / 2), replace(SPIDER, name="surely", threshold=(1 + score) / 2)
    shown = replace(unchanged.request, medium=medium)
    result = rendering.end(replace(unchanged, request=shown, concepts=(below, above)))
    (flag,) = [flag for flag in result.flags if flag.where == "picture"]
    assert flag.concept == "spider"
    assert flag.score == pytest.approx(score)
    assert result.steps == 0
