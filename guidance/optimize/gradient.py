"""The gradient of a step: all views through every perceptor, at once or a microbatch at a time."""

from collections.abc import Sequence

import torch
from torch import Tensor

from guidance.augment.random_crops import AugmentParams
from guidance.clip.model import ClipModel
from guidance.optimize.step_in_progress import StepInProgress


def gradient_of(
    step: StepInProgress, model: ClipModel, microbatch: int, params: Sequence[AugmentParams] | None = None
) -> tuple[Tensor, Tensor]:
    """The gradient and the similarity of a step. The random numbers do not depend on the microbatch.

    Args:
        step: The step; its canvas stays as it is.
        model: Guides the run.
        microbatch: Most views that go through CLIP at a time.
        params: Of all views, for each perceptor; None samples them for one microbatch after another.

    Returns:
        (1, 3, H, W), the gradient with respect to the rendered canvas; and the similarity, a scalar on the device.
    """
    count = step.request.views
    gradients, similarities = [], []
    for index, perceptor in enumerate(model.perceptors):
        gradient = similarity = torch.zeros((), device=model.device)
        for first in range(0, count, microbatch):
            part = (first, min(first + microbatch, count))
            part_params = params[index] if params else step.sample(perceptor.image_size, part)
            part_gradient, part_similarity = step.gradient(index, perceptor, part_params)
            gradient, similarity = gradient + part_gradient, similarity + part_similarity
        gradients.append(gradient)
        similarities.append(similarity)
    if len(gradients) == 1:
        return gradients[0], similarities[0]
    return balanced(gradients, model.shares), model.shares @ torch.stack(similarities)


def balanced(gradients: Sequence[Tensor], shares: Tensor) -> Tensor:
    """The weighted sum of several perceptors' gradients, after each is scaled to the same length.

    The lengths differ by orders of magnitude between models. The common length is their weighted mean, so that the
    priors weigh as much as beside a single model.

    Args:
        gradients: M of (1, 3, H, W).
        shares: (M), sum 1.
    """
    lengths = torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients])
    factors = shares * (shares @ lengths) / lengths.clamp_min(1e-20)
    return torch.einsum("m,mbchw->bchw", factors, torch.stack(list(gradients)))
