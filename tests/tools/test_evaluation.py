"""The evaluation of the pocket CLIP: criteria, prompts, drawings, and the cache."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tools.pocket import evaluate
from tools.pocket.drawings import MissingError, clip_art, emoji, rasterize
from tools.pocket.evaluation import entries
from tools.pocket.evaluation.criterion import Criterion

SQUARE = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/" width="10" height="20">
<metadata><Work><dc:title>{}</dc:title></Work></metadata><rect width="10" height="20" fill="#f00"/></svg>"""


def test_a_share_is_met_from_its_least_on() -> None:
    assert Criterion.share("x", [True] * 3 + [False], 0.75).met
    assert not Criterion.share("x", [True] * 2 + [False] * 2, 0.75).met
    assert Criterion.share("x", [True, False]).row() == "| x | 50% (1 of 2) |  |  |"
    assert Criterion.limit("x", 0.5, 0.45, "s").row() == "| x | 0.5 s | at most 0.45 s | MISSED |"


def test_no_prompt_of_the_report_is_among_those_for_development() -> None:
    parts = json.loads(evaluate.PROMPTS.read_text(encoding="utf-8"))
    development = {entry["prompt"] for entry in parts["development"]}
    report = {entry["prompt"] for part, asked in parts.items() if part != "development" for entry in asked}
    assert development.isdisjoint(report)
    tuned_by = {entry["prompt"] for entry in entries.DEVELOPMENT_COLOURS + entries.DEVELOPMENT_STYLES}
    assert tuned_by.isdisjoint(report)
    assert [len(parts[part]) for part in evaluate.PARTS if part in parts] == [100, 100, 120, 100, 24]


def test_no_class_held_out_from_the_texts_is_asked_for_elsewhere() -> None:
    parts = json.loads(evaluate.PROMPTS.read_text(encoding="utf-8"))
    held_out = {index for entry in parts["held out"] for index in entry["classes"]}
    entries = (entry for part in ("objects", "development", "words") for entry in parts[part])
    assert held_out
    assert held_out.isdisjoint(index for entry in entries for index in entry["classes"])


def test_a_title_is_a_caption_unless_many_drawings_share_it(tmp_path: Path) -> None:
    for name, title in [("a", "Red_square 2"), *((f"c{n}", "Icons of Mine") for n in range(4))]:
        (tmp_path / f"{name}.svg").write_text(SQUARE.format(title))
    assert sorted(drawing.caption for drawing in clip_art(tmp_path)) == ["", "", "", "", "red square"]


def test_drawings_lie_in_the_middle_of_white_squares_and_broken_ones_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "good.svg").write_text(SQUARE.format("one"))
    (tmp_path / "broken.svg").write_text("<svg")
    [(drawing, image)] = rasterize(clip_art(tmp_path), 5)
    assert drawing.path.stem == "good"
    assert image.size == (224, 224)
    assert [image.getpixel(xy) for xy in ((112, 112), (2, 112))] == [(255, 0, 0), (255, 255, 255)]


@pytest.mark.parametrize("read", [clip_art, emoji])
def test_the_error_for_missing_drawings_says_what_to_do(read: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"install|make emoji"):
        read(tmp_path)


@pytest.mark.torture
def test_an_interrupted_evaluation_continues_with_its_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", "--out", str(tmp_path), "--part", "colours", "--prompts", "2"])
    evaluate.main()
    [folder] = [path for path in tmp_path.iterdir() if path.is_dir()]
    times = {path: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    assert len(times) == 2
    evaluate.main()
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*.png")} == times
    assert "the colour that was asked for covers most" in capsys.readouterr().out
    with Image.open(tmp_path / "colours.jpg") as sheet:
        assert sheet.size[1] == 128
