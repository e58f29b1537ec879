"""What a picture is moved towards and away from: a prompt's phrases and images as directions in a CLIP's space."""

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
    """What one perceptor is asked for in one stage. directions: (P, D), unit length; weights: (P)."""

    directions: Tensor
    weights: Tensor


def encode_targets(request: Request, perceptor: Perceptor, inputs: Mapping[str, bytes]) -> tuple[PromptTargets, ...]:
    """One for every stage. Weights are divided by the sum of the positive ones: only their ratios count."""
    resembled = _images(request, perceptor, inputs)
    found = []
    for stage in request.stages():
        texts = [dressed(phrase.text, request.style) if phrase.weight > 0 else phrase.text for phrase in stage.phrases]
        shares = [phrase.weight for phrase in stage.phrases] + [image.weight for image in request.images]
        weights = torch.tensor(shares, device=resembled.device)
        directions = torch.cat([perceptor.encode_text(texts), resembled]) if texts else resembled
        found.append(PromptTargets(directions, weights / weights.clamp_min(0).sum()))
    return tuple(found)


@torch.no_grad()
def _images(request: Request, perceptor: Perceptor, inputs: Mapping[str, bytes]) -> Tensor:
    """(I, D); (0, D) where there is none."""
    size = perceptor.image_size
    pictures = [to_tensor(read_image(inputs[image.sha256]), size, size) for image in request.images]
    if not pictures:
        return perceptor.encode_text([""])[:0]
    return perceptor.encode_image(torch.stack(pictures).to(perceptor.device))
