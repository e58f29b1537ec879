"""Two older guidance loops as baselines, to be measured on the same machine.

They keep what makes the originals slow. Use them for measurements only.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor, nn

from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor

interpolate = nn.functional.interpolate
LEVELS: Final = 224


def per_crop(model: ClipModel, size: int, views: int) -> Callable[[], None]:
    """A step of the VQGAN+CLIP notebooks: a Python loop over crops, trainable weights, `.item()` in every step."""
    perceptor = _only(model)
    pixels = torch.randn(1, 3, size, size, device=model.device).requires_grad_()
    optimizer = torch.optim.Adam([pixels], lr=0.1)
    target = perceptor.encode_text(["a lighthouse in a storm"])
    source = torch.Generator().manual_seed(0)

    def once() -> None:
        perceptor.network.visual.requires_grad_(True)
        picture = pixels.sigmoid()
        cuts = []
        for _ in range(views):
            side = int(torch.rand((), generator=source) * (size - size // 2) + size // 2)
            x, y = (int(torch.randint(0, size - side + 1, (), generator=source)) for _ in range(2))
            cut = picture[:, :, y : y + side, x : x + side]
            cut = interpolate(cut, size=(perceptor.image_size, perceptor.image_size), mode="bicubic", antialias=True)
            cuts.append(cut + 0.1 * torch.rand((), generator=source).item() * torch.randn_like(cut))
        embeddings = perceptor.encode_image(torch.cat(cuts))
        value = (embeddings[None] - target[:, None]).norm(dim=-1).div(2).arcsin().square().mul(2).mean()
        optimizer.zero_grad()
        value.backward()
        value.item()
        optimizer.step()
        perceptor.network.visual.zero_grad(set_to_none=True)
        perceptor.network.visual.requires_grad_(False)

    return once


def per_level(model: ClipModel, size: int, views: int) -> Callable[[], None]:
    """A step of Direct Ascent Synthesis: layers of every side from 1 to 224, each upscaled by `interpolate`."""
    perceptor = _only(model)
    levels = [torch.zeros(1, 3, side, side, device=model.device).requires_grad_() for side in range(1, LEVELS + 1)]
    optimizer = torch.optim.SGD(levels, lr=0.2)
    target = perceptor.encode_text(["a lighthouse in a storm"])
    source = torch.Generator().manual_seed(0)
    room = size // 4

    def once() -> None:
        total = torch.zeros(1, 3, size, size, device=model.device)
        for level in levels:
            total = total + interpolate(level, size=(size, size), mode="bicubic", align_corners=False)
        picture = nn.functional.pad((total.tanh() + 1) / 2, (room,) * 4, mode="reflect")
        embeddings = perceptor.encode_image(torch.cat([_shifted(picture, perceptor) for _ in range(views)]))
        value = -(embeddings @ target.T).mean()
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        value.item()
        optimizer.step()

    def _shifted(picture: Tensor, perceptor: Perceptor) -> Tensor:
        side = perceptor.image_size
        limits = (picture.shape[2] - side, picture.shape[3] - side)
        y, x = (int(torch.randint(0, limit + 1, (), generator=source)) for limit in limits)
        view = picture[:, :, y : y + side, x : x + side]
        return view + 0.2 * torch.randn_like(view)

    return once


def _only(model: ClipModel) -> Perceptor:
    (perceptor,) = model.perceptors
    return perceptor
