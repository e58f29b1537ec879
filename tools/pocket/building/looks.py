"""Learns the looks of `guidance.clip.looks`: `python -m tools.pocket.building.looks --photos DIR`.

The model has to be built before, since it places names and sees pictures. Pictograms are drawn (`drawings`). What the
photographs show is said in photo_words.json: language models looked at each of 1,883 photographs, most of them of
landscapes and of people in rooms and streets, and wrote down what they saw. They knew nothing else of the project. A
word gets a look if that finds other photographs of it better than the word's place does, or if they show one place.
If a pictogram is near to the word, they have to show one place, and the pictogram must not be of the word itself.
"""

import argparse
import hashlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import cosine_similarity, interpolate, normalize

from guidance.clip.layout import MEANS_SIDE, MOST_COLOUR, Layouts
from guidance.clip.looks import FILE, NAMED, NEAR, NONE
from guidance.clip.looks import WORDS as NAMES
from guidance.clip.model import ClipModel
from guidance.clip.open_clip_source import POCKET
from guidance.clip.perceptor import Perceptor
from guidance.clip.pictograms import SHEET
from guidance.clip.readouts import limited, parts
from guidance.io.tensor import to_tensor
from tools.pocket.building import drawings
from tools.pocket.building.alignment import CROP, agreed
from tools.pocket.building.photos import encoded, square

WORDS: Final = Path(__file__).with_name("photo_words.json")
"""What photographs show, the main thing first, by the beginning of their SHA-256."""
FEWEST: Final = 15
"""Photographs of a word."""
MOST: Final = 40
"""Photographs of a word that its mean is made of."""
BETTER: Final = 0.03
"""How much better a look has to find photographs that it was not learnt from, as an area under the ROC curve."""
ALIKE: Final = 0.25
"""Correlation of photographs of a word with the mean of the others from which on they show one place: beaches have sand
below and sky above, and dogs are anywhere."""
OWN: Final = 0.98
"""Cosine to the name of a pictogram from which on it is the word's own."""
TIMES: Final = frozenset({"autumn", "winter", "night"})
"""Words that are no thing: only texts that say them have their looks. Autumn is where rivers and foggy forests are."""
SAME: Final = 0.998
"""Cosine between the places of names that mean one thing."""
DRAWN: Final = 0.7
"""Share of what pictograms show in a place, where that of the name is 1."""
NOISES: Final = (0.03, 0.1, 0.25, 0.45)
VIEWS: Final = 16
"""Of a pictogram, each before a background of its own."""
NEARER: Final = 0.35
ASIDE: Final = 0.1
"""How much larger and farther aside a view shows a pictogram at most, of its size and of the side."""
SHRINKAGE: Final = 3.0
"""Weight of equal variances for all dimensions; at this value looks of classes come nearest to the classes' rows."""


def main() -> None:
    """Draws pictograms, looks at them and at photographs, and writes both files beside the model."""
    parser = argparse.ArgumentParser(prog="python -m tools.pocket.building.looks", description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photographs, or of a pack of them")
    options = parser.parse_args()
    torch.manual_seed(0)
    pictograms = drawings.drawings()
    for file in (FILE, SHEET):  # those of an earlier build may be of another form
        (POCKET / file).unlink(missing_ok=True)
    (perceptor,) = ClipModel.load("pocket", "cpu").perceptors
    layouts = perceptor.layouts
    if layouts is None:
        raise SystemExit("the model has no layouts; run the build before")
    pictured = [one.name for one in pictograms if not one.framed]
    words, others, word_looks, means, grounds = photographed(perceptor, options.photos, pictured)
    names = [*(one.name for one in pictograms), *others, *words]
    places, readouts = placed(names, perceptor)
    # Of names at one place one is kept: with a pictogram, else with photographs, else without a look.
    ranks = [2 if one.framed else 0 for one in pictograms] + [2] * len(others) + [1] * len(words)
    kept = distinct(places, ranks)
    shown = [pictograms[number] for number in kept if ranks[number] == 0]
    own = [number - len(names) for number in kept if ranks[number] == 1]
    seen = places[kept].clone()
    drawn = torch.stack([embedded(one, perceptor) for one in shown]).mean(dim=1)
    drawn = drawn - drawn.mean(dim=0)
    seen[: len(shown)] = normalize(seen[: len(shown)] + DRAWN * of_examples(drawn, drawn), dim=1)
    seen[len(kept) - len(own) :] = word_looks[own]
    behind = [number for number, one in enumerate(shown) if one.name in grounds]
    means = torch.cat([means[own], stacked([grounds[shown[number].name] for number in behind])])
    mean_of = torch.full((len(kept),), NONE)
    mean_of[[*range(len(kept) - len(own), len(kept)), *behind]] = torch.arange(len(means))
    tensors = {"names": places[kept], "seen": seen}
    stored = {name: tensor.to(torch.float8_e4m3fn) for name, tensor in tensors.items()}
    stored |= {
        "readouts": limited(readouts[kept], MOST_COLOUR).half(),
        "least": torch.tensor([NAMED if names[number] in TIMES else NEAR for number in kept]).half(),
        "means": in_components(means, layouts).half(),
        "mean_of": mean_of.short(),
    }
    save_file(stored, POCKET / FILE, {NAMES: "\n".join(names[number] for number in kept)})
    drawings.sheet([one.small for one in shown]).save(POCKET / SHEET, quality=drawings.QUALITY, exact=True, method=6)
    print(
        f"{len(shown)} pictograms, {len(behind)} before photographs; {len(own)} words with photographs, "
        f"{len(kept) - len(shown) - len(own)} with neither"
    )
    print(", ".join(names[number] for number in own))


def placed(names: Sequence[str], perceptor: Perceptor) -> tuple[Tensor, Tensor]:
    """(N, O), where texts of the names are, unit length, and (N, R), their readouts."""
    vocabulary = perceptor.vocabulary
    assert vocabulary is not None  # noqa: S101 - a model with layouts has one
    texts = perceptor.encode_text(names)
    return parts(vocabulary.completed(texts, vocabulary.shares(texts)), vocabulary.objects)


def distinct(places: Tensor, ranks: Sequence[int]) -> list[int]:
    """Which of the names are kept, in their order: of those at the same place the ones of the lowest rank."""
    same = places @ places.T >= SAME
    lower = torch.tensor(ranks) < torch.tensor(ranks)[:, None]
    return (~(same & lower).any(dim=1)).nonzero()[:, 0].tolist()


def of_examples(means: Tensor, background: Tensor) -> Tensor:
    """(W, O), unit length: the directions that tell pictures from others, as linear discriminants do.

    Args:
        means: (W, O), of the embeddings of pictures of each word, less the mean of the background.
        background: (N, O), of all pictures, less their mean.
    """
    spread = background.T @ background / len(background)
    equal = SHRINKAGE * spread.diagonal().mean() * torch.eye(len(spread))
    return normalize(torch.linalg.solve(spread + equal, means.T).T, dim=1)


def photographed(
    perceptor: Perceptor, photos: Path, pictured: Sequence[str]
) -> tuple[list[str], list[str], Tensor, Tensor, dict[str, Tensor]]:
    """What photographs show.

    Args:
        perceptor: Sees them.
        photos: The folder of the photographs.
        pictured: Names that have a pictogram.

    Returns:
        W words, those that need no look, what photographs of each word show, (W, O), the means of these photographs,
        (W, 3, MEANS_SIDE, MEANS_SIDE), and those of words that a pictogram is of, by its name.
    """
    said: Mapping[str, Sequence[str]] = json.loads(WORDS.read_text(encoding="utf-8"))
    found = {}
    for data in encoded(photos):
        if (key := hashlib.sha256(data).hexdigest()[:12]) in said:
            found[key] = square(Image.open(io.BytesIO(data)))
    keys = sorted(found)
    pictures, _ = placed(pictured, perceptor)
    counts = {word: sum(word in said[key] for key in keys) for word in sorted({w for key in keys for w in said[key]})}
    words = [word for word, count in counts.items() if count >= FEWEST]
    if not words:
        print(f"no photograph of {photos} is named in {WORDS.name}: only pictograms have looks", file=sys.stderr)
        return [], [], pictures[:0], stacked([]), {}
    views = (to_tensor(found[key], perceptor.image_size, perceptor.image_size) for key in keys)
    embeddings = torch.stack([_seen(view.expand(len(NOISES), -1, -1, -1), perceptor).mean(dim=0) for view in views])
    embeddings = embeddings - embeddings.mean(dim=0)
    # What a photograph shows first counts most.
    shares = torch.tensor([[_share(word, said[key]) for key in keys] for word in words])
    looks = of_examples(normalized(shares) @ embeddings, embeddings)
    places, _ = placed(words, perceptor)
    nearness, nearest = (places @ pictures.T).max(dim=1)
    gains = gain(shares, embeddings, places)
    small = torch.stack([to_tensor(found[key], CROP, CROP) for key in keys])
    plain = normalize(embeddings, dim=1) @ looks.T + shares.T.log()
    kept, others, means, grounds = [], [], [], {}
    for number, word in enumerate(words):
        most, shown = plain[:, number].topk(min(MOST, counts[word]))
        likeness, near = alike(small[shown], small.mean(dim=0)), float(nearness[number])
        pictogram = pictured[int(nearest[number])]
        if is_of(pictogram, word, near):
            grounds[pictogram] = agreed(small[shown], most)
        elif photographs_are_better(gains[number], likeness, near):
            kept.append(number)
            means.append(agreed(small[shown], most))
        elif near <= NEAR:
            others.append(word)
    return [words[number] for number in kept], others, looks[kept], stacked(means), grounds


def stacked(means: Sequence[Tensor]) -> Tensor:
    """(W, 3, MEANS_SIDE, MEANS_SIDE) of W means; W may be 0."""
    return torch.cat([torch.empty(0, 3, MEANS_SIDE, MEANS_SIDE), *(mean[None] for mean in means)])


def _share(word: str, said: Sequence[str]) -> float:
    return 1 / (1 + said.index(word)) if word in said else 0.0


def is_of(pictogram: str, word: str, near: float) -> bool:
    """Whether the pictogram of that name, `near` to the word by the cosine of their places, shows what the word says.

    "deciduous tree" is a tree, and "desert island" no desert.
    """
    return near > OWN or (near > NEAR and pictogram.rsplit(maxsplit=1)[-1] == word)


def photographs_are_better(gained: float, likeness: float, near: float) -> bool:
    """Whether a word gets a look from its photographs, if no pictogram is of it.

    Args:
        gained: See `gain`.
        likeness: Of its photographs, see `alike`.
        near: Cosine of its place to that of the nearest pictogram's name.
    """
    return likeness > ALIKE or (gained > BETTER and near <= NEAR)


def alike(pictures: Tensor, usual: Tensor) -> float:
    """How far (N, 3, H, W) differ from the usual one in the same way: mean correlation with the mean of the others."""
    away = (pictures - usual).flatten(1)
    return float(cosine_similarity(away, (away.sum(dim=0) - away) / (len(away) - 1)).mean())


def gain(shares: Tensor, embeddings: Tensor, places: Tensor) -> list[float]:
    """How much better looks find photographs that they were not learnt from than places do."""
    found = []
    halves = torch.arange(len(embeddings)) % 2 == 0
    unit = normalize(embeddings, dim=1)
    for learnt in (halves, ~halves):
        looks = of_examples(normalized(shares[:, learnt]) @ embeddings[learnt], embeddings[learnt])
        found.append(
            [
                area(unit[~learnt] @ look, own[~learnt] > 0) - area(unit[~learnt] @ place, own[~learnt] > 0)
                for look, place, own in zip(looks, places, shares, strict=True)
            ]
        )
    return [sum(both) / 2 for both in zip(*found, strict=True)]


def area(scores: Tensor, right: Tensor) -> float:
    """The area under the ROC curve: how often a right one has a higher score than a wrong one."""
    return float((scores[right][:, None] > scores[~right]).float().mean())


def normalized(shares: Tensor) -> Tensor:
    """(W, N), each row divided by its sum."""
    return shares / shares.sum(dim=1, keepdim=True)


def in_components(means: Tensor, layouts: Layouts) -> Tensor:
    """(W, 3, MEANS_SIDE, MEANS_SIDE) to (W, C), coefficients of the layouts' components."""
    components = layouts.components
    return (means.flatten(1) - layouts.mean) @ components.T / components.square().sum(dim=1)


def embedded(drawing: drawings.Drawing, perceptor: Perceptor) -> Tensor:
    """(VIEWS, O), what the tower sees in a pictogram before soft backgrounds."""
    side = perceptor.image_size
    views = []
    for number in range(VIEWS):
        colours, opacity = drawings.enlarged(
            drawing.large, side, 1 + NEARER * float(torch.rand(())), ASIDE * (torch.rand(2) - 0.5)
        )
        background = interpolate(0.3 + 0.5 * torch.rand(1, 3, 2, 2), size=side, mode="bicubic")[0].clamp(0, 1)
        view = opacity * colours + (1 - opacity) * background
        views.append(view.flip(2) if number % 2 else view)
    return _seen(torch.stack(views), perceptor)


@torch.no_grad()
def _seen(views: Tensor, perceptor: Perceptor) -> Tensor:
    """(V, 3, S, S) in [0, 1] to (V, O): what the tower sees in each, through one of the NOISES."""
    noise = torch.tensor(NOISES).repeat(-(-len(views) // len(NOISES)))[: len(views), None, None, None]
    embeddings = perceptor.encode_image(views + noise * torch.randn(views.shape))
    assert perceptor.vocabulary is not None  # noqa: S101 - a model with layouts has one
    return embeddings[:, : perceptor.vocabulary.objects]


if __name__ == "__main__":
    main()
