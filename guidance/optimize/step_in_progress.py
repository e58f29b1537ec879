"""StepInProgress: one step of a run, from the rendered canvas to the optimizer's update.

`Run.begin_step` renders the canvas and returns one. Views, gradients and the update exist on this object only, so none
of them can be asked for before the canvas is rendered.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from guidance.augment.random_crops import AugmentParams, RandomCrops
from guidance.clip.perceptor import Perceptor
from guidance.clip.targets import PromptTargets
from guidance.optimize import loss
from guidance.request.request import Request


class StepInProgress:
    """A step whose canvas is rendered and not yet updated.

    Args:
        request: The run's request.
        number: The step's place in the schedule, from 0.
        pictures: (1, 3, H, W) in [0, 1], the rendered canvas, with the graph that leads to its parameters.
        crops: Cuts the views.
        targets: The current stage's targets, one for each perceptor.
        optimizer: Moves the canvas.
        score: (3), the sums that early stopping reads; see `Run`.
        layout: (1, 3, S, S), the stage's layout, and the weight of the distance to it, a scalar on the device.
    """

    def __init__(
        self,
        request: Request,
        number: int,
        pictures: Tensor,
        crops: RandomCrops,
        targets: Sequence[PromptTargets],
        optimizer: torch.optim.Optimizer,
        score: Tensor,
        layout: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        self.request = request
        self._number = number
        self._progress = number / request.steps
        self._pictures = pictures
        # Perceptors differentiate up to here; `apply` goes through the canvas once for all of them.
        self._leaf = pictures.detach().requires_grad_()
        self._crops = crops
        self._targets = targets
        self._optimizer = optimizer
        self._score = score
        self._layout = layout

    def sample(self, size: int, part: tuple[int, int] | None = None) -> AugmentParams:
        """The random parameters of the views for a perceptor; see `RandomCrops.sample`."""
        return self._crops.sample(self.request.seed, self._number, self._progress, size, self._pictures.device, part)

    def views(self, params: AugmentParams, size: int) -> Tensor:
        """(V, 3, size, size), differentiable up to the rendered canvas."""
        return self._crops.apply(self._leaf[0], params, self._progress, size)

    def gradient(self, index: int, perceptor: Perceptor, params: AugmentParams) -> tuple[Tensor, Tensor]:
        """One forward and one backward pass of some views through a perceptor.

        Args:
            index: The perceptor's place in the model, from 0.
            perceptor: Encodes the views.
            params: Of the views, from `sample` with the perceptor's image size.

        Returns:
            (1, 3, H, W), the gradient of these views' share of the loss with respect to the rendered canvas; and their
            share of the mean cosine to the targets, a scalar on the device.
        """
        targets = self._targets[index]

        def objective(embeddings: Tensor) -> Tensor:
            return self.guidance_loss(targets, embeddings)

        views = self.views(params, perceptor.image_size)
        masks = None if targets.masks is None else self._masks(targets.masks, params, perceptor.image_size)
        embeddings, on_views = perceptor.gradient(views, objective, masks)
        (on_canvas,) = torch.autograd.grad(views, self._leaf, on_views)
        cosines = loss.similarity(targets.placed(embeddings), targets.directions, targets.weights)
        return on_canvas, cosines.sum() / self.request.views

    def guidance_loss(self, targets: PromptTargets, embeddings: Tensor) -> Tensor:
        """The loss of some views: their share of the mean over all views, a scalar.

        Args:
            targets: Of the perceptor that encoded the views.
            embeddings: (V, D), or (V, R, D) of the targets' regions, unit length.
        """
        placed = targets.placed(embeddings)
        distances = loss.guidance(placed, targets.directions, targets.weights, self.request.distance)
        return distances.sum() / self.request.views

    @torch.no_grad()
    def _masks(self, masks: Tensor, params: AugmentParams, size: int) -> Tensor:
        """(R, H, W), regions of the canvas, to (V, R, size, size), as the views see them."""
        plain = replace(params, matrices=None, offsets=None, noise=None)
        # The crops take three channels at a time.
        padded = torch.cat([masks, masks.new_zeros(-len(masks) % 3, *masks.shape[1:])])
        parts = [self._crops.apply(part, plain, self._progress, size) for part in torch.split(padded, 3)]
        return torch.cat(parts, dim=1)[:, : len(masks)]

    def apply(self, gradient: Tensor, similarity: Tensor) -> None:
        """Adds the priors to the gradient and updates the canvas. Call it once.

        Args:
            gradient: (1, 3, H, W), of the guidance with respect to the rendered canvas.
            similarity: A scalar, for early stopping; stays on the device.
        """
        self._optimizer.zero_grad(set_to_none=True)
        tensors, gradients = [self._pictures], [gradient]
        for name, prior in loss.PRIORS.items():
            if weight := getattr(self.request, name):
                value = weight * prior(self._pictures)
                tensors.append(value)
                gradients.append(torch.ones_like(value))
        if self._layout is not None:
            wanted, weight = self._layout
            tensors.append(weight * loss.layout(self._pictures, wanted))
            gradients.append(torch.ones_like(tensors[-1]))
        torch.autograd.backward(tensors, gradients)
        self._optimizer.step()
        self._score[0] += similarity
        self._score[1] += 1
