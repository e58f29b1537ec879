"""New asks from old pictures: what stays, what changes, and what a changed model does to it."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs import derived
from guidance.request.defaults import defaults_for
from guidance.request.request import ImagePrompt, Request, RequestError
from guidance.request.style import STYLES

MODEL = "pocket"
OTHER = "ViT-B-32/laion2b_s34b_b79k"
PICTURE = "ab" * 32
BEFORE = Request.resolve("a castle", negative="fog", seed=7, width=128, height=192, steps=90)


def changed(before: Request, after: Request) -> set[str]:
    """Fields that differ."""
    return {field.name for field in fields(Request) if getattr(before, field.name) != getattr(after, field.name)}


def test_a_rerun_differs_in_its_seed_alone() -> None:
    seeds = {derived.rerun(BEFORE, MODEL).seed for _ in range(20)}
    assert len(seeds) > 1
    assert changed(BEFORE, derived.rerun(BEFORE, MODEL)) <= {"seed"}


@given(seed=st.just(0).map(lambda _: derived.new_seed()))
def test_a_new_seed_is_one_that_a_request_may_have(seed: int) -> None:
    assert replace(BEFORE, seed=seed).seed == seed


def test_an_edit_with_other_words_keeps_everything_else() -> None:
    after = derived.edited(BEFORE, MODEL, "a ruin", "fog")
    assert (after.prompt, after.negative) == ("a ruin", "fog")
    assert changed(BEFORE, after) <= {"prompt", "seed"}


@pytest.mark.parametrize(
    ("text", "field", "negative"),
    [
        ("a ruin", "fog", "fog"),  # left as it was
        ("a ruin", " fog ", "fog"),
        ("a ruin", "rain", "rain"),  # typed into the field
        ("a ruin", "", ""),  # emptied
        ("a ruin --no snow", " fog ", "snow"),
        ("a ruin --no snow", "fog", "snow"),  # a flag beats a field that was left as it was
        ("a ruin --no snow", "rain", "rain"),  # but not one that was changed
    ],
)
def test_a_changed_field_overrides_a_flag_and_a_flag_overrides_an_unchanged_field(
    text: str, field: str, negative: str
) -> None:
    assert derived.edited(BEFORE, MODEL, text, field).negative == negative


def test_flags_in_an_edit_count() -> None:
    after = derived.edited(BEFORE, MODEL, "a ruin --seed 99 --steps 30 --stop 50 --style pencil", "fog")
    assert (after.seed, after.steps, after.stop) == (99, 30, 0.5)
    assert after.style == STYLES["pencil"].words
    square = derived.edited(BEFORE, MODEL, "a ruin --ar 1:1", "fog")
    assert square.width == square.height
    with pytest.raises(RequestError):
        derived.edited(BEFORE, MODEL, "a ruin --steps 0", "fog")
    with pytest.raises(RequestError):
        derived.edited(BEFORE, MODEL, "", "fog")


def test_variations_start_from_the_picture_with_seeds_of_their_own() -> None:
    requests = derived.variations(replace(BEFORE, stop=0.5), MODEL, PICTURE)
    assert len(requests) == derived.VARIATIONS
    assert len({one.seed for one in requests}) == len(requests)
    for one in requests:
        assert (one.init, one.stop, one.width, one.height) == (PICTURE, 1.0, 128, 192)
        assert 0 < one.perturbation < 1
        assert 0 < len(one.span()) < one.steps
        assert changed(BEFORE, one) <= {"init", "seed", "strength", "perturbation"}


def test_more_steps_continue_from_the_picture() -> None:
    after = derived.continued(replace(BEFORE, stop=0.5), MODEL, PICTURE)
    assert (after.init, after.stop, after.perturbation, after.seed) == (PICTURE, 1.0, 0.0, 7)
    assert 0 < len(after.span()) < after.steps


def test_an_enlarged_picture_is_twice_as_wide_and_high_or_refused() -> None:
    after = derived.enlarged(BEFORE, MODEL, PICTURE)
    assert (after.width, after.height, after.init) == (256, 384, PICTURE)
    with pytest.raises(RequestError, match="2048"):
        derived.enlarged(replace(BEFORE, width=1100), MODEL, PICTURE)


def test_under_another_model_words_shape_and_inputs_stay_and_the_rest_is_the_model_s() -> None:
    before = replace(
        BEFORE, init="1" * 64, mask="2" * 64, images=(ImagePrompt("3" * 64, 2.0),), strength=0.5, style="x"
    )
    after = derived.for_model(before, OTHER)
    assert after.model == OTHER
    for name in ("prompt", "negative", "style", "width", "height", "seed", "init", "mask", "images", "strength"):
        assert getattr(after, name) == getattr(before, name)
    latent = derived.for_model(replace(before, canvas="latent", canvas_model="hf-hub:a/b", tile=64), OTHER)
    assert (latent.canvas, latent.canvas_model, latent.tile, latent.noise) == ("latent", "hf-hub:a/b", 64, 0.06)
    assert after.views == defaults_for(OTHER)["views"]
    assert after.steps == defaults_for(OTHER)["steps"]
    assert derived.for_model(before, MODEL) is before


@pytest.mark.parametrize("prompt", ["a -- b", "castle::2 fog::-0.5", "a castle at 60 %: a ruin", ""])
def test_words_mean_the_same_under_another_model(prompt: str) -> None:
    before = replace(BEFORE, prompt=prompt, images=(ImagePrompt("3" * 64),))
    assert derived.for_model(before, OTHER).stages() == before.stages()


def test_everything_derived_is_for_the_model_in_use() -> None:
    requests = [
        derived.rerun(BEFORE, OTHER),
        derived.edited(BEFORE, OTHER, "a ruin", ""),
        *derived.variations(BEFORE, OTHER, PICTURE),
        derived.continued(BEFORE, OTHER, PICTURE),
        derived.enlarged(BEFORE, OTHER, PICTURE),
    ]
    assert {one.model for one in requests} == {OTHER}
