"""Conversion between tensors and Pillow images."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from guidance.io.picture import filled


def from_tensor(pixels: Tensor) -> Image.Image:
    """(3, H, W) in [0, 1] to an RGB image, rounded to 8 bits."""
    levels = (pixels.detach().clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
    return Image.fromarray(levels.cpu().contiguous().numpy())


def to_tensor(image: Image.Image, width: int, height: int) -> Tensor:
    """(3, height, width) float32 in [0, 1] of an image, scaled to fill the size and cropped around its centre."""
    return torch.from_numpy(np.array(filled(image, width, height))).permute(2, 0, 1).to(torch.float32) / 255
