"""The programs in docs/library.md run, and leave the files and lines that the text promises."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs/library.md"
TEXT = PAGE.read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^## (.+?)$.*?^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
LEFT = {
    "Render a picture and save it": {"volcano.jpg", "volcano.png"},
    "Watch the steps and stop early": {f"lighthouse-{number}.jpg" for number in range(1, 6)},
    "Start from an image, and change only a part": {"clouds.png"},
    "Save a checkpoint and resume": {"goldfish.ckpt", "goldfish.png"},
    "Guide with several models, and score a picture": {"castle.png"},
}
"""The files that each program writes."""
PRINTED = {
    "Watch the steps and stop early": r"(step \d of 8: similarity -?0\.\d\d\n){5}stopped; .* has stop=0\.625\n",
    "Guide with several models, and score a picture": r"a castle [01]\.\d\d\na spider [01]\.\d\d\n",
}


def test_every_program_of_the_page_is_known() -> None:
    assert [title for title, _ in PROGRAMS] == list(LEFT)
    assert TEXT.count("```python") == len(PROGRAMS)


@pytest.mark.parametrize(("title", "program"), PROGRAMS, ids=[title for title, _ in PROGRAMS])
def test_a_program_runs_and_does_what_the_page_says(
    title: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(program, f"{PAGE.name}: {title}", "exec"), {"__name__": "__main__"})
    assert {path.name for path in tmp_path.iterdir()} == LEFT[title]
    assert re.fullmatch(PRINTED.get(title, ""), capsys.readouterr().out)
