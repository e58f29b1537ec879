"""render: the same request gives the same bytes, whatever else is asked for on the way."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from guidance.loop import Result, Step, render
from guidance.model import ClipModel
from guidance.perceptor import Perceptor
from guidance.picture import PictureError, request_of, to_png
from guidance.ranges import RANGES
from guidance.request import ImagePrompt, Request, RequestError
from guidance.run import RenderError, Run, schedule
from guidance.settings import CANVASES, DISTANCES
from guidance.tensor import from_tensor
from tests.guidance.pictures import difference, photograph, png, tensor_of
from tests.guidance.requests import result_of, sha, small

PHOTO = png(photograph())


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
            step.checkpoint()
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
    assert (last.settled, last.microbatch) == (False, None)


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("distance", DISTANCES)
def test_guidance_moves_the_picture_towards_the_prompt(pocket: ClipModel, canvas: str, distance: str) -> None:
    request = small(steps=24, canvas=canvas, distance=distance)
    similarities = [step.similarity() for step in render(request, pocket) if isinstance(step, Step)]
    assert np.mean(similarities[-4:]) > np.mean(similarities[:4]) + 0.05


def seen(pocket: ClipModel, image: Image.Image) -> torch.Tensor:
    """The embedding of a whole picture."""
    (perceptor,) = pocket.perceptors
    views = torch.nn.functional.interpolate(tensor_of(image), size=perceptor.image_size, mode="bilinear")
    return perceptor.encode_image(views)[0]


def nearness(pocket: ClipModel, image: Image.Image, text: str) -> float:
    """Cosine of a whole picture to a text."""
    (perceptor,) = pocket.perceptors
    return float(seen(pocket, image) @ perceptor.encode_text([text])[0])


def test_a_negative_phrase_keeps_its_subject_away(pocket: ClipModel) -> None:
    plain, without = (
        result_of(small("a sailing boat", steps=24, views=4, negative=text), pocket).image for text in ("", "the sea")
    )
    assert nearness(pocket, without, "the sea") < nearness(pocket, plain, "the sea") - 0.05


def test_weights_decide_between_phrases_and_only_their_ratios_count(pocket: ClipModel) -> None:
    tiger, rose = (
        result_of(small(f"a tiger::{one} a rose::{other}", steps=24), pocket).image for one, other in ((4, 1), (1, 4))
    )
    assert nearness(pocket, tiger, "a tiger") > nearness(pocket, rose, "a tiger")
    assert nearness(pocket, rose, "a rose") > nearness(pocket, tiger, "a rose")
    once, twice = (result_of(small(prompt), pocket).image for prompt in ("a tiger::1", "a tiger::4"))
    assert once.tobytes() == twice.tobytes()


def test_a_stage_changes_the_run_from_its_place_on_and_not_before(pocket: ClipModel) -> None:
    plain, staged = (steps_of(small(prompt, steps=8), pocket) for prompt in ("a tiger", "a tiger at 50 %: a volcano"))
    same = [one == other for one, other in zip(plain, staged, strict=True)]
    assert same == [True] * 4 + [False] * 4


def steps_of(request: Request, model: ClipModel) -> list[bytes]:
    """Every step's picture."""
    return [step.picture().tobytes() for step in render(request, model) if isinstance(step, Step)]


def test_an_image_prompt_pulls_towards_what_it_shows(pocket: ClipModel) -> None:
    volcano = result_of(small("a volcano", steps=32, views=4), pocket).image
    shown = small(prompt="", images=(ImagePrompt(sha(png(volcano))),), steps=24)
    alike = result_of(shown, pocket, png(volcano)).image
    other = result_of(small("a rose", steps=24), pocket).image
    wanted = seen(pocket, volcano)
    assert seen(pocket, alike) @ wanted > seen(pocket, other) @ wanted + 0.1


def test_a_style_s_words_go_with_every_phrase_that_is_wanted(pocket: ClipModel) -> None:
    styled = result_of(small("a cat::2 fog::-1", style="a drawing of {}"), pocket).image.tobytes()
    spelled = result_of(small("a drawing of a cat::2 fog::-1"), pocket).image.tobytes()
    assert styled == spelled != result_of(small("a cat::2 fog::-1"), pocket).image.tobytes()


def test_strength_0_keeps_the_init_image_and_more_strength_changes_more(pocket: ClipModel) -> None:
    def change(strength: float) -> float:
        return difference(result_of(small(init=sha(PHOTO), strength=strength), pocket, PHOTO).image, photograph())

    untouched, some, most = change(0.0), change(0.5), change(1.0)
    assert untouched < 1.0
    assert untouched < some < most
    assert result_of(small(init=sha(PHOTO), strength=0.0), pocket, PHOTO).similarity is None


@pytest.mark.parametrize("canvas", CANVASES)
def test_pixels_outside_the_mask_stay_as_they_were(pocket: ClipModel, canvas: str) -> None:
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (16, 8, 40, 64))
    request = small(init=sha(PHOTO), mask=sha(png(mask)), strength=1.0, canvas=canvas, steps=8)
    made = np.array(result_of(request, pocket, PHOTO, png(mask)).image)
    outside = np.array(mask) == 0
    assert (made[outside] == np.array(photograph())[outside]).all()
    assert (
        difference(Image.fromarray(made[~outside][None]), Image.fromarray(np.array(photograph())[~outside][None])) > 3
    )


def test_variations_of_a_picture_differ_by_seed_and_the_more_the_more_noise_is_laid_over(pocket: ClipModel) -> None:
    def varied(amount: float, seed: int) -> Image.Image:
        request = small(init=sha(PHOTO), strength=0.0, perturbation=amount, seed=seed)
        return result_of(request, pocket, PHOTO).image

    assert difference(varied(0, 1), varied(0, 2)) == 0
    assert 0 < difference(varied(0.3, 1), photograph()) < difference(varied(0.9, 1), photograph())
    assert difference(varied(0.3, 1), varied(0.3, 2)) > 0


def test_the_noise_of_a_variation_leaves_no_grain_where_the_picture_is_smooth(pocket: ClipModel) -> None:
    values = np.full((64, 64, 3), 128, dtype=np.uint8)
    values[:, :32] = np.random.default_rng(0).integers(0, 256, (64, 32, 3))
    rough = png(Image.fromarray(values))
    request = small(init=sha(rough), strength=0.0, perturbation=0.6)
    made = np.array(result_of(request, pocket, rough).image, dtype=float)
    grain = np.abs(np.diff(made, axis=0)).mean(axis=(0, 2))  # of each column
    assert grain[40:].mean() < 0.2 * grain[:24].mean()


def test_the_run_ends_where_it_is_told_to_stop(pocket: ClipModel) -> None:
    half = list(render(small(steps=8, stop=0.5), pocket))
    assert len(half) == 5
    assert half[-2].number == half[-2].total == 4  # type: ignore[union-attr]
    whole = list(render(small(steps=8), pocket))
    result = half[-1]
    assert isinstance(result, Result)
    assert result.image.tobytes() != whole[-1].image.tobytes()  # type: ignore[union-attr]


@pytest.mark.parametrize("changes", [{}, {"init": sha(PHOTO), "strength": 0.7}, {"stop": 0.8, "settle": 0.01}])
def test_a_run_ended_at_any_step_has_a_request_that_gives_its_picture_again(
    pocket: ClipModel, changes: dict[str, Any]
) -> None:
    request = small("a volcano at 50 %: a rose", steps=7, noise_end=0.3, **changes)
    ended = []
    for step in render(request, pocket, blobs={sha(PHOTO): PHOTO}):
        if isinstance(step, Step):
            result = step.ended()
            ended.append((to_png(result.image, result.request), result.similarity))
            assert (result.request == request) == step.last
    assert len(ended) > 3
    for file, similarity in ended:
        afresh = result_of(request_of(file), pocket, PHOTO)
        assert (to_png(afresh.image, afresh.request), afresh.similarity) == (file, similarity)


def test_a_run_ends_when_its_similarity_has_settled(pocket: ClipModel) -> None:
    patient, satisfied = (result_of(small(steps=40, settle=least), pocket) for least in (0.0, 0.2))
    assert not patient.settled
    assert satisfied.settled
    # The first tenth that can be compared is the second.
    assert len(list(render(small(steps=40, settle=0.9), pocket))) == 9


def test_a_request_for_another_model_or_without_its_inputs_is_refused(pocket: ClipModel) -> None:
    with pytest.raises(RenderError, match="'pocket' is loaded"):
        next(render(small(model="RN50/openai"), pocket))
    with pytest.raises(RequestError, match="was not given"):
        next(render(small(init=sha(PHOTO)), pocket))
    with pytest.raises(RequestError, match="another sha256"):
        next(render(small(init=sha(PHOTO)), pocket, blobs={sha(PHOTO): PHOTO + b"!"}))
    with pytest.raises(PictureError, match="not a PNG"):
        next(render(small(init=sha(b"x")), pocket, blobs={sha(b"x"): b"x"}))


@pytest.mark.parametrize("steps", [1, 20])
def test_a_picture_that_broke_down_is_one_clear_error(
    pocket: ClipModel, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    guide = Run.guide
    monkeypatch.setattr(Run, "guide", lambda run, index, *answers: guide(run, index, *answers) * math.nan)
    with pytest.raises(RenderError, match="broke down"):
        result_of(small(steps=steps), pocket)


def test_several_models_of_several_sizes_guide_together(pair: ClipModel, tiny: Perceptor) -> None:
    request = small(model=pair.name, steps=20)
    together = result_of(request, pair)
    assert together.image.tobytes() == result_of(request, pair).image.tobytes()
    alone = ClipModel("tiny", [tiny], pair.device)
    for model in (ClipModel("pocket", pair.perceptors[:1], pair.device), alone):
        assert result_of(small(model=model.name, steps=20), model).image.tobytes() != together.image.tobytes()
    first, *_, last = [step.similarity() for step in render(request, pair) if isinstance(step, Step)]
    assert last > first


def test_the_learning_rate_falls_steadily_to_its_end() -> None:
    rates = [schedule(step / 50) for step in range(50)]
    assert rates[0] == 1
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=0.01)


def number(name: str) -> st.SearchStrategy[float]:
    """Any value that is allowed."""
    return st.floats(RANGES[name].low, RANGES[name].high)


@given(
    prompt=st.text(min_size=1, max_size=80).filter(lambda text: bool(text.strip())),
    chosen=st.fixed_dictionaries(
        {
            "width": st.integers(64, 160),
            "height": st.integers(64, 160),
            "steps": st.integers(1, 2),
            "seed": st.integers(0, 2**32 - 1),
            "canvas": st.sampled_from(CANVASES),
            "distance": st.sampled_from(DISTANCES),
            "colours": st.integers(2, 64),
            "pixel": st.integers(1, 32),
        },
        optional={
            name: number(name)
            for name in RANGES
            if name not in {"width", "height", "steps", "seed", "colours", "pixel", "views", "perturbation"}
        },
    ),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_request_within_the_ranges_renders_or_is_refused_in_words(
    tiny: Perceptor, prompt: str, chosen: dict[str, Any]
) -> None:
    model = ClipModel("tiny", [tiny], torch.device("cpu"))
    try:
        request = Request.resolve(prompt, model="tiny", views=2, **chosen)
        result = result_of(request, model)
    except (RequestError, RenderError) as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert result.image.size == (chosen["width"], chosen["height"])


def test_a_picture_is_what_its_canvas_shows(pocket: ClipModel) -> None:
    run = Run(small(), pocket)
    assert run.picture().tobytes() == from_tensor(run._canvas()[0]).tobytes()
