"""`render`: reproducible pictures, the effect of each setting, and errors."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from guidance.io.picture import PictureError, request_of, to_png
from guidance.optimize.loop import Result, Step, render
from guidance.optimize.loss import PRIORS
from guidance.optimize.optimizer import cosine_schedule
from guidance.optimize.run import RenderError, Run
from guidance.optimize.step_in_progress import StepInProgress
from guidance.request.medium import NONE
from guidance.request.parameters import DISTANCES, PLAIN_CANVASES, RANGES
from guidance.request.prompt import NEGATIVE_WEIGHT
from guidance.request.request import ImagePrompt, Request, RequestError
from guidance.request.style import Style
from tests.guidance.pictures import difference, photograph, png, tensor_of
from tests.guidance.requests import (
    PLAIN,
    blobs,
    first_gradient,
    pictures_of,
    result_of,
    sha,
    similarity_before_and_after,
    small,
    views_of,
)

PHOTO = png(photograph())
SHOWN = (ImagePrompt(sha(PHOTO)),)


@pytest.mark.parametrize(("name", "canvas"), [("pocket", "pyramid"), *(("quick", canvas) for canvas in PLAIN_CANVASES)])
def test_the_same_request_gives_the_same_bytes_and_another_seed_other_ones(
    name: str, canvas: str, request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(name)
    asked = small(canvas=canvas)
    first = to_png(result_of(asked, model).image, asked)
    torch.manual_seed(12345)  # the global random state has no effect
    torch.rand(7)
    assert to_png(result_of(asked, model).image, asked) == first
    other = replace(asked, seed=2)
    assert pictures_of(other, model)[-1] != pictures_of(asked, model)[-1]


def test_previews_and_a_second_run_change_nothing(quick: ClipModel) -> None:
    alone = result_of(small(), quick).image.tobytes()
    second = render(small("a castle"), quick)
    watched = None
    for step in render(small(), quick):
        next(second, None)
        if isinstance(step, Step):
            step.picture()
            step.similarity()
            step.checkpoint()
        else:
            watched = step.image.tobytes()
    assert watched == alone


def test_steps_count_up_and_the_result_comes_last(quick: ClipModel) -> None:
    *steps, last = render(small(), quick)
    assert [(step.number, step.total) for step in steps if isinstance(step, Step)] == [(n, 4) for n in (1, 2, 3, 4)]
    assert isinstance(last, Result)
    assert last.image.size == (64, 64)
    assert last.similarity is not None
    assert -1 <= last.similarity <= 1
    assert (last.stopped_early, last.microbatch) == (False, None)


@pytest.mark.parametrize("canvas", PLAIN_CANVASES)
@pytest.mark.parametrize("distance", DISTANCES)
def test_a_small_step_moves_the_picture_towards_the_prompt(pocket: ClipModel, canvas: str, distance: str) -> None:
    request = small(canvas=canvas, distance=distance, learning_rate=0.003, **PLAIN)
    before, after = similarity_before_and_after(request, pocket)
    assert after > before + 0.001


def test_a_small_step_moves_the_picture_towards_what_an_image_shows(pocket: ClipModel) -> None:
    before, after = similarity_before_and_after(small("", images=SHOWN, learning_rate=0.003, **PLAIN), pocket, PHOTO)
    assert after > before + 0.001


@pytest.mark.parametrize("name", PRIORS)
def test_the_weight_of_a_prior_makes_a_small_step_lower_what_it_penalises(quick: ClipModel, name: str) -> None:
    # Noise scores high on every prior.
    noise = png(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)))

    def change(weight: float) -> float:
        settings = PLAIN | {name: weight, "learning_rate": 0.001}
        run = Run(small(init=sha(noise), strength=1.0, **settings), quick, blobs([noise]))
        before = float(PRIORS[name](run.rendered().detach()))
        run.begin_step().apply(torch.zeros(1, 3, 64, 64), torch.zeros(()))
        return float(PRIORS[name](run.rendered().detach())) - before

    assert change(1.0) < 0 == change(0.0)


def off(actual: Tensor, wanted: Tensor) -> float:
    """The length of the difference, relative to the expected length."""
    return float((actual - wanted).norm() / wanted.norm())


def test_phrases_and_images_pull_by_the_ratios_of_their_weights(pocket: ClipModel) -> None:
    def pull(prompt: str, **changes: Any) -> Tensor:
        return first_gradient(small(prompt, **PLAIN, **changes), pocket, PHOTO)

    tiger, rose, shown = pull("a tiger"), pull("a rose"), pull("", images=SHOWN)
    assert off(pull("a tiger::4 a rose::1"), 0.8 * tiger + 0.2 * rose) < 0.01
    assert off(pull("a tiger::2 a rose", images=SHOWN), (2 * tiger + rose + shown) / 4) < 0.01
    assert torch.equal(pull("a tiger::4"), pull("a tiger::1"))


def test_an_image_prompt_pulls_towards_the_embedding_of_the_whole_image(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    request = small("", images=SHOWN, **PLAIN)
    whole = torch.nn.functional.interpolate(tensor_of(photograph()), size=perceptor.image_size, mode="bilinear")
    wanted = perceptor.encode_image(whole)[0]
    step = Run(request, pocket, blobs([PHOTO])).begin_step()
    views = step.views(step.sample(perceptor.image_size), perceptor.image_size)
    _, on_views = perceptor.gradient(views, lambda embeddings: -(embeddings @ wanted).mean())
    (expected,) = torch.autograd.grad(views, step._leaf, on_views)
    # Not equal: torch's interpolation enlarges the image here, Pillow's in the library.
    assert torch.cosine_similarity(first_gradient(request, pocket, PHOTO).flatten(), expected.flatten(), dim=0) > 0.95


def test_a_negative_phrase_pushes_away_from_its_subject_where_the_picture_resembles_it(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    run = Run(small(init=sha(PHOTO), strength=1.0), pocket, blobs([PHOTO]))
    embeddings = perceptor.encode_image(views_of(run, perceptor.image_size)).detach()
    texts = ("a balloon", "a sunset", "a poster", "a drum", "a tiger", "a castle", "a submarine", "a teapot")
    cosines = dict(zip(texts, (embeddings @ perceptor.encode_text(texts).T).T, strict=True))
    alike = max(texts, key=lambda text: float(cosines[text].min()))
    unlike = min(texts, key=lambda text: float(cosines[text].max()))
    assert float(cosines[alike].min()) > 0 > float(cosines[unlike].max())

    def pull(prompt: str, negative: str = "") -> Tensor:
        return first_gradient(small(prompt, negative=negative, init=sha(PHOTO), strength=1.0, **PLAIN), pocket, PHOTO)

    plain = pull("a rose")
    assert off(pull("a rose", alike) - plain, NEGATIVE_WEIGHT * pull(alike)) < 0.01
    assert off(pull("a rose", unlike), plain) < 0.0001


def test_a_stage_changes_the_run_from_its_start_on(quick: ClipModel) -> None:
    plain, staged = (pictures_of(small(prompt, steps=8), quick) for prompt in ("a tiger", "a tiger at 50 %: a volcano"))
    same = [one == other for one, other in zip(plain, staged, strict=True)]
    assert same == [True] * 4 + [False] * 4


def test_a_style_s_words_are_added_to_every_positive_phrase(quick: ClipModel) -> None:
    styles = {"sketched": Style("a drawing of {}")}
    styled = result_of(small("a cat::2 fog::-1", style="sketched", styles=styles), quick).image.tobytes()
    spelled = result_of(small("a drawing of a cat::2 fog::-1"), quick).image.tobytes()
    assert styled == spelled != result_of(small("a cat::2 fog::-1"), quick).image.tobytes()


def test_a_picture_and_its_previews_are_shown_in_the_medium_and_guided_without_it(quick: ClipModel) -> None:
    *steps, shown = render(small(medium="black-and-white"), quick)
    plain = result_of(small(medium=NONE), quick)
    assert isinstance(shown, Result)
    assert shown.plain().tobytes() == plain.plain().tobytes() == plain.image.tobytes()
    assert shown.similarity == plain.similarity
    (preview,) = [step.picture() for step in steps if isinstance(step, Step) and step.last]
    for picture in (shown.image, preview):
        red, green, blue = picture.split()
        assert red.tobytes() == green.tobytes() == blue.tobytes()


@pytest.mark.parametrize(("strength", "total"), [(0.0, 0), (0.5, 2), (1.0, 4)])
def test_strength_is_the_share_of_the_steps_that_change_the_init_image(
    quick: ClipModel, strength: float, total: int
) -> None:
    request = small(init=sha(PHOTO), strength=strength)
    *steps, end = render(request, quick, blobs={sha(PHOTO): PHOTO})
    assert [(step.number, step.total) for step in steps if isinstance(step, Step)] == [
        (number, total) for number in range(1, total + 1)
    ]
    assert isinstance(end, Result)
    assert (end.similarity is None) == (total == 0)
    assert (difference(end.image, photograph()) < 1.0) == (total == 0)


@pytest.mark.parametrize("canvas", PLAIN_CANVASES)
def test_pixels_outside_the_mask_stay_as_they_were(quick: ClipModel, canvas: str) -> None:
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (16, 8, 40, 64))
    request = small(init=sha(PHOTO), mask=sha(png(mask)), strength=1.0, canvas=canvas, steps=8)
    actual = np.array(result_of(request, quick, PHOTO, png(mask)).image)
    outside = np.array(mask) == 0
    assert (actual[outside] == np.array(photograph())[outside]).all()
    assert (
        difference(Image.fromarray(actual[~outside][None]), Image.fromarray(np.array(photograph())[~outside][None])) > 3
    )


def test_variations_of_a_picture_depend_on_the_seed_and_grow_with_the_perturbation(quick: ClipModel) -> None:
    def variation(amount: float, seed: int) -> Image.Image:
        request = small(init=sha(PHOTO), strength=0.0, perturbation=amount, seed=seed)
        return result_of(request, quick, PHOTO).image

    assert difference(variation(0, 1), variation(0, 2)) == 0
    assert 0 < difference(variation(0.3, 1), photograph()) < difference(variation(0.9, 1), photograph())
    assert difference(variation(0.3, 1), variation(0.3, 2)) > 0


def test_the_noise_of_a_variation_leaves_no_grain_where_the_picture_is_smooth(quick: ClipModel) -> None:
    values = np.full((64, 64, 3), 128, dtype=np.uint8)
    values[:, :32] = np.random.default_rng(0).integers(0, 256, (64, 32, 3))
    rough = png(Image.fromarray(values))
    request = small(init=sha(rough), strength=0.0, perturbation=0.6)
    actual = np.array(result_of(request, quick, rough).image, dtype=float)
    grain = np.abs(np.diff(actual, axis=0)).mean(axis=(0, 2))  # of each column
    assert grain[40:].mean() < 0.2 * grain[:24].mean()


def test_the_run_ends_at_the_request_s_stop(quick: ClipModel) -> None:
    half = list(render(small(steps=8, stop=0.5), quick))
    assert len(half) == 5
    assert half[-2].number == half[-2].total == 4  # type: ignore[union-attr]
    whole = list(render(small(steps=8), quick))
    result = half[-1]
    assert isinstance(result, Result)
    assert result.image.tobytes() != whole[-1].image.tobytes()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, 7),
        ({"init": sha(PHOTO), "strength": 0.7}, 5),
        ({"stop": 0.8}, 6),
        ({"early_stop": 0.9}, 2),  # at the first comparison
    ],
)
def test_a_run_ended_at_any_step_has_a_request_that_gives_its_picture_again(
    quick: ClipModel, changes: dict[str, Any], steps: int
) -> None:
    request = small("a volcano at 50 %: a rose", steps=7, noise_end=0.3, **changes)
    ended = []
    for step in render(request, quick, blobs={sha(PHOTO): PHOTO}):
        if isinstance(step, Step):
            result = step.ended()
            ended.append((to_png(result.image, result.request), result.similarity))
            assert (result.request == request) == step.last
    assert len(ended) == steps
    for file, similarity in ended:
        afresh = result_of(request_of(file), quick, PHOTO)
        assert (to_png(afresh.image, afresh.request), afresh.similarity) == (file, similarity)


def test_a_run_stops_early_when_its_similarity_no_longer_rises(quick: ClipModel) -> None:
    never, early = (result_of(small(steps=40, early_stop=least), quick) for least in (0.0, 0.2))
    assert not never.stopped_early
    assert early.stopped_early
    # The second tenth is the first that has one before it.
    assert len(list(render(small(steps=40, early_stop=0.9), quick))) == 9


def test_a_request_for_another_model_or_without_its_inputs_is_refused(quick: ClipModel) -> None:
    with pytest.raises(RenderError, match="'pocket' is loaded"):
        next(render(small(model="RN50/openai"), quick))
    with pytest.raises(RequestError, match="was not given"):
        next(render(small(init=sha(PHOTO)), quick))
    with pytest.raises(RequestError, match="another sha256"):
        next(render(small(init=sha(PHOTO)), quick, blobs={sha(PHOTO): PHOTO + b"!"}))
    with pytest.raises(PictureError, match="a text, not a picture"):
        next(render(small(init=sha(b"x")), quick, blobs={sha(b"x"): b"x"}))


@pytest.mark.parametrize("steps", [1, 20])
def test_a_picture_that_is_not_a_number_raises_an_error(
    quick: ClipModel, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    loss = StepInProgress.guidance_loss
    monkeypatch.setattr(StepInProgress, "guidance_loss", lambda *arguments: loss(*arguments) * math.nan)
    with pytest.raises(RenderError, match="broke down"):
        result_of(small(steps=steps), quick)


def test_several_models_of_several_sizes_guide_together_by_their_weights(pair: ClipModel) -> None:
    first, second = (
        first_gradient(small(model="one", **PLAIN), ClipModel("one", [each], pair.device)) for each in pair.perceptors
    )
    pull = first_gradient(small(model=pair.name, **PLAIN), pair)
    expected = first / first.norm() + second / second.norm()
    assert torch.cosine_similarity(pull.flatten(), expected.flatten(), dim=0) > 0.999
    request = small(model=pair.name)
    assert result_of(request, pair).image.tobytes() == result_of(request, pair).image.tobytes()


def test_the_seed_decides_which_views_of_one_and_the_same_picture_are_seen(quick: ClipModel) -> None:
    first, again, other = (
        views_of(Run(small(init=sha(PHOTO), strength=1.0, noise=0.0, seed=seed), quick, blobs([PHOTO])), 64)
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=0.05)


def test_a_step_moves_the_canvas_by_the_rate_of_its_place_in_the_schedule(quick: ClipModel) -> None:
    def moved(step: int) -> float:
        run = Run(small(canvas="pixels", **PLAIN), quick)
        run.go_to(step)
        before = run.state()[0].clone()
        run.begin_step().apply(torch.ones(1, 3, 64, 64), torch.zeros(()))
        return float((run.state()[0] - before).norm())

    assert moved(3) / moved(0) == pytest.approx(cosine_schedule(3 / 4), rel=0.01)


def test_the_learning_rate_falls_steadily_to_its_end() -> None:
    rates = [cosine_schedule(step / 50) for step in range(50)]
    assert rates[0] == 1
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=0.01)


def number(name: str) -> st.SearchStrategy[float]:
    """Any allowed value of a setting."""
    return st.floats(RANGES[name].low, RANGES[name].high)


@given(
    prompt=st.text(min_size=1, max_size=80).filter(lambda text: bool(text.strip())),
    settings=st.fixed_dictionaries(
        {
            "width": st.integers(64, 160),
            "height": st.integers(64, 160),
            "steps": st.integers(1, 2),
            "seed": st.integers(0, 2**32 - 1),
            "canvas": st.sampled_from(PLAIN_CANVASES),
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
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_request_within_the_ranges_renders_or_is_refused_with_a_message(
    tiny: Perceptor, prompt: str, settings: dict[str, Any]
) -> None:
    model = ClipModel("tiny", [tiny], torch.device("cpu"))
    try:
        request = Request.resolve(prompt, model="tiny", views=2, **settings)
        result = result_of(request, model)
    except (RequestError, RenderError) as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert result.image.size == (settings["width"], settings["height"])
