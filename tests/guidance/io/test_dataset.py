"""Datasets: the manifest is always complete, and no picture is made twice."""

import json
from pathlib import Path

import pytest
from PIL import Image

from guidance.io.dataset import MANIFEST, Dataset
from guidance.io.picture import PictureError, to_png
from guidance.request.request import Request

CAT = Request.resolve("a cat", seed=1)


def test_a_folder_finds_a_picture_by_its_whole_request(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    dataset = Dataset(folder)
    assert not dataset.holds(CAT)
    path = dataset.add(CAT, to_png(Image.new("RGB", (8, 8)), CAT), 0.25)
    assert path == folder / "1.png"
    for known in (dataset, Dataset(folder)):
        assert known.holds(CAT)
        assert not known.holds(Request.resolve("a dog", seed=1))
        assert not known.holds(Request.resolve("a cat", seed=2))
    (line,) = (folder / MANIFEST).read_text().splitlines()
    entry = json.loads(line)
    assert (entry["file"], entry["similarity"], Request.from_json(json.dumps(entry["request"]))) == ("1.png", 0.25, CAT)


def test_a_picture_without_a_manifest_entry_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(to_png(Image.new("RGB", (8, 8)), CAT))
    assert not Dataset(tmp_path).holds(CAT)


@pytest.mark.parametrize("text", ["not json", "[]", '{"a":1}'])
def test_a_manifest_of_another_format_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(PictureError, match="not a manifest of guidance"):
        Dataset(tmp_path)
    assert (tmp_path / MANIFEST).read_text() == text
