"""`python -m guidance`: errors in one line, JSON reports, reproducible files."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from guidance.cli.main import main
from guidance.cli.options import parser
from guidance.cli.task import build_task
from guidance.clip.model import ClipModel
from guidance.io.atomic_write import atomic_write
from guidance.io.picture import read_image, request_of, to_png
from guidance.request.parameters import RANGES
from guidance.request.request import Request


def process(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own, which takes seconds to import torch."""
    return subprocess.run(
        [sys.executable, "-m", "guidance", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class CommandLine:
    """The command line in this process, in a folder of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Status, stdout, stderr."""
        self.capture.readouterr()
        try:
            status = main(arguments)
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *self.capture.readouterr()

    def output_of(self, *arguments: str) -> list[str]:
        """The lines on stdout of a command that succeeds."""
        status, out, err = self.run(*arguments)
        assert status == 0, err
        return out.splitlines()

    def request(self, name: str) -> Request:
        """The request stored in a picture."""
        return request_of((self.folder / name).read_bytes())


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A command line that loads its models."""
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path, capsys)


@pytest.fixture
def line(real: CommandLine, quick: ClipModel, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line that gets a quick model in place of pocket with default options."""
    load = ClipModel.load

    def ready(name: str, device: str, precision: str, **more: bool) -> ClipModel:
        usual = (name, device, precision) == ("pocket", "auto", "auto")
        return quick if usual else load(name, device, precision, **more)

    monkeypatch.setattr(ClipModel, "load", ready)
    return real


SMALL = ("--size", "80x64", "--steps", "4", "--views", "2")


@pytest.mark.usefixtures("threads_as_shipped")
def test_the_same_seed_gives_identical_files_and_another_seed_another_picture(
    real: CommandLine,
) -> None:
    reports = []
    for name, seed in (("a.png", "1"), ("b.png", "1"), ("c.png", "2")):
        (report,) = real.output_of("a volcano", "--seed", seed, *SMALL, "--out", name, "--json")
        reports.append(json.loads(report))
    first, second, third = ((real.folder / name).read_bytes() for name in ("a.png", "b.png", "c.png"))
    assert first == second
    assert first != third
    assert request_of(third).seed == 2
    report = reports[0]
    assert " ".join(report) == (
        "path prompt seed width height steps seconds similarity stopped_early microbatch model device"
    )
    assert (report["path"], report["prompt"], report["seed"]) == ("a.png", "a volcano", 1)
    assert (report["width"], report["height"], report["steps"], report["model"]) == (80, 64, 4, "pocket")


def test_like_repeats_a_picture_and_flags_count_inside_the_prompt(line: CommandLine) -> None:
    line.output_of("a castle --seed 5 --no fog --ar 2:1 --steps 3 --stop 70", "--views", "2", "--out", "a.png")
    first = line.request("a.png")
    assert (first.prompt, first.negative, first.seed, first.steps, first.stop) == ("a castle", "fog", 5, 3, 0.7)
    assert (first.width, first.height) == (360, 176)
    line.output_of("--like", "a.png", "--out", "same.png")
    assert (line.folder / "same.png").read_bytes() == (line.folder / "a.png").read_bytes()
    line.output_of("--like", "a.png", "--seed", "7", "--noise", "0.2", "--out", "b.png")
    assert line.request("b.png") == replace(first, seed=7, noise=0.2)


def test_an_interrupted_run_is_resumed_to_the_same_bytes(line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ("a rose", "--seed", "3", "--size", "64x64", "--views", "2", "--steps", "6")
    line.output_of(*whole, "--out", "whole.png")

    def interrupted(path: Path, data: bytes) -> None:
        atomic_write(path, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("guidance.cli.main.atomic_write", interrupted)
        broken = line.run(*whole, "--checkpoint", "run.ckpt", "--checkpoint-every", "3")
    assert broken == (130, "", "python -m guidance: stopped\n")
    assert not (line.folder / "3.png").exists()
    line.output_of("--resume", "run.ckpt", "--out", "resumed.png")
    assert (line.folder / "resumed.png").read_bytes() == (line.folder / "whole.png").read_bytes()


def test_a_picture_leads_to_variations_an_upscale_and_more_steps(line: CommandLine) -> None:
    line.output_of("a rose", "--seed", "3", *SMALL, "--out", "a.png", "--checkpoint", "a.ckpt")
    for source in ("a.png", "a.ckpt"):
        line.output_of("--upscale", source, "--out", "large.png")
        assert read_image(Path("large.png").read_bytes()).size == (160, 128)
    line.output_of("a thorny rose", "--continue", "a.ckpt", "--out", "more.png")
    more = line.request("more.png")
    assert (more.prompt, more.seed) == ("a thorny rose", 3)
    assert more.init == hashlib.sha256(Path("a.ckpt").read_bytes()).hexdigest()
    line.output_of("--vary", "a.png", "--count", "3", "--seed", "8", "--out", "many", "--sheet", "sheet.png")
    entries = [json.loads(entry) for entry in Path("many/manifest.jsonl").read_text().splitlines()]
    assert [entry["file"] for entry in entries] == ["8.png", "9.png", "10.png"]
    assert len({entry["sha256"] for entry in entries}) == 3
    assert read_image(Path("sheet.png").read_bytes()).width > 256


def test_a_data_set_continues_with_its_missing_pictures(line: CommandLine) -> None:
    many = ("a rose", "--seed", "1", *SMALL, "--out", "set", "--json")
    assert len(line.output_of(*many, "--count", "2")) == 2
    before = Path("set/1.png").stat().st_mtime_ns
    (report,) = line.output_of(*many, "--count", "3")
    assert json.loads(report)["path"] == "set/3.png"
    assert Path("set/1.png").stat().st_mtime_ns == before
    assert len(Path("set/manifest.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize("name", ["timelapse.mp4", "timelapse.webp"])
def test_a_run_can_be_saved_as_a_timelapse(line: CommandLine, name: str) -> None:
    line.output_of("a rose", "--seed", "1", *SMALL, "--timelapse", name)
    assert Path(name).stat().st_size > 500
    assert Path("1.png").exists()


def test_an_init_image_a_mask_and_an_image_prompt_are_used(line: CommandLine) -> None:
    Image.new("RGB", (64, 64), "red").save("red.png")
    left = Image.new("L", (64, 64), 0)
    left.paste(255, (0, 0, 32, 64))
    left.save("left.png")
    files = ("--init", "red.png", "--strength", "1", "--mask", "left.png", "--image", "red.png::0.5")
    line.output_of("a rose", *files, "--size", "64x64", "--steps", "4", "--seed", "1", "--out", "out.png")
    picture = read_image(Path("out.png").read_bytes())
    assert {picture.getpixel((x, y)) for x in range(32, 64) for y in range(64)} == {(255, 0, 0)}
    assert {picture.getpixel((x, y)) for x in range(32) for y in range(64)} != {(255, 0, 0)}


def test_the_help_names_a_range_and_a_default_for_every_number(line: CommandLine) -> None:
    text = " ".join("\n".join(line.output_of("--help")).split())
    for name, limits in RANGES.items():
        if name in {"width", "height"}:
            continue
        _, _, entry = text.partition(f"--{name.replace('_', '-')} ")
        assert str(limits) in entry.partition(" --")[0], name
        assert "; default: " in entry.partition(" --")[0], name


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([""], "the prompt is empty"),
        ([], "PROMPT is missing"),
        (["a castle::x9::0"], "column 15"),
        (["a --sed 5"], "did you mean --seed?"),
        (["a", "--style", "oil"], "style 'oil' is unknown"),
        (["a", "--aspect", "wide"], "--aspect is 'wide'"),
        (["a", "--aspect", "99:1"], "nearer to 1:1"),
        (["a", "--count", "0"], "--count is 0"),
        (["a", "--count", "2", "--timelapse", "a.mp4"], "leave --count out"),
        (["a", "--count", "2", "--seed", "4294967295"], "too high for 2 seeds"),
        (["a", "--sheet", "a.png"], "with --count"),
        (["a", "--out", "b.jpg"], "--out is b.jpg, but is written as PNG; end its name in .png"),
        (["a", "--count", "2", "--sheet", "a.xyz"], "end its name in .png"),
        (["--resume", __file__, "--steps", "9"], "leave --steps out"),
        (["--resume", __file__, "--aspect", "1:1"], "leave --aspect out"),
        (["a", "--timelapse", "a.gif"], ".mp4 or .webp"),
        (["a", "--image", f"{__file__}::x"], "must be a number"),
        (["a", "--mask", "missing.png"], "missing.png cannot be read"),
        (["a", "--checkpoint-every", "0"], "--checkpoint-every is 0"),
        (["a", "--rotation", "90"], "0 to 45 degrees"),
        (["a", "--precision", "int8"], "'int8' is unknown"),
        (["--like", __file__], "this is a text, not a picture"),
        (["--like", "a.png", "--vary", "b.png"], "choose one of"),
        (["--resume", __file__], "not a checkpoint"),
        (["a", "--resume", __file__], "leave the prompt out"),
        (["a", "--size", "big"], "--size is 'big'"),
        (["a", "--size", "3x3"], "width is 3, but must be 64 to 2048 pixels"),
        (["a", "--steps", "0"], "steps is 0"),
        (["a", "--steps", "many"], "invalid int value"),
        (["a", "--seed", "-1"], "seed is -1"),
        (["a", "--canvas", "oil"], "choose one of pyramid, fourier, pixels, palette"),
        (["a", "--init", "missing.png"], "missing.png cannot be read"),
        (["a", "--init", __file__], "this is a text, not a picture"),
        (["a", "--out", "no/such/folder.png"], "there is no folder no/such; make it first"),
        (["a", "--sheet", f"{__file__}/a.png", "--count", "2"], "test_command_line.py is a file, not a folder"),
        (["a", "--timelapse", "/"], "is not a video format"),
        (["a", "--checkpoint", "/"], "it is a folder; name a file in it"),
        (["a", "--checkpoint", "/proc/a"], "/proc/a cannot be written ("),
        (["a", "castle"], "unrecognized arguments: castle; put the whole prompt in quotes"),
        (["a", "\u2014ar", "16:9"], "\u2014ar; write two hyphens: --ar"),
        (["a", "-ar", "16:9"], "-ar (--ar)"),
        (["a", "--model", "ViT-B-99/nobody"], "is unknown"),
        (["a", "--model", "ViT-B-32/laion2b_s34b_b79k"], "needs no download"),
        (["a", "--device", "tpu"], "device 'tpu'"),
        (["a", "--paint", "red"], "unrecognized arguments: --paint"),
        (["a", "--width", "512", "--cfg_scale", "7"], "--width (--size WxH); --cfg_scale (give phrases weights"),
        (["a", "--image", "https://example.org/a.png"], "is an address; download the picture first"),
        (["a", "--init", "https://example.org/a.png"], "is an address; download the picture first"),
        (["a", "--size", "wide"], "must be WIDTHxHEIGHT"),
        (["a castle --v 5 --tile"], "--v (the model is chosen by whoever runs this); --tile (there is nothing"),
        (["--no dogs a cat"], "--no takes all words after it"),
        (["a", "--model", "local-dir:nowhere"], "nowhere is not a folder with open_clip_config.json"),
    ],
)
def test_bad_input_is_one_line_and_status_2(line: CommandLine, arguments: list[str], says: str) -> None:
    status, out, err = line.run(*arguments)
    assert status == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert out == ""
    assert list(line.folder.iterdir()) == []


def test_bad_input_is_one_line_in_a_process_of_its_own_too(tmp_path: Path) -> None:
    run = process("a", "--steps", "0", folder=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "python -m guidance: steps is 0, but must be 1 to 2000 steps\n"


@pytest.mark.parametrize("size", ["64x72", "64×72", "64 x 72", "64X72"])
def test_a_size_and_a_shape_are_read_as_people_write_them(size: str) -> None:
    task = build_task(parser().parse_args(["a cat --no fog", "--size", size]))
    assert (task.request.width, task.request.height) == (64, 72)
    task = build_task(parser().parse_args(["a cat", "--ar", "16x9", "--no", "fog"]))
    assert task.request.width > task.request.height
    assert task.request.negative == "fog"


def test_a_model_in_a_folder_is_found_again_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    task = build_task(parser().parse_args(["a cat", "--model", "local-dir:mine + pocket"]))
    assert task.request.model == f"local-dir:{tmp_path / 'mine'} + pocket"
    (tmp_path / "cat.png").write_bytes(to_png(Image.new("RGB", (64, 64)), task.request))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert build_task(parser().parse_args(["--like", "../cat.png"])).request == task.request
    moved = build_task(parser().parse_args(["--like", "../cat.png", "--model", "local-dir:../mine"]))
    assert moved.request.model == f"local-dir:{tmp_path / 'elsewhere' / '../mine'}"
