"""Few colours, optionally in squares instead of pixels: pixel art, posters.

Each square has a target colour on a pyramid and is shown in the nearest colour of the palette. That choice has no
gradient, so the backward pass uses a soft one (straight-through; Bengio et al., 2013). The palette is optimised, too.
"""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from guidance.canvas import colour
from guidance.canvas.pyramid import Pyramid
from guidance.device.randomness import generator
from guidance.io.tensor import from_tensor

SOFTNESS: Final = 0.02
"""Temperature of the soft choice in the gradient, in squared distance of RGB."""
LIGHTNESS: Final = 2.5
"""The palette starts with logits of brightness from −LIGHTNESS to LIGHTNESS."""


class Palette(nn.Module):
    """B pictures of `colours` colours, in squares of `pixel` pixels."""

    def __init__(
        self, height: int, width: int, seeds: Sequence[int], level_decay: float, colours: int, pixel: int
    ) -> None:
        super().__init__()
        self._size, self._pixel, self._colours = (height, width), pixel, colours
        # The colours that the squares should have. Stored checkpoints hold the attribute's name.
        self.wishes = Pyramid(-(-height // pixel), -(-width // pixel), seeds, level_decay)
        cpu = torch.device("cpu")
        samples = [torch.randn(3, colours, generator=generator(cpu, seed, 0, "palette")) for seed in seeds]
        start = torch.stack(samples) * 0.5
        start[:, 0] = torch.linspace(-LIGHTNESS, LIGHTNESS, colours)
        self.palette = nn.Parameter(start)
        self.register_buffer("basis", colour.basis(), persistent=False)

    def forward(self) -> Tensor:
        """(B, 3, H, W) in (0, 1), of at most `colours` colours."""
        height, width = self._size
        targets: Tensor = self.wishes()
        palette = colour.to_rgb(self.palette[..., None], self.get_buffer("basis")).squeeze(3)
        flat = targets.flatten(2)
        # |t − p|² without |t|², which is the same for every colour.
        distance = palette.square().sum(1)[:, :, None] - 2 * palette.transpose(1, 2) @ flat
        soft = palette @ torch.softmax(-distance / SOFTNESS, dim=1)
        index = distance.argmin(dim=1)[:, None].expand(-1, 3, -1)
        shown = soft + (palette.detach().gather(2, index) - soft).detach()
        squares = shown.view_as(targets)[:, :, :, None, :, None]
        large = squares.expand(-1, -1, -1, self._pixel, -1, self._pixel).flatten(4, 5).flatten(2, 3)
        return large[:, :, :height, :width]

    @torch.no_grad()
    def from_image(self, images: Tensor) -> None:
        """Sets the targets to each square's mean and the palette to Pillow's for them, refined by k-means."""
        squares = torch.nn.functional.avg_pool2d(images, self._pixel, ceil_mode=True, count_include_pad=False)
        self.wishes.from_image(squares)
        for number, square in enumerate(squares):
            found = self._quantised(square).to(images.device)
            self.palette[number].copy_(colour.from_rgb(found.T[None, :, :, None], self.get_buffer("basis"))[0, :, :, 0])

    def _quantised(self, square: Tensor) -> Tensor:
        """(colours, 3) in [0, 1]; if the picture has fewer colours, mixtures of them fill the rest."""
        image = from_tensor(square).quantize(self._colours, kmeans=4)
        values = torch.tensor(image.getpalette("RGB")).view(-1, 3)[: len(image.getcolors() or [])] / 255
        missing = self._colours - len(values)
        mixtures = [(values[n % len(values)] + values[(n * 7 + 1) % len(values)]) / 2 for n in range(missing)]
        return torch.stack([*values, *mixtures])
