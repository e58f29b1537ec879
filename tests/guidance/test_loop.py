"""render: the same request gives the same bytes, whatever else is asked for on the way."""

import hashlib
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from guidance.loop import RenderError, Result, Run, Step, render, schedule
from guidance.model import ClipModel
from guidance.picture import to_png
from guidance.request import CANVASES, RANGES, Request
from tests.guidance.requests import small


def result_of(request: Request, model: ClipModel, start: Image.Image | None = None) -> Result:
    """The end of a run."""
    *_, last = render(request, model, start=start)
    assert isinstance(last, Result)
    return last


def photograph(width: int = 64, height: int = 64) -> Image.Image:
    """Something with shapes and soft edges."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    channels = np.stack([x, y, 0.5 + 0.4 * np.sin(9 * x * y)], axis=-1)
    return Image.fromarray((channels * 255).astype(np.uint8))


def with_init(image: Image.Image, **changes: Any) -> Request:
    """A request that starts from an image."""
    return small(init=hashlib.sha256(image.tobytes()).hexdigest(), **changes)


@pytest.mark.parametrize("canvas", CANVASES)
def test_the_same_request_gives_the_same_bytes_and_another_seed_other_ones(pocket: ClipModel, canvas: str) -> None:
    request = small(canvas=canvas)
    first = to_png(result_of(request, pocket).image, request)
    torch.manual_seed(12345)  # global state has no say
    torch.rand(7)
    assert to_png(result_of(request, pocket).image, request) == first
    other = replace(request, seed=2)
    assert to_png(result_of(other, pocket).image, other) != first


def test_previews_and_a_neighbour_change_nothing(pocket: ClipModel) -> None:
    alone = result_of(small(), pocket).image.tobytes()
    neighbour = render(small("a castle"), pocket)
    watched = None
    for step in render(small(), pocket):
        next(neighbour, None)
        if isinstance(step, Step):
            step.picture()
            step.similarity()
        else:
            watched = step.image.tobytes()
    assert watched == alone


def test_steps_count_up_and_the_result_comes_last(pocket: ClipModel) -> None:
    *steps, last = render(small(), pocket)
    assert [(step.number, step.total) for step in steps if isinstance(step, Step)] == [(n, 4) for n in (1, 2, 3, 4)]
    assert isinstance(last, Result)
    assert last.image.size == (64, 64)
    assert last.similarity is not None
    assert -1 <= last.similarity <= 1


def test_guidance_moves_the_picture_towards_the_prompt(pocket: ClipModel) -> None:
    similarities = [step.similarity() for step in render(small(steps=24), pocket) if isinstance(step, Step)]
    assert np.mean(similarities[-4:]) > np.mean(similarities[:4]) + 0.05


def test_a_negative_phrase_keeps_its_subject_away(pocket: ClipModel) -> None:
    fire = pocket.encode_text(["fire"])[0]
    plain, without = (result_of(small("a volcano", steps=24, negative=text), pocket) for text in ("", "fire"))

    def burning(result: Result) -> float:
        pixels = torch.from_numpy(np.array(result.image)).permute(2, 0, 1)[None].float() / 255
        views = torch.nn.functional.interpolate(pixels, size=pocket.image_size, mode="bilinear")
        return float(pocket.encode_image(views)[0] @ fire)

    assert burning(without) < burning(plain)


def test_strength_0_keeps_the_init_image_and_more_strength_changes_more(pocket: ClipModel) -> None:
    image = photograph()

    def change(strength: float) -> float:
        made = result_of(with_init(image, strength=strength), pocket, image).image
        return float(np.abs(np.array(made, dtype=float) - np.array(image, dtype=float)).mean())

    untouched, some, most = change(0.0), change(0.5), change(1.0)
    assert untouched < 1.0
    assert untouched < some < most


def test_strength_0_has_no_similarity_to_report(pocket: ClipModel) -> None:
    image = photograph()
    assert result_of(with_init(image, strength=0.0), pocket, image).similarity is None


def test_a_request_for_another_model_or_without_its_image_is_refused(pocket: ClipModel) -> None:
    with pytest.raises(RenderError, match="'pocket' is loaded"):
        next(render(small(model="RN50/openai"), pocket))
    with pytest.raises(RenderError, match="both or neither"):
        next(render(with_init(photograph()), pocket))
    with pytest.raises(RenderError, match="both or neither"):
        next(render(small(), pocket, start=photograph()))


def test_a_picture_that_broke_down_is_one_clear_error(pocket: ClipModel, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = Run.guide
    monkeypatch.setattr(Run, "guide", lambda run, embeddings: guide(run, embeddings) * math.nan)
    with pytest.raises(RenderError, match="broke down"):
        result_of(small(steps=1), pocket)


def test_the_encoder_sees_each_step_once_and_its_weights_take_no_gradient(
    pocket: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []
    encode = pocket.encode_image

    def counting(views: torch.Tensor) -> torch.Tensor:
        batches.append(len(views))
        return encode(views)

    monkeypatch.setattr(pocket, "encode_image", counting)
    result_of(small(steps=3, views=5), pocket)
    assert batches == [5, 5, 5]
    assert not any(parameter.requires_grad for parameter in pocket._network.parameters())


def test_the_learning_rate_falls_steadily_to_its_end() -> None:
    rates = [schedule(step / 50) for step in range(50)]
    assert rates[0] == 1
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=0.01)


within = {name: (int(limits.low), int(limits.high)) for name, limits in RANGES.items()}


@given(
    width=st.integers(64, 160),
    height=st.integers(64, 160),
    steps=st.integers(1, 2),
    seed=st.integers(*within["seed"]),
    canvas=st.sampled_from(CANVASES),
    view_low=st.floats(0.05, 1),
    noise=st.floats(0, 1),
    learning_rate=st.floats(0.0001, 10),
    smoothness=st.floats(0, 1000),
    restraint=st.floats(0, 1000),
    prompt=st.text(min_size=1, max_size=80).filter(lambda text: bool(text.strip())),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_request_within_the_ranges_renders_or_is_refused_in_words(
    pocket: ClipModel,
    width: int,
    height: int,
    steps: int,
    seed: int,
    canvas: str,
    view_low: float,
    noise: float,
    learning_rate: float,
    smoothness: float,
    restraint: float,
    prompt: str,
) -> None:
    try:
        request = Request.resolve(prompt, seed=seed, width=width, height=height, steps=steps, canvas=canvas)
        request = replace(
            request,
            views=1,
            view_low=view_low,
            view_high=1.0,
            noise=noise,
            learning_rate=learning_rate,
            smoothness=smoothness,
            restraint=restraint,
        )
        assert result_of(request, pocket).image.size == (width, height)
    except (ValueError, RenderError) as error:
        assert str(error)
