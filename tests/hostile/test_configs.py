"""Whatever stands in config.toml, it is read or refused in one sentence that names the setting or the place."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import CanvasConfig, ConceptConfig, Config, load, parse
from bot.toml_reader import ConfigError
from tests.hostile.configs import CONFIGS

SHOWN = 600
"""Characters of the longest sentence, without the path."""
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
LISTS = {"concept": list(ConceptConfig.__dataclass_fields__), "canvas": list(CanvasConfig.__dataclass_fields__)}
SECTIONS = {
    name: list(getattr(Config(), name).__dataclass_fields__)
    for name in Config.__dataclass_fields__
    if name not in LISTS
}


def assert_one_sentence(error: ConfigError) -> None:
    text = str(error)
    assert text
    assert text.isprintable()
    assert len(text) < SHOWN


@pytest.mark.parametrize("data", CONFIGS.values(), ids=CONFIGS)
def test_a_file_is_read_or_refused_in_one_sentence(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("config.toml")
    path.write_bytes(data)
    try:
        config = load(path)
    except ConfigError as error:
        assert_one_sentence(error)
    else:
        assert isinstance(config, Config)


VALUES = st.recursive(
    st.none().map(lambda _: "")
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["16:9", "96x96", "https://[", "~x", "pocket", "off", "hold", "\0", "²:³", "9" * 5000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SECTION = st.sampled_from(sorted(SECTIONS)).flatmap(
    lambda name: st.fixed_dictionaries(
        {name: st.dictionaries(st.sampled_from(SECTIONS[name]) | st.text(max_size=8), VALUES, max_size=3)}
    )
)
NAME = st.sampled_from([*SECTIONS, *LISTS]) | st.text(max_size=8)
ENTRIES = st.sampled_from(sorted(LISTS)).flatmap(
    lambda name: st.fixed_dictionaries(
        {name: st.lists(st.dictionaries(st.sampled_from(LISTS[name]), VALUES, max_size=6), max_size=3)}
    )
)


@settings(max_examples=50)
@given(
    SECTION | ENTRIES | st.dictionaries(st.sampled_from([*SECTIONS, *LISTS]) | st.text(max_size=8), VALUES, max_size=3)
)
def test_any_values_are_read_or_refused_in_one_sentence(data: dict[str, Any]) -> None:
    try:
        assert isinstance(parse(data), Config)
    except ConfigError as error:
        assert_one_sentence(error)


@given(data=st.data())
def test_a_damaged_example_is_read_or_refused_in_one_sentence(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = bytearray(EXAMPLE.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 9))] = data.draw(
            st.binary(max_size=4) | st.sampled_from([b'"', b"=", b"["])
        )
    path = tmp_path_factory.getbasetemp() / "damaged.toml"
    path.write_bytes(text)
    try:
        assert isinstance(load(path), Config)
    except ConfigError as error:
        assert_one_sentence(error)
