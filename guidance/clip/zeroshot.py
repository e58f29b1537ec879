"""Zero-shot classification: the probability that a text or a picture shows a concept.

As in section 3.1 of Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021), a
class is the mean of the embeddings of its texts in several templates, scaled to unit length. For an embedding x, the
concept's direction c, the directions n1 … nK of the NEUTRAL texts, and the network's learnt scale s,

    p = exp(s x·c) / (exp(s x·c) + Σ exp(s x·nk)).

For an ensemble p is the weighted mean. The limits: p compares the concept with these texts only; things related to the
concept score like the concept; and a picture that the same model guided scores too high for its prompt. `pocket` knows
ImageNet's classes only. Measured with it, for a text and for a picture of that text (20 steps, 128 × 128, seed 1):

    concept     text               p of the text   p of the picture
    a spider    a spider                    1.00               0.97
                a scorpion                  0.98               0.37
                a beetle                    0.50               0.19
                a castle                    0.01               0.00
    a weapon    a rifle                     1.00               0.95
    nudity      nude                        0.04               0.12
                a naked woman               0.46               0.25
    gore        a bloody corpse             0.12               0.11

For nudity and gore, use a CLIP trained on captions, and choose thresholds by its scores for examples.
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
"""Texts for harmless pictures. They name kinds of things, so a concept must fit better than its kind does."""
MAX_VIEWS: Final = 4


def of_texts(model: ClipModel, texts: Sequence[str], concept: Sequence[str]) -> float:
    """The highest probability of the concept over the texts, in [0, 1]; 0 if there are no texts.

    Each part of a text that is longer than a network reads is a text of its own, so that length hides nothing.

    Args:
        model: Classifies; it caches the encoded texts.
        texts: Phrases of a prompt.
        concept: Texts that name the concept, such as "a spider"; at least one.
    """
    if not texts:
        return 0.0
    return _highest_mean(model, [_of_texts(each, texts, concept) for each in model.perceptors])


@torch.no_grad()
def of_picture(model: ClipModel, picture: Image.Image, concept: Sequence[str]) -> float:
    """The highest probability of the concept over parts of a picture, in [0, 1]. Waits for the device.

    The parts are squares along the long side: one for a square picture, otherwise enough to cover the picture, at most
    MAX_VIEWS.

    Args:
        model: Classifies.
        picture: RGB, of any size.
        concept: As for `of_texts`.
    """
    probabilities = []
    for each in model.perceptors:
        views = torch.stack([to_tensor(part, each.image_size, each.image_size) for part in _squares(picture)])
        probabilities.append(_probabilities(each, each.encode_image(views.to(model.device)), concept))
    return _highest_mean(model, probabilities)


def _of_texts(perceptor: Perceptor, texts: Sequence[str], concept: Sequence[str]) -> Tensor:
    """(N) probabilities of N texts, each that of its most probable part."""
    parts = [perceptor.parts(text) for text in texts]
    found = _probabilities(perceptor, perceptor.encode_text([part for several in parts for part in several]), concept)
    return torch.stack([several.max() for several in torch.split(found, [len(several) for several in parts])])


def _probabilities(perceptor: Perceptor, embeddings: Tensor, concept: Sequence[str]) -> Tensor:
    """(N, D) embeddings to (N) probabilities of the concept."""
    classes = torch.stack([_direction(perceptor, concept), *(_direction(perceptor, [text]) for text in NEUTRAL)])
    return (perceptor.scale * embeddings @ classes.T).softmax(dim=1)[:, 0]


def _direction(perceptor: Perceptor, texts: Sequence[str]) -> Tensor:
    """(D), unit length: the class that the texts name."""
    wrapped = [template.format(text) for text in texts for template in TEMPLATES]
    return normalize(perceptor.encode_text(wrapped).mean(dim=0), dim=0)


def _highest_mean(model: ClipModel, probabilities: list[Tensor]) -> float:
    """The weighted mean over the perceptors, each with (N) probabilities; the highest of the N means."""
    return float((model.shares @ torch.stack(probabilities)).max())


def _squares(picture: Image.Image) -> list[Image.Image]:
    """Squares as large as the short side, evenly spread along the long side."""
    side, length = min(picture.size), max(picture.size)
    count = min(MAX_VIEWS, -(-length // side))
    starts = [round(index * (length - side) / max(1, count - 1)) for index in range(count)]
    if picture.width > picture.height:
        return [picture.crop((start, 0, start + side, side)) for start in starts]
    return [picture.crop((0, start, side, start + side)) for start in starts]
