from pathlib import Path

from guidance.model import ClipModel
from guidance.pocket.album import Album


def test_a_picture_of_other_settings_is_made_anew_and_takes_its_own_time(quick: ClipModel, tmp_path: Path) -> None:
    first = Album(quick, tmp_path).picture("a cat --steps 1")
    (tmp_path / "a cat.seconds").write_text("999", encoding="utf-8")
    again, other = Album(quick, tmp_path), Album(quick, tmp_path)
    assert again.picture("a cat --steps 1").tobytes() == first.tobytes()
    assert other.picture("a cat --steps 2").tobytes() != first.tobytes()
    assert again.seconds == [999]
    assert 0 < other.seconds[0] < 999
