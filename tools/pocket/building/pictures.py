"""Pictures for building the image tower: guided renders with the unmodified network, and clip art.

`rewire` measures on them which channels matter. They resemble the tower's later input: noisy crops of unfinished
pictures, and clean flat shapes.
"""

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn.functional import normalize

from guidance.augment.random_crops import LinearSchedule, RandomCrops
from guidance.canvas.pyramid import Pyramid
from guidance.clip.batch_statistics import batch_statistics, module_outputs, statistics_loss
from guidance.io.tensor import to_tensor
from guidance.optimize.loss import total_variation
from guidance.optimize.optimizer import BETAS, cosine_schedule
from tools.pocket.drawings import SIDE, Drawing, rasterize

RENDERS: Final = 40
DRAWINGS: Final = 200
STEPS: Final = 32
VIEWS: Final = 4
"""Random crops of each render, as guidance makes them."""
NOISE: Final = 0.05

# Settings of the renders. They are separate from the defaults, so that a change of those does not change the weights.
LEVEL_DECAY: Final = 0.25
CROPS: Final = RandomCrops(
    count=6, low=LinearSchedule(0.7, 0.7), high=LinearSchedule(1.0, 1.0), noise=LinearSchedule(0.1, 0.1)
)
RATE: Final = 0.1978
FAMILIARITY: Final = 0.5
SMOOTHNESS: Final = 2.0


def pictures(
    trunk: Any, directions: Tensor, centre: Tensor, classes: Sequence[int], drawings: Sequence[Drawing]
) -> Tensor:
    """(N, 3, SIDE, SIDE) in [-1, 1], renders first.

    Args:
        trunk: The unmodified image network, in evaluation mode; maps pictures to (B, F).
        directions: (1000, F) of the classes.
        centre: (F), the mean features.
        classes: Indices; one render is made for each.
        drawings: The first DRAWINGS are taken.
    """
    views = [view for index in classes for view in _rendered(trunk, directions[index], centre, seed=index)]
    rasterized = [to_tensor(image, SIDE, SIDE) for _, image in rasterize(drawings, DRAWINGS)]
    together = torch.cat([torch.stack(views), torch.stack(rasterized)])
    noise = torch.randn(together.shape, generator=torch.Generator().manual_seed(0))
    return (together + NOISE * noise).contiguous(memory_format=torch.channels_last) * 2 - 1


def _rendered(trunk: Any, direction: Tensor, centre: Tensor, seed: int) -> Tensor:
    """(VIEWS, 3, SIDE, SIDE): crops of a picture that is guided towards a class."""
    canvas = Pyramid(SIDE, SIDE, [seed], LEVEL_DECAY)
    optimizer = torch.optim.Adam(canvas.parameters(), lr=RATE, betas=BETAS)
    statistics = batch_statistics(trunk)
    for step in range(STEPS):
        picture = canvas()
        with module_outputs(trunk, statistics) as outputs:
            features = trunk(CROPS(picture, [seed], step, step / STEPS, SIDE) * 2 - 1)
        likeness = normalize(features - centre, dim=1) @ normalize(direction, dim=0)
        penalty = FAMILIARITY * statistics_loss(outputs, statistics)
        optimizer.zero_grad()
        torch.autograd.backward(SMOOTHNESS * total_variation(picture).sum() + (penalty - likeness).mean())
        optimizer.param_groups[0]["lr"] = RATE * cosine_schedule(step / STEPS)
        optimizer.step()
    with torch.no_grad():
        return CROPS(canvas(), [seed], STEPS, 1.0, SIDE)[:VIEWS]
