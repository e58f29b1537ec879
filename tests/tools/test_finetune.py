"""The fine-tuning of the image tower: what is measured, what is learnt, and that it goes on where it stopped."""

from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from torch import Tensor

from tools.pocket.building import finetune as training
from tools.pocket.building.finetune import Student, Teacher, finetune, student_of, teacher_features
from tools.pocket.building.photos import PhotosError, Pixels, decoded
from tools.pocket.building.readouts import FLAT, REACH, READOUTS, measure
from tools.pocket.measures import NAMES

COUNT = 48


def colours() -> Tensor:
    """(12, 3, 56, 56) in [0, 1], each of one colour."""
    values = torch.tensor([[value >> 16, value >> 8 & 255, value & 255] for value in NAMES.values()]) / 255
    return values[:, :, None, None].expand(-1, -1, 56, 56)


def test_a_readout_is_largest_for_its_own_colour_and_flat_for_a_plain_picture() -> None:
    found = measure(colours())
    assert found[:, : len(NAMES)].argmax(dim=1).tolist() == list(range(len(NAMES)))
    assert torch.allclose(found.diagonal()[: len(NAMES)], torch.full((len(NAMES),), REACH))
    assert torch.allclose(found[:, READOUTS.index("flat")], torch.tensor(FLAT))
    assert torch.allclose(found[:, READOUTS.index("edges")], torch.tensor(0.0))


def test_a_readout_tells_how_much_of_the_picture_has_the_colour_and_lines_are_edges() -> None:
    red, blue = (colours()[list(NAMES).index(name)] for name in ("red", "blue"))
    half = torch.cat([red[:, :28], blue[:, 28:]], dim=1)
    found = measure(torch.stack([red, half, blue]))
    row = READOUTS.index("red")
    assert float(found[1, row]) == pytest.approx(float(found[0, row] + found[2, row]) / 2, abs=1e-5)
    stripes = (torch.arange(56) // 2 % 2).float().expand(3, 56, 56)
    assert float(measure(stripes[None])[0, READOUTS.index("edges")]) > 0.9


def photographs(folder: Path, count: int) -> Path:
    folder.mkdir()
    source = np.random.default_rng(0)
    for index in range(count):
        Image.fromarray(source.integers(0, 255, (8, 12, 3), dtype=np.uint8)).save(folder / f"{index:03}.png")
    return folder


def test_too_few_photographs_are_refused_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(PhotosError, match="has 3 photographs, but training needs at least 1000: set PHOTOS"):
        decoded(photographs(tmp_path / "few", 3), tmp_path / "cache")


def test_a_folder_and_a_pack_of_the_same_pictures_give_the_same_squares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.pocket.building.photos.FEWEST", 2)
    folder, pack = photographs(tmp_path / "photos", 3), tmp_path / "pack"
    pack.mkdir()
    files = [path.read_bytes() for path in sorted(folder.iterdir())]
    (pack / "photos.bin").write_bytes(b"".join(files))
    np.save(pack / "offsets.npy", np.cumsum([0, *map(len, files)]))
    assert np.array_equal(decoded(folder, tmp_path / "one"), decoded(pack, tmp_path / "two"))


@pytest.fixture
def small_training(monkeypatch: pytest.MonkeyPatch) -> tuple[Student, Teacher, Pixels]:
    """A small untrained network as student and teacher, and noise as photographs."""
    torch.manual_seed(0)
    monkeypatch.setattr(training, "BATCH", 8)
    monkeypatch.setattr(training, "SIZES", (32,))
    monkeypatch.setattr(training, "SIZE_SHARES", (1.0,))
    monkeypatch.setattr(training, "TEACHER_SIDE", 32)
    trunk = timm.create_model("tf_mobilenetv3_small_minimal_100", num_classes=0).eval().requires_grad_(False)
    pixels = np.random.default_rng(0).integers(0, 255, (COUNT, 144, 144, 3), dtype=np.uint8)
    features = teacher_features(trunk, pixels)
    classifier = torch.randn(10, features.shape[1]), torch.zeros(10)
    teacher = Teacher(features, classifier, torch.eye(features.shape[1])[:, :16], features.float().mean(dim=0))
    return student_of(trunk, pixels, teacher), teacher, pixels


def test_a_batch_is_used_twice_the_second_time_where_the_first_is_worse(
    small_training: tuple[Student, Teacher, Pixels],
) -> None:
    student, teacher, pixels = small_training
    views, indices = training._batch(pixels, np.random.default_rng(1))
    torch.manual_seed(1)
    pair = training._twice(student, teacher, views, indices)
    first = next(pair)
    torch.autograd.backward(first.sum())
    assert next(pair).sum().item() > first.sum().item()


def test_training_lowers_the_losses_and_goes_on_from_its_checkpoint(
    small_training: tuple[Student, Teacher, Pixels], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    student, teacher, pixels = small_training
    monkeypatch.setattr(training, "SAVED_EVERY", 4)
    monkeypatch.setattr(training, "WARM_UP", 1)
    views, indices = training._batch(pixels, np.random.default_rng(1))
    torch.manual_seed(1)
    before = next(training._twice(student, teacher, views, indices)).sum().item()
    lines: list[str] = []
    finetune(student, teacher, pixels, 8, tmp_path / "state.pt", lines.append)
    torch.manual_seed(1)
    assert next(training._twice(student, teacher, views, indices)).sum().item() < before
    finetune(student, teacher, pixels, 12, tmp_path / "state.pt", lines.append)
    assert lines == ["goes on after 8 passes"]
    assert torch.load(tmp_path / "state.pt", weights_only=True)["passes"] == 12
