"""A Request is complete and valid, and survives JSON."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.request import derive
from guidance.request.defaults import defaults_for
from guidance.request.model_name import parse_ensemble
from guidance.request.parameters import CANVASES, DISTANCES, RANGES
from guidance.request.prompt import clean
from guidance.request.request import ImagePrompt, Request, RequestError, fitted
from guidance.request.schema import REMOVED_FIELDS, RENAMED_FIELDS, SCHEMA
from guidance.request.style import Style

SHA = "a" * 64
POCKET = defaults_for("pocket")
words = st.from_regex(r"[a-z]{1,9}( [a-zé🦁]{1,9}){0,4}", fullmatch=True).filter(lambda text: bool(clean(text)))


@given(
    prompt=words,
    negative=st.text(max_size=60),
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(64, 2048),
    steps=st.integers(1, 2000),
    canvas=st.sampled_from(CANVASES),
    distance=st.sampled_from(DISTANCES),
    strength=st.floats(0, 1),
    weights=st.lists(st.floats(0.1, 10), max_size=3),
)
def test_any_request_survives_json(weights: list[float], prompt: str, **settings: Any) -> None:
    images = tuple(ImagePrompt(SHA, weight) for weight in weights)
    request = Request.resolve(prompt, images=images, init=SHA, mask=SHA, canvas_model="local-dir:here", **settings)
    assert Request.from_json(request.to_json()) == request
    assert Request.from_json(request.to_json()).to_json() == request.to_json()


def test_an_argument_precedes_a_flag_the_style_the_host_and_the_model() -> None:
    styles = {"plain": Style("a plain {}", {"steps": 30, "views": 3, "noise": 0.2})}
    host: Any = {"steps": 20, "views": 2, "width": 128, "height": 64}
    request = Request.resolve("cat --style plain --steps 40 --seed 5 --no fog", seed=6, styles=styles, host=host)
    assert (request.seed, request.steps, request.views, request.noise) == (6, 40, 3, 0.2)
    assert (request.width, request.height, request.negative, request.style) == (128, 64, "fog", "a plain {}")
    assert Request.resolve("cat --steps 40", steps=50, host=host).steps == 50
    assert Request.resolve("cat", host=host).steps == 20
    assert Request.resolve("cat").steps == POCKET["steps"]


def test_fewer_steps_have_a_higher_rate_and_more_steps_the_same_unless_it_is_chosen() -> None:
    lengths = (1, 20, POCKET["steps"], 160, 2000)
    rates = [Request.resolve("a cat", seed=1, steps=steps).learning_rate for steps in lengths]
    assert rates[0] > rates[1] > rates[2]
    assert rates[2:] == [POCKET["learning_rate"]] * 3
    assert Request.resolve("a cat", steps=20, learning_rate=0.2).learning_rate == 0.2
    short = derive.revised(Request.resolve("a cat", seed=1), steps=20)
    assert short == Request.resolve("a cat", seed=1, steps=20)
    assert derive.revised(short, steps=9, learning_rate=0.3).learning_rate == 0.3


def test_a_short_run_has_a_higher_rate_unless_it_is_chosen() -> None:
    default = Request.resolve("a cat", seed=1)
    short = Request.resolve("a cat", seed=1, steps=16)
    explicit = Request.resolve("a cat", seed=1, steps=16, learning_rate=0.3)
    assert short.learning_rate > default.learning_rate == Request.resolve("a cat", steps=2000).learning_rate
    assert derive.revised(default, steps=16) == short
    assert derive.revised(short, steps=default.steps) == default
    assert derive.revised(explicit, steps=8).learning_rate == pytest.approx(0.3 * 2**0.75, abs=1e-4)


def test_without_a_seed_every_picture_gets_its_own() -> None:
    assert len({Request.resolve("a cat").seed for _ in range(8)}) > 1


@given(aspect=st.tuples(st.integers(1, 16), st.integers(1, 16)), area=st.integers(128 * 128, 1024 * 1024))
def test_a_shape_keeps_the_area_and_the_aspect(aspect: tuple[int, int], area: int) -> None:
    try:
        width, height = fitted(aspect, area)
    except RequestError as error:
        assert "nearer to 1:1" in str(error)
        return
    assert width * height <= area
    assert width % 8 == height % 8 == 0
    assert abs(width - (area * aspect[0] / aspect[1]) ** 0.5) < 8


@pytest.mark.parametrize("name", sorted(RANGES))
@pytest.mark.parametrize("past", ["below", "above", "nan"])
def test_a_value_out_of_its_range_is_refused_by_name(name: str, past: str) -> None:
    data = json.loads(Request.resolve("a cat", seed=1).to_json()) | {"images": ()}
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
        ({"prompt": "fog::-1"}, "negative weight"),
        ({"prompt": "fog::x1::9 castle::99"}, "column 20"),
        ({"canvas": "oil"}, "pyramid"),
        ({"distance": "far"}, "spherical"),
        ({"init": "abc"}, "init is not a sha256"),
        ({"init": SHA, "mask": "abc"}, "mask is not a sha256"),
        ({"mask": SHA}, "needs an init image"),
        ({"perturbation": 0.5}, "needs an init image"),
        ({"images": (ImagePrompt(SHA, 0),)}, "not 0"),
        ({"images": (ImagePrompt(SHA),) * 9}, "too many"),
        ({"images": [ImagePrompt(SHA)]}, "image prompts"),
        ({"schema": SCHEMA + 1}, f"schema {SCHEMA + 1}"),
        ({"steps": True}, "steps"),
        ({"steps": "9"}, "steps"),
        ({"model": "pocket + pocket"}, "twice"),
        ({"model": "pocket::x"}, "the weight 'x'"),
        ({"view_low": 0.9, "view_high": 0.2}, "view_low"),
        ({"view_low_end": 0.9, "view_high_end": 0.2}, "view_low_end"),
    ],
)
def test_an_invalid_request_is_refused_with_a_reason(change: dict[str, object], says: str) -> None:
    data = json.loads(Request.resolve("a cat", seed=1).to_json()) | {"images": ()} | change
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


def in_old_names(request: Request) -> dict[str, Any]:
    """The JSON object with the names of before schema 5."""
    old = {now: before for before, now in RENAMED_FIELDS.items()}
    return {old.get(name, name): value for name, value in json.loads(request.to_json()).items()}


def test_a_request_of_the_first_schema_is_still_read() -> None:
    old = {
        "canvas": "pyramid", "height": 208, "init": None, "learning_rate": 0.12, "model": "pocket", "negative": "fog",
        "noise": 0.15, "prompt": "a volcano", "restraint": 0.0, "schema": 1, "seed": 9, "smoothness": 2.0, "steps": 64,
        "strength": 0.6, "view_high": 1.0, "view_low": 0.6, "views": 6, "width": 320,
    }  # fmt: skip
    request = Request.from_json(json.dumps(old))
    assert (request.prompt, request.width, request.negative, request.seed) == ("a volcano", 320, "fog", 9)
    assert (request.view_low_end, request.view_high_end, request.noise_end) == (0.6, 1.0, 0.15)
    assert Request.from_json(request.to_json()) == request


def test_a_request_of_the_second_schema_keeps_its_meaning() -> None:
    now = in_old_names(Request.resolve("a volcano", seed=9))
    old = {name: value for name, value in now.items() if name != "locality"} | {"schema": 2, "familiarity": 0.5}
    assert Request.from_json(json.dumps(old)) == Request.resolve("a volcano", seed=9, locality=1.0)


def test_a_request_of_the_third_schema_keeps_its_meaning() -> None:
    now = in_old_names(Request.resolve("a volcano", seed=9))
    old = {name: value for name, value in now.items() if name != "locality"} | {"schema": 3}
    assert Request.from_json(json.dumps(old)) == Request.resolve("a volcano", seed=9, locality=1.0)


def test_a_request_from_before_the_fields_were_renamed_keeps_its_meaning() -> None:
    request = Request.resolve("a volcano", seed=9, early_stop=0.01, level_decay=0.5, clipping=4.0)
    old = in_old_names(request) | {"schema": 4, "calm": 2.0, "variety": 5.0, "restraint": 3.0}
    assert (old["taper"], old["settle"], old["headroom"]) == (0.5, 0.01, 4.0)
    assert Request.from_json(json.dumps(old)) == request


def test_a_request_of_the_fifth_schema_keeps_its_meaning() -> None:
    stored: dict[str, Any] = {
        "canvas": "palette", "clipping": 1.0, "colours": 6, "distance": "cosine", "early_stop": 0.0,
        "familiarity": 1.0, "flip": 0.5, "height": 256, "high_frequency": 0.0, "images": [], "init": None,
        "jitter": 0.0, "learning_rate": 0.13, "level_decay": 0.0, "locality": 0.0, "mask": None, "model": "pocket",
        "negative": "", "noise": 0.1, "noise_end": 0.1, "perspective": 0.0, "perturbation": 0.0, "pixel": 1,
        "prompt": "a volcano", "repetition": 0.0, "rotation": 0.0, "saturation": 0.0, "schema": 5, "seed": 9,
        "smoothness": 2.0, "steps": 64, "stop": 1.0, "strength": 0.6, "style": "a poster of {}", "view_high": 1.0,
        "view_high_end": 1.0, "view_low": 0.7, "view_low_end": 0.7, "views": 6, "width": 256,
    }  # fmt: skip
    request = Request.from_json(json.dumps(stored))
    fields = {name: value for name, value in json.loads(request.to_json()).items() if name in stored}
    for removed in REMOVED_FIELDS:
        del stored[removed]
    assert fields == stored | {"schema": request.schema}


def test_an_old_name_in_the_present_schema_is_unknown() -> None:
    data = json.loads(Request.resolve("a cat", seed=1).to_json())
    data["taper"] = data.pop("level_decay")
    with pytest.raises(RequestError, match="'level_decay' is missing"):
        Request.from_json(json.dumps(data))


def test_a_model_s_name_may_name_several_with_weights() -> None:
    assert parse_ensemble("ViT-B-32/laion2b_s34b_b79k::2 + RN50/openai") == (
        ("ViT-B-32/laion2b_s34b_b79k", 2.0),
        ("RN50/openai", 1.0),
    )


def test_a_request_lists_the_inputs_it_needs() -> None:
    request = Request.resolve("x", init=SHA, mask="b" * 64, images=(ImagePrompt("c" * 64),))
    assert request.inputs() == {SHA, "b" * 64, "c" * 64}


def test_derived_requests_change_only_the_given_fields() -> None:
    first = Request.resolve("a cat", seed=1, width=320, height=208)
    assert derive.revised(first, seed=2) == Request.resolve("a cat", seed=2, width=320, height=208)
    other = derive.revised(first, "a dog --steps 9", steps=10)
    assert (other.prompt, other.steps, other.seed, other.width) == ("a dog", 10, 1, 320)
    shaped = derive.revised(first, "a dog --ar 1:1 --style poster")
    assert (shaped.width, shaped.height, shaped.canvas, shaped.style) == (256, 256, "palette", "a poster of {}")
    with pytest.raises(RequestError, match="style 'oil' is unknown"):
        derive.revised(first, "a dog --style oil")
    large = derive.upscaled(first, SHA)
    assert (large.width, large.height, large.init, large.seed) == (640, 416, SHA, 1)
    varied = derive.variation(first, SHA, 5)
    assert (varied.seed, varied.init, varied.prompt) == (5, SHA, "a cat")
    assert varied.perturbation > 0
    halfway = derive.revised(first, stop=0.5)
    for following in (derive.continued(halfway, SHA), derive.upscaled(halfway, SHA), derive.variation(halfway, SHA, 1)):
        assert (following.stop, following.steps) == (1.0, first.steps)
    with pytest.raises(RequestError, match="width is 4096"):
        derive.upscaled(Request.resolve("a cat", width=2048, height=64), SHA)


def test_a_stop_of_28_percent_of_25_steps_is_7_although_the_product_is_rounded_up() -> None:
    assert 25 * 0.28 > 7
    assert Request.resolve("a cat --stop 28%", steps=25).span() == range(7)


def test_a_stop_leads_back_to_its_step_in_every_schedule() -> None:
    for steps in range(1, 61):
        whole = Request.resolve("a cat", seed=1, steps=steps)
        for step in range(1, steps + 1):
            assert derive.stopped(whole, step).span() == range(step), (step, steps)


@given(st.data())
def test_a_stop_leads_back_to_its_step_whatever_an_init_image_skips(data: st.DataObject) -> None:
    whole = Request.resolve(
        "a cat",
        seed=1,
        init=SHA,
        steps=data.draw(st.integers(1, 2000)),
        strength=data.draw(st.floats(0, 1)),
        stop=data.draw(st.floats(RANGES["stop"].low, 1)),
    )
    if whole.span():
        step = data.draw(st.integers(whole.span().start + 1, whole.span().stop))
        stopped = derive.stopped(Request.from_json(whole.to_json()), step)
        assert Request.from_json(stopped.to_json()).span() == range(whole.span().start, step)
    assert derive.stopped(whole, whole.span().stop) == whole


@pytest.mark.parametrize(
    "module", ["guidance", "guidance.request.request", "guidance.request.prompt", "guidance.request.derive", "bot.app"]
)
def test_importing_it_imports_no_torch(module: str) -> None:
    program = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
