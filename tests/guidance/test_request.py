"""A Request is whole, valid and the same on the other side of JSON."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.prompt import clean
from guidance.request import CANVASES, RANGES, Request, RequestError

visible = st.text(min_size=1, max_size=60).filter(lambda text: bool(clean(text)))


@given(
    prompt=visible,
    negative=st.text(max_size=60),
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(64, 2048),
    steps=st.integers(1, 2000),
    canvas=st.sampled_from(CANVASES),
    strength=st.floats(0, 1),
)
def test_any_request_survives_json(
    prompt: str, negative: str, seed: int, width: int, steps: int, canvas: str, strength: float
) -> None:
    request = Request.resolve(
        prompt, negative=negative, seed=seed, width=width, steps=steps, canvas=canvas, strength=strength
    )
    assert Request.from_json(request.to_json()) == request
    assert Request.from_json(request.to_json()).to_json() == request.to_json()


@given(text=st.text(max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_cleaning_removes_what_hides_words_from_a_blocklist() -> None:
    assert clean("f\u200bo\u202er\u00adbid\x07den \t ﬁsh\u2028now") == "forbidden fish now"


@pytest.mark.parametrize("name", sorted(RANGES))
@pytest.mark.parametrize("past", ["below", "above", "nan"])
def test_a_value_out_of_its_range_is_refused_by_name(name: str, past: str) -> None:
    data = json.loads(Request.resolve("a cat", seed=1).to_json())
    limits = RANGES[name]
    whole = isinstance(data[name], int)
    wrong = {"below": limits.low - 1, "above": limits.high + 1, "nan": float("nan")}[past]
    data[name] = int(wrong) if whole and past != "nan" else wrong
    with pytest.raises(RequestError, match=name):
        Request(**data)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"prompt": ""}, "empty"),
        ({"prompt": "x" * 1001}, "1001 characters"),
        ({"prompt": "zero\u200bwidth"}, "invisible"),
        ({"canvas": "oil"}, "pyramid"),
        ({"init": "abc"}, "sha256"),
        ({"schema": 2}, "schema 2"),
        ({"steps": True}, "steps"),
        ({"steps": "9"}, "steps"),
        ({"view_low": 0.9, "view_high": 0.2}, "view_low"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(change: dict[str, object], says: str) -> None:
    data = json.loads(Request.resolve("a cat", seed=1).to_json()) | change
    with pytest.raises(RequestError, match=says):
        Request(**data)


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "not a request"), ("[]", "object"), ('{"prompt":"x"}', "missing"), ("nul", "not a request")],
)
def test_json_that_is_no_request_is_refused(text: str, says: str) -> None:
    with pytest.raises(RequestError, match=says):
        Request.from_json(text)


def test_an_unknown_field_is_named() -> None:
    data = json.loads(Request.resolve("a cat", seed=1).to_json()) | {"stepz": 3}
    with pytest.raises(RequestError, match="'stepz' is unknown"):
        Request.from_json(json.dumps(data))


@pytest.mark.parametrize("module", ["guidance.request", "guidance.prompt", "bot.app"])
def test_importing_it_imports_no_torch(module: str) -> None:
    program = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
