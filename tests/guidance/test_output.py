"""A file appears whole or not at all."""

from pathlib import Path

import pytest

from guidance.output import write
from guidance.picture import PictureError


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write(path, b"old")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(PictureError, match="cannot be written"):
        write(tmp_path / "no" / "a.png", b"x")
    path.with_name("b").mkdir()
    with pytest.raises(PictureError, match="cannot be written"):
        write(path.with_name("b"), b"x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.png", "b"]
