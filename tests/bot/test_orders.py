"""What an order asks of the engine's child, and what is wished of it on the way, step by step and without the pipe."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.engine import Order, RunCancelledError
from bot.engine.frame import Wish
from bot.engine.local import LocalEngine, _entry
from bot.engine.rendering import carried_out
from bot.job import Progress, PutAside, Result
from guidance import zeroshot
from guidance.loop import Result as Rendered
from guidance.loop import render
from guidance.model import ClipModel
from guidance.picture import to_png
from guidance.request import Request
from guidance.timelapse import CHAT_PIXELS, Recording
from tests.bot.orders import SETTINGS, SPIDER, WEAPON, WISHES, Entry, flat, frames, request, sha

SETTLES: dict[str, Any] = {"steps": 40, "settle": 0.9}
"""The run ends with its second look at the similarity, at step 8: no two differ by 0.9."""


class Rendering:
    """Carries out orders of one model, as the child does."""

    def __init__(self, model: ClipModel) -> None:
        self._model = model
        self.wished: set[Wish] = set()

    def told(self, order: Order, *wishes: Wish, at: int = 0) -> list[Entry]:
        """All that a run says of which something is wished when that step is shown."""
        self.wished.clear()
        fields, blobs = LocalEngine(SETTINGS, preview_interval_s=0.0)._worded(order)
        entries: list[Entry] = []
        for said, parts in carried_out(
            json.loads(json.dumps(fields)), blobs, self._model, lambda: frozenset(self.wished)
        ):
            if said["says"] == "cancelled":
                raise RunCancelledError
            entries.append(_entry(said, parts))
            if isinstance(entries[-1], Progress) and entries[-1].step == at:
                self.wished |= set(wishes)
        return entries

    def end(self, order: Order, *wishes: Wish, at: int = 0) -> Result:
        """Of a run that goes well."""
        *_, last = self.told(order, *wishes, at=at)
        assert isinstance(last, Result)
        return last

    def aside(self, order: Order, at: int = 0) -> PutAside:
        """Of a run that is put aside."""
        *_, last = self.told(order, Wish.PUT_ASIDE, at=at)
        assert isinstance(last, PutAside)
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
    result = rendering.end(Order(wanted), Wish.FINISH, at=2)
    assert result.steps == 3
    assert result.request == replace(wanted, stop=result.request.stop)
    assert result.request.span() == range(3)
    assert rendering.afresh(result.request) == result.png
    init = result.png
    changed = request("a rose", steps=10, init=sha(init), strength=0.6)
    second = rendering.end(Order(changed, {sha(init): init}), Wish.FINISH, at=1)
    assert second.request.span() == range(4, 6)
    assert second.steps == 2
    assert rendering.afresh(second.request, init) == second.png


def test_finishing_before_the_first_step_makes_one_and_with_the_last_changes_nothing(rendering: Rendering) -> None:
    assert rendering.end(Order(request()), Wish.FINISH).steps == 1
    only = rendering.end(Order(request(steps=1)), Wish.FINISH)
    assert only.request == request(steps=1)
    assert only.png == rendering.end(Order(request(steps=1))).png


@pytest.mark.parametrize("film", [False, True])
def test_a_run_put_aside_ends_later_in_the_bytes_of_one_without_a_break(rendering: Rendering, film: bool) -> None:
    order = Order(request(**SETTLES), film=film)
    whole = rendering.end(order)
    first = rendering.aside(order, at=1)
    second = rendering.aside(replace(order, checkpoint=first.checkpoint), at=first.step + 2)
    resumed = rendering.end(replace(order, checkpoint=second.checkpoint))
    assert (first.step, second.step, whole.steps) == (2, 5, 8)
    assert (resumed.png, resumed.similarity, resumed.request) == (whole.png, whole.similarity, order.request)
    assert resumed.steps == 3, "what it needs to settle in time is put aside with it"
    if film:
        assert whole.film is not None
        assert resumed.film is not None
        assert len(frames(whole.film)) == whole.steps + 1
        assert len(frames(resumed.film)) == resumed.steps + 1


def test_a_run_that_is_finished_after_a_break_is_whole_too(rendering: Rendering) -> None:
    order = Order(request())
    broken = rendering.aside(order)
    result = rendering.end(replace(order, checkpoint=broken.checkpoint), Wish.FINISH)
    assert (broken.step, result.steps) == (1, 1)
    assert result.request.span() == range(2)
    assert rendering.afresh(result.request) == result.png


def test_a_checkpoint_that_does_not_fit_costs_the_steps_before_it_and_nothing_else(rendering: Rendering) -> None:
    order = Order(request(steps=3))
    other = rendering.aside(Order(request("a rose", steps=3)))
    ours = rendering.aside(order)
    whole = rendering.end(order)
    for checkpoint in (other.checkpoint, ours.checkpoint[:-9], b"", b"no checkpoint"):
        result = rendering.end(replace(order, checkpoint=checkpoint))
        assert (result.steps, result.png) == (3, whole.png)


def test_with_the_last_step_there_is_nothing_to_put_aside(rendering: Rendering) -> None:
    assert rendering.end(Order(request(steps=1)), Wish.PUT_ASIDE).steps == 1
    assert rendering.end(Order(request(**SETTLES)), Wish.PUT_ASIDE, at=7).steps == 8


def test_cancel_beats_finish_and_finish_beats_putting_aside(rendering: Rendering) -> None:
    with pytest.raises(RunCancelledError):
        rendering.told(Order(request(), film=True), Wish.PUT_ASIDE, Wish.FINISH, Wish.CANCEL)
    assert rendering.end(Order(request()), Wish.PUT_ASIDE, Wish.FINISH).steps == 1


@pytest.mark.parametrize("one", WISHES)
def test_what_is_wished_while_the_film_is_made_cancels_or_comes_too_late(
    rendering: Rendering, monkeypatch: pytest.MonkeyPatch, one: Wish
) -> None:
    encode = Recording.to_mp4

    def encoding(recording: Recording) -> bytes:
        rendering.wished.add(one)
        return encode(recording)

    monkeypatch.setattr(Recording, "to_mp4", encoding)
    order = Order(request(steps=2), film=True)
    if one is Wish.CANCEL:
        with pytest.raises(RunCancelledError):
            rendering.told(order)
    else:
        result = rendering.end(order)
        assert result.steps == 2
        assert result.film


def test_a_film_shows_every_step_of_a_short_run_and_leaves_the_picture_as_it_was(rendering: Rendering) -> None:
    wanted = request(steps=5, width=400, height=200)
    result = rendering.end(Order(wanted, film=True))
    assert result.film is not None
    assert frames(result.film) == [(CHAT_PIXELS, CHAT_PIXELS // 2)] * 6
    assert result.png == rendering.end(Order(wanted)).png


def test_a_harmless_prompt_or_one_that_keeps_a_concept_away_is_not_flagged(rendering: Rendering) -> None:
    never = tuple(replace(concept, threshold=1.0) for concept in (WEAPON, SPIDER))
    order = Order(request("a castle", steps=3, negative="a spider"), concepts=(WEAPON, SPIDER))
    *progress, result = rendering.told(order)
    assert isinstance(result, Result)
    assert not any(flag.where == "prompt" for flag in result.flags)
    assert [bool(entry.preview) for entry in progress if isinstance(entry, Progress)] == [False, True, True, True]
    assert rendering.end(replace(order, concepts=never)).flags == ()


def test_a_picture_is_flagged_above_a_concept_s_threshold_whatever_its_prompt_says(
    rendering: Rendering, pocket: ClipModel
) -> None:
    init = flat("red")
    kept = Order(request("a castle", init=sha(init), strength=0.0), {sha(init): init})
    *_, rendered = render(kept.request, pocket, blobs=kept.blobs)
    assert isinstance(rendered, Rendered)
    score = zeroshot.of_picture(pocket, rendered.image, SPIDER.texts)
    below, above = replace(SPIDER, threshold=score / 2), replace(SPIDER, name="surely", threshold=(1 + score) / 2)
    result = rendering.end(replace(kept, concepts=(below, above)))
    (flag,) = [flag for flag in result.flags if flag.where == "picture"]
    assert flag.concept == "spider"
    assert flag.score == pytest.approx(score)
    assert result.steps == 0
