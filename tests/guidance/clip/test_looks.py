"""Things of which there are pictures are drawn by what pictures show, and with their outline and colours."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, normalize

from guidance.clip import pictograms
from guidance.clip.layout import SIDE
from guidance.clip.looks import NEAR, NONE, Looks
from guidance.clip.model import ClipModel
from guidance.clip.targets import encode_targets
from guidance.request.request import Request
from tests.guidance.clip.test_layout import layouts_of

OBJECTS = 8


def of_names(names: Tensor, seen: Tensor) -> Looks:
    """Looks without pictures."""
    count = len(names)
    return Looks(
        tuple("abcde"[:count]),
        names,
        torch.zeros(count, 1),
        seen,
        torch.full((count,), NEAR),
        torch.zeros(0, 1),
        torch.full((count,), NONE),
        torch.zeros(count, 4, SIDE, SIDE),
    )


def direction(prompt: str, model: ClipModel) -> Tensor:
    (target,) = encode_targets(Request.resolve(prompt, seed=1), model.perceptors[0], {})
    return target.directions


def changed(prompt: str, model: ClipModel) -> Tensor:
    """(3, SIDE, SIDE), what looks change in the layout of a prompt."""
    (perceptor,) = model.perceptors
    assert perceptor.layouts is not None
    assert perceptor.layouts.looks is not None
    assert perceptor.vocabulary is not None
    texts = perceptor.encode_text([prompt])
    shares = perceptor.vocabulary.shares(texts)
    places = perceptor.vocabulary.completed(texts, shares)
    names = perceptor.layouts.looks.of(places, perceptor.layouts.directions, [prompt])
    return (perceptor.layouts.of(shares, places, names) - perceptor.layouts.of(shares, places))[0]


def test_a_thing_has_its_pictogram_however_it_is_asked_for_and_others_have_none(pocket: ClipModel) -> None:
    plain = changed("a parrot", pocket)
    assert plain.abs().mean() > 0.05
    for same in ("parrot", "two parrots", "a photo of a parrot"):
        assert (changed(same, pocket) - plain).abs().mean() < 0.02, same
    for without in ("a submarine", "a horse carriage", "a golden retriever", "a valley"):
        assert not changed(without, pocket).any(), without


def test_words_that_ask_for_a_medium_say_nothing_of_what_is_shown(pocket: ClipModel) -> None:
    fox = direction("a fox", pocket)
    for text in ("a fox, watercolour", "pixel art of a fox", "a fox as a woodcut"):
        assert torch.equal(direction(text, pocket), fox), text
    assert not torch.equal(direction("a fox in the snow", pocket), fox)


def test_white_things_lose_the_colours_of_their_pictogram(pocket: ClipModel) -> None:
    middle = slice(SIDE // 4, -SIDE // 4)
    plain, white = (
        layouts_of(prompt, pocket)[0][:, middle, middle].std(dim=0).mean() for prompt in ("a rose", "a white rose")
    )
    assert white < plain / 2


def test_a_pictogram_has_the_colour_that_the_words_ask_for(pocket: ClipModel) -> None:
    middle = slice(SIDE // 4, -SIDE // 4)
    plain, blue, green = (
        layouts_of(prompt, pocket)[0][:, middle, middle].mean(dim=(1, 2))
        for prompt in ("a teapot", "a blue teapot", "a green teapot")
    )
    assert plain.argmax() == 0
    assert blue.argmax() == 2
    assert green.argmax() == 1


def test_a_thing_that_is_asked_for_in_no_colour_has_that_of_its_pictogram(pocket: ClipModel) -> None:
    (orange,) = layouts_of("an orange", pocket)
    middle = orange[:, SIDE // 3 : -SIDE // 3, SIDE // 3 : -SIDE // 3].mean(dim=(1, 2))
    assert middle[0] > middle[1] > middle[2]


def test_only_words_for_colours_dye_a_pictogram(pocket: ClipModel) -> None:
    (field,) = layouts_of("a sunflower field", pocket)
    red, green, blue = field[:, SIDE // 3 : -SIDE // 3, SIDE // 3 : -SIDE // 3].mean(dim=(1, 2))
    assert red > green > blue


def test_a_pictogram_stands_before_photographs_of_its_word(pocket: ClipModel) -> None:
    (star,) = layouts_of("a star", pocket)
    assert star[:, :, [0, -1]].mean() < 0.25, "the sky around a star is dark"
    assert star[:, SIDE // 2, SIDE // 2].mean() > 0.5


def test_a_beach_has_the_layout_of_photographs_of_beaches(pocket: ClipModel) -> None:
    (beach,) = layouts_of("a beach", pocket)
    top, bottom = beach[:, : SIDE // 4].mean(dim=(1, 2)), beach[:, -SIDE // 4 :].mean(dim=(1, 2))
    assert top[2] > top[0]
    assert bottom[0] > bottom[2]


def test_what_pictures_show_moves_the_direction_and_what_has_none_is_as_its_text_says(pocket: ClipModel) -> None:
    (perceptor,) = pocket.perceptors
    assert perceptor.layouts is not None
    without = replace(perceptor.layouts, looks=None)
    for prompt, moved in (("a forest", True), ("a teapot", True), ("a submarine", False)):
        seen = direction(prompt, pocket)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(perceptor, "layouts", without)
            said = direction(prompt, pocket)
        assert bool(cosine_similarity(seen, said) < 0.9) is moved, prompt


def test_a_text_beside_a_name_keeps_what_it_says_beyond_the_name() -> None:
    names, seen = torch.eye(2, OBJECTS), normalize(torch.ones(2, OBJECTS), dim=1)
    looks = of_names(names, seen)
    own, far = 0.9 * names[0] + 0.435 * names[1], names[0] + names[1] + torch.eye(OBJECTS)[2]
    embeddings = normalize(torch.cat([torch.stack([names[0], own, far]), torch.full((3, 1), 0.1)], dim=1), dim=1)
    found = looks.of(embeddings, torch.eye(1, OBJECTS).flip(1), [""] * 3)
    assert found.tolist() == [0, 0, NONE]
    exact, near, untouched = looks.moved(embeddings, found)
    assert torch.allclose(normalize(exact[:OBJECTS], dim=0), seen[0])
    assert near[1] - near[2] > 0.1
    assert torch.equal(untouched, embeddings[2])
    assert looks.of(embeddings, normalize(own[None]), [""] * 3).tolist() == [0, NONE, NONE]


def test_a_pictogram_stands_before_what_its_layout_has_at_the_sides() -> None:
    pictogram = torch.zeros(1, 4, SIDE, SIDE)
    pictogram[:, [0, 3], 8:-8, 8:-8] = 1
    layout = torch.full((1, 3, SIDE, SIDE), 0.5)
    layout[:, :, :, :16] = 0.3
    layout[:, :, 10:20, 10:20] = 0.9
    (drawn,) = pictograms.before(layout, pictogram, torch.zeros(1, 3), torch.zeros(1, 3), torch.tensor([[True, False]]))
    assert torch.equal(drawn[:, 16, 16], torch.tensor([1.0, 0.0, 0.0]))
    assert torch.allclose(drawn[:, 2, [0, -1]], torch.tensor([0.3, 0.5]).expand(3, 2))
    assert (drawn[:, :8] < 0.6).all()


def test_a_text_has_the_look_of_its_head_noun_unless_that_is_far_or_the_text_is_at_the_place_of_a_name() -> None:
    axes = torch.eye(3, OBJECTS)
    names = normalize(torch.stack([axes[0], axes[0] + 1.73 * axes[1]]), dim=1)
    looks = of_names(names, names)
    bus, station, alarm_clock = 0.9 * axes[0] + 0.44 * axes[1], 0.9 * axes[0] + 0.44 * axes[2], axes[0] + 0.2 * axes[1]
    texts = normalize(torch.stack([bus, station, alarm_clock]), dim=1)
    texts, heads = (torch.cat([several, torch.zeros(3, 1)], dim=1) for several in (texts, names[[1, 1, 1]]))
    assert looks.of(texts, torch.eye(1, OBJECTS).flip(1), [""] * 3, heads).tolist() == [1, 0, 0]


def test_of_names_at_one_place_a_text_has_the_one_that_it_says() -> None:
    words = ("ox", "cow", "old key", "umbrella on ground", "umbrella")
    said = {"two cows": 1, "an ox": 0, "keys": 2, "a red umbrella": 4, "umbrella on ground": 3, "umbrella on a hill": 4}
    names, texts = torch.eye(1, OBJECTS).expand(len(words), -1), torch.eye(1, OBJECTS + 1).expand(len(said), -1)
    looks = replace(of_names(names, names), words=words)
    assert looks.of(texts, torch.eye(1, OBJECTS).flip(1), [*said]).tolist() == [*said.values()]
