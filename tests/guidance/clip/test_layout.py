"""Layouts: where light and colours usually are in photographs of what a prompt says."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from guidance.clip.layout import SIDE, composed, varied
from guidance.clip.model import ClipModel
from guidance.clip.targets import encode_targets
from guidance.optimize.run import LAYOUT_ENDS, Run
from guidance.request.request import Request
from tests.guidance.pictures import photograph, png, tensor_of
from tests.guidance.requests import SMALL, blobs, pictures_of, result_of, sha, small

PHOTO = png(photograph())


def layouts_of(prompt: str, model: ClipModel, seed: int = 1) -> list[Tensor]:
    """(3, SIDE, SIDE) of each stage."""
    targets = encode_targets(Request.resolve(prompt, seed=seed), model.perceptors[0], {})
    return [stage.layout[0] for stage in targets if stage.layout is not None]


def colour(prompt: str, model: ClipModel) -> Tensor:
    """(3), the mean colour of a layout."""
    return layouts_of(prompt, model)[0].mean(dim=(1, 2))


def start(run: Run) -> Tensor:
    """(3, SIDE, SIDE), what the run starts from."""
    return adaptive_avg_pool2d(run.rendered().detach(), SIDE)[0]


def test_layouts_have_the_colours_light_and_ground_of_what_they_are_of(pocket: ClipModel) -> None:
    red, _, blue = colour("shark", pocket)
    assert blue > red + 0.2
    (field,) = layouts_of("a golf ball", pocket)
    assert field[1].mean() > field[2].mean() + 0.05
    (yacht,) = layouts_of("a yacht", pocket)
    assert yacht[:, :5].mean() > yacht[:, -5:].mean() + 0.1
    assert colour("black cat at night", pocket).mean() < colour("a cat", pocket).mean() - 0.2
    assert colour("a red car", pocket)[0] - colour("a red car", pocket)[1] > 0.1


def test_layouts_are_between_black_and_white(pocket: ClipModel) -> None:
    for prompt in ("an orange", "golden key at night", "a white church in the snow"):
        (layout,) = layouts_of(prompt, pocket)
        assert layout.min() > 0
        assert layout.max() < 1


def test_words_of_colour_weigh_less_than_the_thing_and_others_as_they_did(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    assert perceptor.vocabulary is not None
    objects = perceptor.vocabulary.objects
    for prompt, limited in (("golden submarine", True), ("a submarine", False)):
        text = perceptor.encode_text([prompt])
        own = perceptor.vocabulary.completed(text, perceptor.vocabulary.shares(text))
        (target,) = encode_targets(Request.resolve(prompt, seed=1), perceptor, {})
        assert torch.equal(target.directions, own) is not limited
        before, after = (one[0, :objects].norm() / one[0, objects:].norm() for one in (own, target.directions))
        assert bool(after > 1.5 * before) is limited
        assert after > 1.99


def test_two_things_side_by_side_have_their_layouts_side_by_side(pocket: ClipModel) -> None:
    (both,) = layouts_of("a whale next to a volcano", pocket)
    whale, volcano = (layouts_of(prompt, pocket)[0] for prompt in ("a whale", "a volcano"))
    half = SIDE // 2
    for place, own, other in ((slice(0, half), whale, volcano), (slice(half, None), volcano, whale)):
        small, large = (interpolate(one[None], size=half, mode="area")[0] for one in (own, other))
        shown = both[:, half // 2 : -half // 2, place]
        assert (shown - small).abs().mean() < (shown - large).abs().mean()


def test_a_thing_is_whole_in_its_own_part_of_the_picture() -> None:
    middle = torch.full((1, 3, SIDE, SIDE), 0.1)
    middle[..., SIDE // 4 : -SIDE // 4, SIDE // 4 : -SIDE // 4] = 0.9
    left = torch.zeros(1, SIDE, SIDE)
    left[..., : SIDE // 2] = 1
    light = composed(middle, torch.tensor([1.0]), left)[0, 0, :, : SIDE // 2] > 0.5
    across, up = light.any(dim=0), light.any(dim=1)
    for line in (across, up):
        assert not line[0]
        assert not line[-1]
        assert line.sum() == pytest.approx(SIDE / 4, abs=2)


def test_seeds_decide_from_which_side_things_are_seen(pocket: ClipModel) -> None:
    one, *others = (layouts_of("shark", pocket, seed)[0] for seed in range(1, 9))
    same = [torch.equal(one, other) for other in others]
    assert any(same)
    assert not all(same)
    assert all(torch.equal(one, other if alike else other.flip(2)) for alike, other in zip(same, others, strict=True))


def test_phrases_share_a_layout_by_their_weights_and_what_is_not_wanted_has_no_say() -> None:
    dark, light = torch.full((1, 3, SIDE, SIDE), 0.1), torch.full((1, 3, SIDE, SIDE), 0.9)
    mixed = composed(torch.cat([dark, light, light]), torch.tensor([3.0, 1.0, -2.0]), None)
    assert torch.allclose(mixed, torch.full_like(mixed, 0.3))


@pytest.mark.parametrize("canvas", ["pyramid", "fourier", "pixels"])
def test_a_run_starts_from_its_layout_that_its_seed_moves(pocket: ClipModel, canvas: str) -> None:
    (layout,) = layouts_of("shark", pocket)
    one, again, other = (start(Run(small("shark", canvas=canvas, seed=seed), pocket)) for seed in (1, 1, 2))
    assert (one - layout).abs().mean() < 0.2
    assert torch.equal(one, again)
    assert 0.01 < (one - other).abs().mean() < 0.2


def test_the_heavier_the_layout_the_nearer_a_run_stays_to_it(pocket: ClipModel) -> None:
    layout = varied(layouts_of("shark", pocket)[0][None], SMALL["seed"])[0]
    distances = []
    for weight in (0.1, 1.0, 20.0):
        result = result_of(small("shark", layout=weight, steps=16, redraw=0.0), pocket)
        shown = adaptive_avg_pool2d(tensor_of(result.image), SIDE)[0]
        distances.append(float((shown - layout).square().mean()))
    assert distances == sorted(distances, reverse=True)
    assert distances[2] < distances[0] / 2


def test_the_weight_of_a_layout_falls_to_nothing_before_the_end(pocket: ClipModel) -> None:
    run = Run(small("shark", layout=20.0, steps=10), pocket)
    weights = []
    for step in range(10):
        run.go_to(step)
        weights.append(float(run.layout_weight))
    assert weights[0] == 20
    assert weights == sorted(weights, reverse=True)
    assert [weight > 0 for weight in weights] == [step < 10 * LAYOUT_ENDS for step in range(10)]


def test_each_stage_of_a_prompt_has_its_own_layout(pocket: ClipModel) -> None:
    shark, volcano = layouts_of("shark at 50 %: a volcano", pocket)
    assert torch.equal(shark, layouts_of("shark", pocket)[0])
    assert torch.equal(volcano, layouts_of("a volcano", pocket)[0])


@pytest.mark.parametrize("changes", [{"init": sha(PHOTO)}, {"canvas": "palette"}])
def test_an_init_image_and_a_palette_take_the_place_of_a_layout(pocket: ClipModel, changes: dict[str, Any]) -> None:
    starts = [Run(small(layout=weight, **changes), pocket, blobs([PHOTO])).rendered() for weight in (0.0, 20.0)]
    assert torch.equal(*starts)


def test_a_model_without_layouts_makes_the_same_picture_at_any_weight(quick: ClipModel) -> None:
    assert pictures_of(small(layout=0.0), quick) == pictures_of(small(layout=20.0), quick)
