"""Losses: the distance to the prompt and the priors."""

import pytest
import torch

from guidance.optimize import loss
from guidance.optimize.gradient import balanced
from guidance.request.parameters import DISTANCES, PARAMETERS


def flat(*rgb: float) -> torch.Tensor:
    """(1, 3, 64, 64) of one colour."""
    return torch.tensor(rgb).view(1, 3, 1, 1).expand(1, 3, 64, 64)


def test_every_prior_has_a_weight_that_can_be_chosen() -> None:
    assert set(loss.PRIORS) <= PARAMETERS.keys()


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_positive_phrase_pulls_all_the_way_to_it(distance: str) -> None:
    direction = torch.eye(3)[:1]
    angles = torch.linspace(0.0, 3.1, 40)
    embeddings = torch.stack([angles.cos(), angles.sin(), torch.zeros(40)], dim=1)
    apart = loss.guidance(embeddings, direction, torch.ones(1), distance)
    assert (apart.diff() > 0).all()
    assert float(apart[0]) == pytest.approx(0, abs=1e-4)


def test_the_spherical_distance_is_half_the_squared_angle() -> None:
    embeddings, direction = torch.eye(2), torch.tensor([[0.0, 1.0]])
    apart = loss.guidance(embeddings, direction, torch.ones(1), "spherical")
    assert apart.tolist() == pytest.approx([(torch.pi / 2) ** 2 / 2, 0], abs=1e-5)


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_negative_phrase_pushes_only_while_the_picture_resembles_it(distance: str) -> None:
    directions, weights = torch.eye(2, 3), torch.tensor([1.0, -0.5])
    alike, opposite = torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([[0.0, -1.0, 0.0]])
    push = loss.guidance(alike, directions, weights, distance) - loss.guidance(opposite, directions, weights, distance)
    assert float(push) == pytest.approx(0.5)
    assert loss.similarity(torch.tensor([[0.6, 0.8, 0.0]]), directions, weights).tolist() == pytest.approx([0.6])


def test_total_variation_is_nothing_for_flat_and_most_for_a_chessboard() -> None:
    checkerboard = ((torch.arange(8)[:, None] + torch.arange(8)) % 2).float().expand(1, 3, 8, 8)
    assert loss.total_variation(flat(0.3, 0.3, 0.3)) == 0
    assert loss.total_variation(checkerboard) == 2


def test_clipping_starts_near_black_and_white_and_is_1_at_the_end() -> None:
    values = [float(loss.clipping(flat(v, v, v))) for v in (0.0, 0.05, 0.11, 0.5, 0.89, 0.95, 1.0)]
    assert values == pytest.approx([1, 0.25, 0, 0, 0, 0.25, 1], abs=1e-5)


def test_gradients_of_several_models_count_by_their_weights_whatever_their_size() -> None:
    one, other = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    one[0, 0, 0, 0], other[0, 1, 1, 1] = 1000.0, -0.001
    together = balanced([one, other], torch.tensor([0.75, 0.25]))
    length = 0.75 * 1000 + 0.25 * 0.001
    assert float(together[0, 0, 0, 0]) == pytest.approx(0.75 * length)
    assert float(together[0, 1, 1, 1]) == pytest.approx(-0.25 * length)
