"""Retrieval of drawings by caption and of captions by drawing, and zero-shot classification of drawings."""

from collections.abc import Sequence
from typing import Final

import torch
from PIL import Image
from torch import Tensor

from guidance.clip.perceptor import Perceptor
from guidance.io.tensor import to_tensor
from tools.pocket.drawings import SIDE, clip_art, emoji, rasterize
from tools.pocket.evaluation.criterion import Criterion

DRAWINGS: Final = 500
FIRST: Final = 10
PART: Final = 50


def retrieval(perceptor: Perceptor, held_out: Sequence[str], names: Sequence[str]) -> list[Criterion]:
    """Retrieval and classification of drawings that the build does not use.

    Args:
        perceptor: The model.
        held_out: Names of classes that its text tower was not trained on.
        names: The class names to choose from, `held_out` included.

    Raises:
        MissingError: The drawings are not installed.
    """
    art = [drawing for drawing in clip_art() if drawing.caption]
    criteria = []
    for name, drawings in (("clip art", art), ("emoji", emoji())):
        pairs = rasterize(drawings, DRAWINGS)
        captions = [drawing.caption for drawing, _ in pairs]
        criteria += _both_ways(name, perceptor, captions, _embedded(perceptor, [image for _, image in pairs]))
    shown = rasterize([drawing for drawing in art + emoji() if drawing.caption in held_out], len(art))
    images = _embedded(perceptor, [image for _, image in shown])
    return criteria + _zero_shot(perceptor, [drawing.caption for drawing, _ in shown], images, held_out, names)


def _both_ways(what: str, perceptor: Perceptor, captions: Sequence[str], images: Tensor) -> list[Criterion]:
    """Retrieval in both directions. A caption that several drawings share is right for each of them."""
    texts = sorted(set(captions))
    right = torch.tensor([[caption == text for text in texts] for caption in captions])
    scores = images @ perceptor.encode_text(texts).T
    by_text = right.gather(0, scores.topk(FIRST, dim=0).indices).any(0)
    by_image = right.gather(1, scores.topk(FIRST, dim=1).indices).any(1)
    size = f"{len(captions)} {what}"
    return [
        Criterion.share(f"{size}: a caption's drawing in the first {FIRST}", by_text.tolist()),
        Criterion.share(f"{size}: a drawing's caption in the first {FIRST}", by_image.tolist()),
    ]


def _zero_shot(
    perceptor: Perceptor, captions: Sequence[str], images: Tensor, held_out: Sequence[str], names: Sequence[str]
) -> list[Criterion]:
    criteria = []
    for choices, first in ((held_out, 1), (names, 5)):
        best = (images @ perceptor.encode_text(list(choices)).T).topk(first, dim=1).indices.tolist()
        hits = [caption in [choices[index] for index in row] for caption, row in zip(captions, best, strict=True)]
        criteria.append(Criterion.share(f"classes never named to it: in the first {first} of {len(choices)}", hits))
    return criteria


@torch.no_grad()
def _embedded(perceptor: Perceptor, images: Sequence[Image.Image]) -> Tensor:
    """(N, D) embeddings of the images."""
    views = torch.stack([to_tensor(image, SIDE, SIDE) for image in images])
    return torch.cat([perceptor.encode_image(part) for part in torch.split(views, PART)])
