"""config.toml: every mistake is said with its place, and the example is the truth."""

import tomllib
from pathlib import Path

import pytest

from bot import config
from bot.config import Config, ConfigError, load, parse

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_the_example_holds_every_key_with_its_default() -> None:
    written = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert parse(written) == Config()
    sections = {name: getattr(Config(), name) for name in written}
    assert {name: set(keys) for name, keys in written.items()} == {
        name: set(section.__dataclass_fields__) for name, section in sections.items()
    }
    assert set(written) == set(Config.__dataclass_fields__)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[progres]\n", "progres is unknown; did you mean progress"),
        (
            "[limits]\nwaiting_per_membre = 3",
            "did you mean limits.waiting_per_member",
        ),
        ("[limits]\nzzz = 3", "known here: waiting_per_member"),
        ("[limits]\nwaiting_per_member = 0", "limits.waiting_per_member is 0, but must be 1"),
        ("[limits]\nwaiting_per_member = true", "must be a whole number"),
        ("[limits]\nwaiting_per_member = '3'", "must be a whole number"),
        ("limits = 3", "limits must be a section"),
        ("[progress]\ninterval_s = 0.1", "progress.interval_s is 0.1"),
        ("[imagine]\nsizes = []", "1 to 25 sizes"),
        ("[imagine]\nsizes = ['big']", "'big' is not a size"),
        ("[imagine]\nsizes = ['32x32']", "width is 32"),
        ("[imagine]\nsizes = ['2048x2048']", "10 MiB"),
        ("[imagine]\nsizes = [256]", r"imagine.sizes\[0\] must be text"),
        ("[imagine]\nsteps = 400", "imagine.steps is 400"),
        ("[discord]\napi_url = 'http://discord.example/api'", "discord.api_url must begin with https"),
        ("[discord]\ngateway_url = 'ws://10.0.0.1/'", "discord.gateway_url must begin with wss"),
        ("[discord]\napi_url = 'ftp://127.0.0.1/'", "discord.api_url must begin with https"),
        ("[engine]\nshutdown_s = -1", "engine.shutdown_s is -1, but must be 0 to 3600"),
        ("[log]\nformat = 'xml'", "log.format must be one of console, json, not 'xml'"),
        ("[log]\nlevel = 'INFO'", "log.level must be one of debug, info, warning, error, not 'INFO'"),
        ("[log]\nlevel = 20", "log.level must be text in quotes"),
        ("[metrics]\nport = 65536", "metrics.port is 65536, but must be 0 to 65535"),
        ("[metrics]\nhost = '0.0.0.0'", "metrics.host is unknown; did you mean metrics.port"),
        ("[discord\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_said_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says):
        load(path)


def test_a_missing_file_says_where_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"copy config\.example\.toml"):
        load(tmp_path / "none.toml")


def test_loopback_may_be_spoken_to_in_the_clear() -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:99"):
        parse({"discord": {"api_url": f"http://{host}/api/v10", "gateway_url": f"ws://{host}/gateway"}})


def test_the_token_comes_from_the_environment_or_a_file_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "token"
    secret.write_text("from the file\n")
    settings = parse({"discord": {"token_file": str(secret)}})
    monkeypatch.setenv(config.TOKEN_VARIABLE, " from the environment ")
    assert config.token(settings) == "from the environment"
    monkeypatch.delenv(config.TOKEN_VARIABLE)
    assert config.token(settings) == "from the file"
    secret.write_text("")
    with pytest.raises(ConfigError, match="is empty"):
        config.token(settings)
    with pytest.raises(ConfigError, match="no token: set DISCORD_TOKEN"):
        config.token(Config())
    with pytest.raises(ConfigError, match=r"discord\.token is unknown"):
        parse({"discord": {"token": "x"}})
