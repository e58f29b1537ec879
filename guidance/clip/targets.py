"""PromptTargets: a prompt's phrases and images as weighted directions in a CLIP's embedding space."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from guidance.clip.layout import composed, mirrored
from guidance.clip.mixture import Vocabulary
from guidance.clip.perceptor import Perceptor
from guidance.clip.pictograms import named_colours
from guidance.clip.readouts import with_limited_readouts
from guidance.clip.regions import region_masks
from guidance.io.picture import read_image
from guidance.io.tensor import to_tensor
from guidance.request.head_noun import head_noun
from guidance.request.medium import NONE, said
from guidance.request.phrase_map import Part, Region, split
from guidance.request.prompt import Phrase
from guidance.request.request import Request
from guidance.request.style import dressed


@dataclass(frozen=True, slots=True)
class PromptTargets:
    """The targets of one stage for one perceptor.

    Attributes:
        directions: (P, D), unit length.
        weights: (P); the picture is moved away from directions with a negative weight.
        masks: (R, H, W), the regions in which directions are sought; None if all are sought in the whole picture.
        places: (P, R), 1 at the region of each direction; None as for masks.
        layout: (1, 3, SIDE, SIDE) in [0, 1], see `guidance.clip.layout`; None if the perceptor has no layouts.
    """

    directions: Tensor
    weights: Tensor
    masks: Tensor | None = None
    places: Tensor | None = None
    layout: Tensor | None = None

    def placed(self, embeddings: Tensor) -> Tensor:
        """(V, R, D), of the views' regions, to (V, P, D), of each direction's; (V, D), without regions, as it is."""
        return embeddings if self.places is None else self.places @ embeddings


def encode_targets(request: Request, perceptor: Perceptor, inputs: Mapping[str, bytes]) -> tuple[PromptTargets, ...]:
    """The targets of each stage. Weights are divided by the sum of the positive ones, so only their ratios count.

    Args:
        request: The request.
        perceptor: Encodes the phrases and images.
        inputs: The bytes of the request's images, by sha256.
    """
    images = _encode_images(request, perceptor, inputs)
    targets = []
    phrase_map = request.phrase_map if perceptor.sees_regions else 0.0
    for stage in request.stages():
        parts = [part for phrase in stage.phrases for part in _parts(phrase, request.style, phrase_map)]
        given = [weight for _, weight in parts] + [image.weight for image in request.images]
        weights = torch.tensor(given, device=images.device)
        # A tower with layouts knows no styles; the picture gets its medium when it is shown.
        plain = request.medium != NONE and perceptor.layouts is not None
        texts = [(plain and said(part.text)[1]) or part.text for part, _ in parts]
        directions = torch.cat([perceptor.encode_text(texts), images]) if texts else images
        layouts = None
        if perceptor.vocabulary is not None and perceptor.layouts is not None:
            shares = perceptor.vocabulary.shares(directions)
            completed = perceptor.vocabulary.completed(directions[: len(texts)], shares[: len(texts)])
            directions = torch.cat([completed, directions[len(texts) :]])
            names = None
            if (looks := perceptor.layouts.looks) is not None:
                heads = _encode_heads(texts, directions, perceptor, perceptor.vocabulary)
                names = looks.of(directions, perceptor.layouts.directions, [*texts, *([""] * len(images))], heads)
                directions = looks.moved(directions, names)
            directions = with_limited_readouts(directions, perceptor.vocabulary.objects)
            dyed = named_colours([*texts, *([""] * len(images))]).to(directions.device)
            layouts = mirrored(perceptor.layouts.of(shares, directions, names, dyed), request.seed)
        regions = [part.region for part, _ in parts] + [Region.WHOLE] * len(images)
        masks = places = None
        if set(regions) - {Region.WHOLE}:
            distinct = list(dict.fromkeys(regions))
            masks = region_masks(distinct, request.height, request.width).to(images.device)
            places = torch.tensor([[float(own == one) for one in distinct] for own in regions], device=images.device)
        weights = weights / weights.clamp_min(0).sum()
        own = None if masks is None or places is None else torch.einsum("pr,rhw->phw", places, masks)
        layout = None if layouts is None else composed(layouts, weights, own)
        targets.append(PromptTargets(directions, weights, masks, places, layout))
    return tuple(targets)


def _parts(phrase: Phrase, style: str, phrase_map: float) -> list[tuple[Part, float]]:
    """What is sought of a phrase, with weights that add up to its own."""
    if phrase.weight <= 0:
        return [(Part(phrase.text, Region.WHOLE), phrase.weight)]
    whole = (Part(dressed(phrase.text, style), Region.WHOLE), phrase.weight)
    two = split(phrase.text) if phrase_map else None
    if two is None:
        return [whole]
    share = phrase.weight * phrase_map / 2
    placed = [(Part(dressed(part.text, style), part.region), share) for part in two]
    return placed if phrase_map == 1 else [(whole[0], phrase.weight * (1 - phrase_map)), *placed]


def _encode_heads(texts: Sequence[str], directions: Tensor, perceptor: Perceptor, vocabulary: Vocabulary) -> Tensor:
    """(P, D), of the head noun of each text, 0 where there is none and for what is no text."""
    nouns = {number: noun for number, text in enumerate(texts) if (noun := head_noun(text))}
    heads = torch.zeros_like(directions)
    if nouns:
        encoded = perceptor.encode_text(list(nouns.values()))
        heads[list(nouns)] = vocabulary.completed(encoded, vocabulary.shares(encoded))
    return heads


@torch.no_grad()
def _encode_images(request: Request, perceptor: Perceptor, inputs: Mapping[str, bytes]) -> Tensor:
    """(I, D), unit length, of the I images of the request; I may be 0."""
    size = perceptor.image_size
    pictures = [to_tensor(read_image(inputs[image.sha256]), size, size) for image in request.images]
    if not pictures:
        return perceptor.encode_text([""])[:0]
    return perceptor.encode_image(torch.stack(pictures).to(perceptor.device))
