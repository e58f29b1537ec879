"""Embeddings of parts of a picture, and targets that are sought there."""

from dataclasses import replace

import pytest
import torch

from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from guidance.clip.regions import region_masks
from guidance.clip.targets import encode_targets
from guidance.optimize.run import Run
from guidance.request.phrase_map import Region
from tests.guidance.requests import PLAIN, first_gradient, small

BOTH = "a red teapot and a blue teapot"


def test_a_region_of_a_view_is_embedded_as_what_it_shows(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    side = perceptor.image_size
    view = torch.zeros(1, 3, side, side)
    view[:, 0, :, : side // 2] = 1
    view[:, 2, :, side // 2 :] = 1
    red, blue = perceptor.encode_text(["red", "blue"])
    left, right = perceptor.encode_image(view, region_masks([Region.LEFT, Region.RIGHT], side, side)[None])[0]
    assert left @ red > right @ red
    assert right @ blue > left @ blue


def test_the_whole_as_a_region_is_the_view(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    views = torch.rand(2, 3, perceptor.image_size, perceptor.image_size, generator=torch.Generator().manual_seed(0))
    masks = region_masks([Region.WHOLE], perceptor.image_size, perceptor.image_size).expand(2, -1, -1, -1)
    assert torch.allclose(perceptor.encode_image(views, masks)[:, 0], perceptor.encode_image(views), atol=1e-5)


def test_regions_follow_the_crops_and_mirrored_views(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    run = Run(small(BOTH, views=8, noise=0.0, noise_end=0.0), pocket)
    step = run.begin_step()
    left = region_masks([Region.LEFT], 64, 64)
    step._leaf = left.expand(1, 3, 64, 64)
    params = step.sample(perceptor.image_size)
    seen = step.views(params, perceptor.image_size)[:, :1]
    assert torch.equal(step._masks(left, params, perceptor.image_size), seen)
    brighter_left = (seen[..., :20].mean(dim=(1, 2, 3)) > seen[..., -20:].mean(dim=(1, 2, 3))).tolist()
    assert {True, False} == set(brighter_left)


def test_a_target_pulls_at_its_own_part_of_the_view(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    side = perceptor.image_size
    views = torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(0))
    (tiger,) = perceptor.encode_text(["a tiger"])
    masks = region_masks([Region.LEFT], side, side).expand(4, -1, -1, -1)
    _, gradient = perceptor.gradient(views, lambda embeddings: -(embeddings @ tiger).mean(), masks)
    assert float(gradient[..., : side // 3].norm()) > 2 * float(gradient[..., -side // 3 :].norm())


def test_a_phrase_about_one_thing_is_not_changed_by_the_phrase_map(pocket: ClipModel) -> None:
    def pull(prompt: str, phrase_map: float) -> torch.Tensor:
        return first_gradient(small(prompt, phrase_map=phrase_map, **PLAIN), pocket)

    assert torch.equal(pull("a tiger", 0.8), pull("a tiger", 0.0))
    assert not torch.equal(pull(BOTH, 0.8), pull(BOTH, 0.0))


def test_weights_add_up_to_the_phrases_own_and_only_towers_with_a_map_of_features_take_part(
    pocket: ClipModel, tiny: Perceptor
) -> None:
    (perceptor,) = pocket.perceptors
    request = small(f"{BOTH}::3 a volcano::1", negative="a cat and a dog")
    (targets,) = encode_targets(request, perceptor, {})
    assert targets.places is not None
    assert targets.masks is not None
    assert targets.places.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]]
    assert torch.equal(targets.masks, region_masks([Region.WHOLE, Region.LEFT, Region.RIGHT], 64, 64))
    assert targets.weights[:4].tolist() == pytest.approx([0.15, 0.3, 0.3, 0.25])
    (plain,) = encode_targets(request, tiny, {})
    assert (plain.masks, len(plain.directions)) == (None, 3)
    (alone,) = encode_targets(replace(request, phrase_map=1.0), perceptor, {})
    assert alone.places is not None
    assert alone.places[:2].tolist() == [[1, 0, 0], [0, 1, 0]]
