"""What an order asks of the engine's child, and what is wished of it on the way: one real child for all."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import av
import pytest
import pytest_asyncio
import torch

from bot.config import Engine as Settings
from bot.engine import Engine, Order, RunCancelledError
from bot.engine.frame import Wish
from bot.engine.local import LocalEngine
from bot.engine.rendering import carried_out
from bot.job import Concept, Progress, PutAside, Result
from guidance.loop import Result as Rendered
from guidance.loop import render
from guidance.model import ClipModel
from guidance.picture import to_png
from guidance.request import Request
from guidance.timelapse import CHAT_PIXELS, FRAMES_PER_SECOND, LINGER_S, Recording

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = Settings(device="cpu", step_timeout_s=30)
SPIDER = Concept("spider", ("a spider", "a tarantula"), 0.5)
WEAPON = Concept("weapon", ("a rifle", "a gun"), 0.5)
WISHES = (Wish.CANCEL, Wish.FINISH, Wish.PUT_ASIDE)
Entry = Progress | Result | PutAside


def request(prompt: str = "a volcano", steps: int = 8, **changes: Any) -> Request:
    """Quick to render."""
    small = Request.resolve(prompt, seed=1, width=64, height=64, steps=steps)
    return replace(small, **({"views": 1} | changes))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[LocalEngine]:
    """Its child is shared: what one test leaves in it, the next would meet."""
    made = LocalEngine(SETTINGS, preview_interval_s=0.0)
    await made.start()
    yield made
    assert made.starts == 1  # no test but those of crashes may cost a child
    await made.close()


@pytest.fixture(scope="module")
def pocket() -> Iterator[ClipModel]:
    """In this process, to compare with."""
    yield ClipModel.load("pocket", "cpu")
    torch.set_num_threads(2)


async def wish(engine: Engine, *wishes: Wish) -> None:
    """Of the run under way."""
    for one in wishes:
        await {Wish.CANCEL: engine.cancel, Wish.FINISH: engine.finish, Wish.PUT_ASIDE: engine.put_aside}[one]()


async def told(engine: Engine, order: Order, *wishes: Wish, at: int = 0) -> list[Entry]:
    """All that a run says of which something is wished when that step is shown."""
    entries = []
    async with aclosing(engine.run(order)) as run:
        async for entry in run:
            entries.append(entry)
            if isinstance(entry, Progress) and entry.step == at:
                await wish(engine, *wishes)
    return entries


async def end(engine: Engine, order: Order, *wishes: Wish, at: int = 0) -> Result:
    """Of a run that goes well."""
    *_, last = await told(engine, order, *wishes, at=at)
    assert isinstance(last, Result)
    return last


async def aside(engine: Engine, order: Order, at: int = 0) -> PutAside:
    """Of a run that is put aside."""
    *_, last = await told(engine, order, Wish.PUT_ASIDE, at=at)
    assert isinstance(last, PutAside)
    return last


def afresh(wanted: Request, model: ClipModel, *inputs: bytes) -> bytes:
    """The PNG as the library makes it."""
    *_, result = render(wanted, model, blobs={sha(data): data for data in inputs})
    assert isinstance(result, Rendered)
    return to_png(result.image, wanted)


def sha(data: bytes) -> str:
    """What a request calls these bytes."""
    return hashlib.sha256(data).hexdigest()


def frames(film: bytes) -> list[tuple[int, int]]:
    """Their sizes, without the lingering."""
    with av.open(io.BytesIO(film), "r") as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(container.streams.video[0])]
    return sizes[: len(sizes) - round(LINGER_S * FRAMES_PER_SECOND)]


async def test_a_finished_run_gives_a_picture_that_its_own_request_gives_again(
    engine: LocalEngine, pocket: ClipModel
) -> None:
    wanted = request(steps=500)
    result = await end(engine, Order(wanted), Wish.FINISH, at=2)
    assert 3 <= result.steps < 500
    assert result.request == replace(wanted, stop=result.request.stop)
    assert result.request.span() == range(result.steps)
    assert afresh(result.request, pocket) == result.png
    init = result.png
    changed = request("a rose", steps=100, init=sha(init), strength=0.6)
    second = await end(engine, Order(changed, {sha(init): init}), Wish.FINISH, at=1)
    assert 2 <= second.steps < 60
    assert second.request.span() == range(40, 40 + second.steps)
    assert afresh(second.request, pocket, init) == second.png


async def test_finishing_before_the_first_step_makes_one_and_with_the_last_changes_nothing(engine: LocalEngine) -> None:
    early = await end(engine, Order(request(steps=500)), Wish.FINISH)
    assert early.steps == 1
    only = await end(engine, Order(request(steps=1)), Wish.FINISH)
    assert only.request == request(steps=1)
    assert only.png == (await end(engine, Order(request(steps=1)))).png


@pytest.mark.parametrize("film", [False, True])
async def test_a_run_put_aside_ends_later_in_the_bytes_of_one_without_a_break(engine: LocalEngine, film: bool) -> None:
    order = Order(request(steps=40, settle=0.001), film=film)
    whole = await end(engine, order)
    first = await aside(engine, order)
    second = await aside(engine, replace(order, checkpoint=first.checkpoint), at=first.step + 2)
    assert 1 <= first.step < second.step < whole.steps
    resumed = await end(engine, replace(order, checkpoint=second.checkpoint))
    assert (resumed.png, resumed.similarity, resumed.request) == (whole.png, whole.similarity, order.request)
    assert resumed.steps == whole.steps - second.step
    if film:
        assert whole.film is not None
        assert resumed.film is not None
        assert len(frames(whole.film)) == whole.steps + 1
        assert len(frames(resumed.film)) == resumed.steps + 1


async def test_a_run_that_is_finished_after_a_break_is_whole_too(engine: LocalEngine, pocket: ClipModel) -> None:
    order = Order(request(steps=500))
    broken = await aside(engine, order)
    result = await end(engine, replace(order, checkpoint=broken.checkpoint), Wish.FINISH)
    assert result.steps == 1
    assert result.request.span() == range(broken.step + 1)
    assert afresh(result.request, pocket) == result.png


async def test_a_checkpoint_that_does_not_fit_costs_the_steps_before_it_and_nothing_else(engine: LocalEngine) -> None:
    other = await aside(engine, Order(request("a rose")))
    ours = await aside(engine, Order(request()))
    whole = await end(engine, Order(request()))
    for checkpoint in (other.checkpoint, ours.checkpoint[:-9], b"", b"no checkpoint"):
        result = await end(engine, Order(request(), checkpoint=checkpoint))
        assert (result.steps, result.png) == (8, whole.png)


async def test_with_the_last_step_there_is_nothing_to_put_aside(engine: LocalEngine) -> None:
    assert (await end(engine, Order(request(steps=1)), Wish.PUT_ASIDE)).steps == 1
    settled = await end(engine, Order(request(steps=20, settle=0.9)), Wish.PUT_ASIDE, at=3)
    assert settled.steps == 4


async def test_cancel_beats_finish_and_finish_beats_putting_aside(engine: LocalEngine) -> None:
    with pytest.raises(RunCancelledError):
        await told(engine, Order(request(steps=500), film=True), Wish.PUT_ASIDE, Wish.FINISH, Wish.CANCEL)
    assert (await end(engine, Order(request(steps=500)), Wish.PUT_ASIDE, Wish.FINISH)).steps >= 1


@pytest.mark.parametrize("late", WISHES)
async def test_a_wish_that_comes_after_the_result_was_sent_is_for_no_other_run(engine: LocalEngine, late: Wish) -> None:
    async with aclosing(engine.run(Order(request()))) as run:
        async for entry in run:
            if isinstance(entry, Progress) and entry.step == entry.total:
                await asyncio.sleep(1)  # the Result is in the pipe by now
                await wish(engine, late)
    assert isinstance(entry, Result)
    await wish(engine, late)  # no run at all
    assert (await end(engine, Order(request()))).steps == 8


@pytest.mark.parametrize("late", WISHES)
async def test_a_wish_for_an_earlier_run_that_arrives_in_a_later_one_is_passed_over(
    engine: LocalEngine, late: Wish
) -> None:
    await end(engine, Order(request(steps=1)))
    earlier = engine._number
    entries: list[Entry] = []
    async with aclosing(engine.run(Order(request()))) as run:
        async for entry in run:
            entries.append(entry)
            await engine._send({"order": "wish", "run": earlier, "wish": late})
    assert isinstance(entries[-1], Result)
    assert entries[-1].steps == 8


async def test_a_wish_before_there_is_a_child_waits_for_it() -> None:
    engine = LocalEngine(SETTINGS, preview_interval_s=0.0)
    try:
        for one in (Wish.CANCEL, Wish.FINISH, Wish.PUT_ASIDE):
            run = asyncio.create_task(told(engine, Order(request(steps=500))))
            await asyncio.sleep(0)
            assert engine._child is None
            await wish(engine, one)
            if one is Wish.CANCEL:
                with pytest.raises(RunCancelledError):
                    await run
            else:
                last = (await run)[-1]
                assert (last.step if isinstance(last, PutAside) else getattr(last, "steps", None)) == 1
            await engine.close()
        assert engine.starts == 3
    finally:
        await engine.close()


@pytest.mark.parametrize("one", WISHES)
async def test_what_is_wished_while_the_film_is_made_cancels_or_comes_too_late(
    pocket: ClipModel, monkeypatch: pytest.MonkeyPatch, one: Wish
) -> None:
    wished: set[Wish] = set()
    encode = Recording.to_mp4

    def encoding(recording: Recording) -> bytes:
        wished.add(one)
        return encode(recording)

    monkeypatch.setattr(Recording, "to_mp4", encoding)
    order = {
        "request": request(steps=2).to_json(),
        "concepts": [],
        "film": True,
        "previews": False,
        "preview_interval_s": 9,
        "preview_pixels": 64,
    }
    *_, (said, parts) = carried_out(order, {}, pocket, lambda: frozenset(wished))
    if one is Wish.CANCEL:
        assert (said, parts) == ({"says": "cancelled"}, {})
    else:
        assert said["says"] == "result"
        assert parts.keys() == {"png", "film"}


async def test_a_film_shows_every_step_of_a_short_run_and_leaves_the_picture_as_it_was(engine: LocalEngine) -> None:
    wanted = request(steps=5, width=400, height=200)
    result = await end(engine, Order(wanted, film=True))
    assert result.film is not None
    assert frames(result.film) == [(CHAT_PIXELS, CHAT_PIXELS // 2)] * 6
    assert result.png == (await end(engine, Order(wanted))).png


async def test_a_prompt_of_a_concept_is_flagged_before_the_first_step_and_shows_nothing_on_the_way(
    engine: LocalEngine,
) -> None:
    order = Order(request("a castle::1 a spider on its web::1", steps=3), concepts=(WEAPON, SPIDER))
    first, *progress, result = await told(engine, order)
    assert isinstance(first, Progress)
    assert [(flag.concept, flag.where) for flag in first.flags] == [("spider", "prompt")]
    assert SPIDER.threshold < first.flags[0].score <= 1
    assert len(progress) == 3
    assert not any(entry.preview or entry.flags for entry in progress if isinstance(entry, Progress))
    assert isinstance(result, Result)
    assert result.flags[0] == first.flags[0]
    assert result.png == (await end(engine, replace(order, concepts=()))).png


async def test_a_harmless_prompt_or_one_that_keeps_a_concept_away_is_not_flagged(engine: LocalEngine) -> None:
    order = Order(request("a castle", steps=8, negative="a spider"), concepts=(WEAPON, SPIDER))
    *progress, result = await told(engine, order)
    assert isinstance(result, Result)
    assert result.flags == ()
    assert [bool(entry.preview) for entry in progress if isinstance(entry, Progress)] == [False] + 8 * [True]


async def test_a_picture_of_a_concept_is_flagged_whatever_its_prompt_says(engine: LocalEngine) -> None:
    spider = (await end(engine, Order(request("a spider", steps=32, views=2)))).png
    kept = request("a castle", init=sha(spider), strength=0.0)
    result = await end(engine, Order(kept, {sha(spider): spider}, concepts=(WEAPON, SPIDER)))
    assert [(flag.concept, flag.where) for flag in result.flags] == [("spider", "picture")]
    assert result.steps == 0
