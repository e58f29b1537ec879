"""The cache of pictures."""

from pathlib import Path

from guidance.clip.model import ClipModel
from tools.pocket.picture_cache import PictureCache


def test_a_picture_of_other_settings_is_made_anew_and_takes_its_own_time(quick: ClipModel, tmp_path: Path) -> None:
    first = PictureCache(quick, tmp_path).picture("a cat --steps 1")
    (tmp_path / "a cat.seconds").write_text("999", encoding="utf-8")
    same, other = PictureCache(quick, tmp_path), PictureCache(quick, tmp_path)
    assert same.picture("a cat --steps 1").tobytes() == first.tobytes()
    assert other.picture("a cat --steps 2").tobytes() != first.tobytes()
    assert same.seconds == [999]
    assert 0 < other.seconds[0] < 999
