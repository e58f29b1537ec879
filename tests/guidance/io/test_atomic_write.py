"""`atomic_write`."""

from pathlib import Path

import pytest

from guidance.io.atomic_write import atomic_write
from guidance.io.picture import PictureError


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    atomic_write(path, b"old")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(PictureError, match="cannot be written"):
        atomic_write(tmp_path / "no" / "a.png", b"x")
    path.with_name("b").mkdir()
    with pytest.raises(PictureError, match="cannot be written"):
        atomic_write(path.with_name("b"), b"x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.png", "b"]
