"""PromptTargets: a prompt's phrases and images as weighted directions in a CLIP's embedding space."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from guidance.clip.perceptor import Perceptor
from guidance.io.picture import read_image
from guidance.io.tensor import to_tensor
from guidance.request.request import Request
from guidance.request.style import dressed


@dataclass(frozen=True, slots=True)
class PromptTargets:
    """The targets of one stage for one perceptor.

    Attributes:
        directions: (P, D), unit length.
        weights: (P); the picture is moved away from directions with a negative weight.
    """

    directions: Tensor
    weights: Tensor


def encode_targets(request: Request, perceptor: Perceptor, inputs: Mapping[str, bytes]) -> tuple[PromptTargets, ...]:
    """The targets of each stage. Weights are divided by the sum of the positive ones, so only their ratios count.

    Args:
        request: The request.
        perceptor: Encodes the phrases and images.
        inputs: The bytes of the request's images, by sha256.
    """
    images = _encode_images(request, perceptor, inputs)
    targets = []
    for stage in request.stages():
        texts = [dressed(phrase.text, request.style) if phrase.weight > 0 else phrase.text for phrase in stage.phrases]
        given = [phrase.weight for phrase in stage.phrases] + [image.weight for image in request.images]
        weights = torch.tensor(given, device=images.device)
        directions = torch.cat([perceptor.encode_text(texts), images]) if texts else images
        targets.append(PromptTargets(directions, weights / weights.clamp_min(0).sum()))
    return tuple(targets)


@torch.no_grad()
def _encode_images(request: Request, perceptor: Perceptor, inputs: Mapping[str, bytes]) -> Tensor:
    """(I, D), unit length, of the I images of the request; I may be 0."""
    size = perceptor.image_size
    pictures = [to_tensor(read_image(inputs[image.sha256]), size, size) for image in request.images]
    if not pictures:
        return perceptor.encode_text([""])[:0]
    return perceptor.encode_image(torch.stack(pictures).to(perceptor.device))
