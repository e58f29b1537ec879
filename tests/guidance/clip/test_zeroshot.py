"""Zero-shot classification: only texts and pictures of a concept score high."""

import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import normalize

from guidance.clip.model import ClipModel
from guidance.clip.zeroshot import MAX_VIEWS, NEUTRAL, TEMPLATES, _squares, of_picture, of_texts

SPIDER = ("a spider", "a tarantula")
WEAPON = ("a rifle", "a gun")
REDNESS = ("something red",)
RED, BLUE = (229, 0, 0), (3, 67, 223)
THRESHOLD = 0.5


@pytest.mark.parametrize(
    ("concept", "matching", "others"),
    [
        (SPIDER, ("spider", "a spider on its web"), ("a castle on a hill", "a red rose", "a cat")),
        (WEAPON, ("rifle", "an assault rifle on a table"), ("a cup of coffee", "a volcano", "a spider")),
    ],
)
def test_a_text_of_a_concept_scores_above_its_threshold_and_a_other_one_below(
    pocket: ClipModel, concept: tuple[str, ...], matching: tuple[str, ...], others: tuple[str, ...]
) -> None:
    assert all(of_texts(pocket, [text], concept) > THRESHOLD for text in matching)
    assert all(of_texts(pocket, [text], concept) < 0.1 for text in others)
    highest = max(of_texts(pocket, [one], concept) for one in matching)
    assert of_texts(pocket, [*others, *matching], concept) == pytest.approx(highest, rel=1e-3)
    assert of_texts(pocket, [], concept) == 0


def test_a_picture_of_a_concept_scores_above_its_threshold_and_a_other_one_below(pocket: ClipModel) -> None:
    # Measured: 0.88, 0.05 and 0.02.
    red, blue, grey = (
        of_picture(pocket, Image.new("RGB", (64, 64), colour), REDNESS) for colour in (RED, BLUE, "grey")
    )
    assert red > THRESHOLD > 2 * blue
    assert grey < 0.1


@pytest.mark.parametrize("start", [0, 64, 128])
@pytest.mark.parametrize("tall", [False, True])
def test_a_concept_is_seen_wherever_it_is_in_a_long_picture(pocket: ClipModel, start: int, tall: bool) -> None:
    long = Image.new("RGB", (64, 192) if tall else (192, 64), BLUE)
    long.paste(RED, (0, start, 64, start + 64) if tall else (start, 0, start + 64, 64))
    assert of_picture(pocket, long, REDNESS) > THRESHOLD


def test_a_probability_is_the_softmax_over_the_concept_and_the_neutral_texts(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    texts = [[template.format(text) for template in TEMPLATES] for text in ("a tiger", *NEUTRAL)]
    classes = normalize(torch.stack([perceptor.encode_text(wrapped).mean(0) for wrapped in texts]), dim=1)
    logits = perceptor.scale * classes @ perceptor.encode_text(["a lion"])[0]
    assert of_texts(pocket, ["a lion"], ["a tiger"]) == pytest.approx(float(logits.softmax(0)[0]), rel=1e-3)


@pytest.mark.parametrize("size", [(64, 64), (64, 65), (100, 320), (320, 100), (2048, 64)])
def test_the_squares_cover_the_picture_up_to_the_limit_on_their_number(size: tuple[int, int]) -> None:
    picture = Image.linear_gradient("L").resize(size)
    parts = _squares(picture)
    assert {part.size for part in parts} == {(min(size), min(size))}
    assert len(parts) == MAX_VIEWS or len(parts) * min(size) >= max(size)
    assert (
        len(parts) == 1
        or parts[-1].tobytes() == picture.crop((size[0] - min(size), size[1] - min(size), *size)).tobytes()
    )


def test_an_ensemble_asks_every_model_and_the_texts_are_encoded_once(
    pair: ClipModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (of_texts(ClipModel("one", [each], pair.device), ["spider"], SPIDER) for each in pair.perceptors)
    assert of_texts(pair, ["spider"], SPIDER) == pytest.approx((first + second) / 2)
    batches: list[int] = []
    network = pair.perceptors[0].network
    encode = network.encode_text

    def recorded(tokens: Tensor) -> Tensor:
        batches.append(len(tokens))
        encoded: Tensor = encode(tokens)
        return encoded

    monkeypatch.setattr(network, "encode_text", recorded)
    of_texts(pair, ["a lantern in the snow"], SPIDER)
    assert batches == [1]
