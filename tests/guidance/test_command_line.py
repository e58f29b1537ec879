"""`python -m guidance`: one line for bad input, one object for scripts, the same file twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from guidance.picture import request_of


def guidance(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line as its user would."""
    return subprocess.run(
        [sys.executable, "-m", "guidance", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_same_seed_gives_identical_files_and_another_seed_another_picture(tmp_path: Path) -> None:
    reports = []
    for name, seed in (("a.png", "1"), ("b.png", "1"), ("c.png", "2")):
        run = guidance(
            "a volcano", "--seed", seed, "--size", "80x64", "--steps", "3", "--out", name, "--json", folder=tmp_path
        )
        assert run.returncode == 0, run.stderr
        reports.append(json.loads(run.stdout))
    first, second, third = ((tmp_path / name).read_bytes() for name in ("a.png", "b.png", "c.png"))
    assert first == second
    assert first != third
    assert request_of(third).seed == 2
    report = reports[0]
    assert list(report) == [
        "path",
        "prompt",
        "seed",
        "width",
        "height",
        "steps",
        "seconds",
        "similarity",
        "model",
        "device",
    ]
    assert (report["path"], report["prompt"], report["seed"]) == ("a.png", "a volcano", 1)
    assert (report["width"], report["height"], report["steps"], report["model"]) == (80, 64, 3, "pocket")


def test_an_init_image_is_used(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    run = guidance(
        "a rose", "--init", "red.png", "--strength", "0", "--size", "64x64", "--out", "out.png", folder=tmp_path
    )
    assert run.returncode == 0, run.stderr
    red, green, _ = Image.open(tmp_path / "out.png").getpixel((32, 32))  # type: ignore[misc]
    assert red > 245
    assert green < 10


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([""], "the prompt is empty"),
        ([], "PROMPT"),
        (["a", "--size", "big"], "--size is 'big'"),
        (["a", "--size", "3x3"], "width is 3, but must be 64 to 2048 pixels"),
        (["a", "--steps", "0"], "steps is 0"),
        (["a", "--steps", "many"], "invalid int value"),
        (["a", "--seed", "-1"], "seed is -1"),
        (["a", "--canvas", "oil"], "choose one of pyramid, pixels"),
        (["a", "--init", "missing.png"], "missing.png cannot be read"),
        (["a", "--init", __file__], "not a PNG, JPEG or WebP"),
        (["a", "--out", "no/such/folder.png"], "cannot be written"),
        (["a", "--model", "ViT-B-99/nobody"], "is unknown"),
        (["a", "--model", "ViT-B-32/laion2b_s34b_b79k"], "needs no download"),
        (["a", "--device", "tpu"], "device 'tpu'"),
        (["a", "--colour", "red"], "unrecognized"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments: list[str], says: str, tmp_path: Path) -> None:
    run = guidance(*arguments, folder=tmp_path)
    assert run.returncode == 2
    assert says in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert run.stdout == ""
    assert list(tmp_path.iterdir()) == []
