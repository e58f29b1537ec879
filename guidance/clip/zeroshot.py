"""Whether a text or a picture is of a concept: zero-shot classification with the CLIP that guides anyway.

As in section 3.1 of Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021): a
class is the mean of the embeddings of its texts in several templates, put back to unit length. For an embedding x, the
concept's direction c, and NEUTRAL's n1 … nK, all of unit length, and the network's learnt scale s,

    p = exp(s x·c) / (exp(s x·c) + Σ exp(s x·nk)).

Of an ensemble, p is the mean by weight. It is a share among these texts and no more: what the model does not know, it
places somewhere, and a kin of the concept scores like the concept. Nor is the guide an impartial judge of a picture
that it has guided itself. `pocket` knows ImageNet's things. Measured with it, as text and as 20 steps at 128², seed 1:
for "a spider", "a spider" 1.00 and 0.99, "a castle" 0.01 and 0.00; but "a scorpion" 1.00 and 0.98, "a beetle" 0.53 and
0.40, too; for "a weapon", "a rifle" 1.00 and 0.98. Nudity and gore it does not know: for "nudity", "nude" 0.00 and
0.01, "a naked woman" 0.41 and 0.09; for "gore", "a bloody corpse" 0.02 and 0.09. For those, screen with a CLIP that was
trained on captions, and set thresholds by what it says of examples.
"""

from collections.abc import Sequence
from typing import Final

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.model import ClipModel
from guidance.clip.perceptor import Perceptor
from guidance.io.tensor import to_tensor

TEMPLATES: Final = ("{}", "a photo of {}", "a picture of {}", "a drawing of {}")
NEUTRAL: Final = (
    "a landscape", "the sea", "the sky", "a building", "a room", "an animal", "a bird", "a person", "a portrait",
    "food", "a plant", "a flower", "a vehicle", "furniture", "clothing", "a tool", "a machine", "an abstract pattern",
    "a texture",
)  # fmt: skip
"""What harmless pictures are of: kinds of things, so that a concept must fit better than its kind."""
MOST_VIEWS: Final = 4


def of_texts(model: ClipModel, texts: Sequence[str], concept: Sequence[str]) -> float:
    """How probable the concept is for the text of which it is most so, in [0, 1]; 0 of no texts.

    Args:
        model: The judge; it keeps what it has encoded.
        texts: Phrases of a prompt.
        concept: Texts that name the concept, such as "a spider"; at least one.
    """
    if not texts:
        return 0.0
    return _mean(model, [_probabilities(each, each.encode_text(texts), concept) for each in model.perceptors])


@torch.no_grad()
def of_picture(model: ClipModel, picture: Image.Image, concept: Sequence[str]) -> float:
    """How probable the concept is for the part of a picture for which it is most so, in [0, 1]. Waits for the device.

    The parts are squares along the long side: one of a square picture, enough to overlap otherwise, up to MOST_VIEWS.

    Args:
        model: The judge.
        picture: RGB, of any size.
        concept: As for `of_texts`.
    """
    found = []
    for each in model.perceptors:
        views = torch.stack([to_tensor(part, each.image_size, each.image_size) for part in _squares(picture)])
        found.append(_probabilities(each, each.encode_image(views.to(model.device)), concept))
    return _mean(model, found)


def _probabilities(perceptor: Perceptor, embeddings: Tensor, concept: Sequence[str]) -> Tensor:
    """(N, D) to (N)."""
    classes = torch.stack([_direction(perceptor, concept), *(_direction(perceptor, [text]) for text in NEUTRAL)])
    return (perceptor.scale * embeddings @ classes.T).softmax(dim=1)[:, 0]


def _direction(perceptor: Perceptor, texts: Sequence[str]) -> Tensor:
    """(D), of unit length."""
    wrapped = [template.format(text) for text in texts for template in TEMPLATES]
    return normalize(perceptor.encode_text(wrapped).mean(dim=0), dim=0)


def _mean(model: ClipModel, probabilities: list[Tensor]) -> float:
    """(N) of each perceptor to the highest mean of all."""
    weights = torch.tensor([each.weight for each in model.perceptors], device=model.device)
    return float((weights / weights.sum() @ torch.stack(probabilities)).max())


def _squares(picture: Image.Image) -> list[Image.Image]:
    """Evenly spread from one end to the other."""
    side, length = min(picture.size), max(picture.size)
    count = min(MOST_VIEWS, -(-length // side))
    starts = [round(index * (length - side) / max(1, count - 1)) for index in range(count)]
    if picture.width > picture.height:
        return [picture.crop((start, 0, start + side, side)) for start in starts]
    return [picture.crop((0, start, side, start + side)) for start in starts]
