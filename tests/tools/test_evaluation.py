"""The evaluation of the pocket CLIP: criteria, prompts, and the cache."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tools.pocket import evaluate
from tools.pocket.evaluation import entries
from tools.pocket.evaluation.criterion import Criterion


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
    assert [len(parts[part]) for part in evaluate.PARTS if part in parts] == [100, 120, 100]


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
