"""Where the bot's token comes from, and what cannot be one."""

from pathlib import Path

import pytest

from bot.config import Config, parse
from bot.discord_token import TOKEN_VARIABLE, token
from bot.toml_reader import ConfigError


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa.b-c_d", b"  a.b-c_d \r\n\n", b"\xef\xbb\xbf\n\ta.b-c_d\n"])
def test_a_byte_order_mark_and_white_space_are_no_part_of_the_token(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    secret = tmp_path / "token"
    secret.write_bytes(data)
    assert token(parse({"discord": {"token_file": str(secret)}})) == "a.b-c_d"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"SECRET\nSECRET2\n", "has more than one line; keep only the token"),
        (b"Bot SECRET", "is not a token"),
        (b'"SECRET"', "is not a token"),
        ("SECRÉT".encode(), "is not a token"),
        (b"SEC\x00RET", "is not a token"),
        ("SECRET".encode("utf-16"), "is not UTF-8 text"),
    ],
)
def test_what_cannot_be_a_token_is_reported_without_showing_it(
    data: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    secret = tmp_path / "token"
    secret.write_bytes(data)
    with pytest.raises(ConfigError, match=message) as caught:
        token(parse({"discord": {"token_file": str(secret)}}))
    assert "SEC" not in str(caught.value)


@pytest.mark.parametrize("name", ["", " ", "a\0b"])
def test_the_file_of_the_token_must_be_a_path(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    with pytest.raises(ConfigError, match=r"no token|must be a path"):
        token(parse({"discord": {"token_file": name}}))


def test_the_token_comes_only_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "token"
    secret.write_text("from-the-file\n")
    settings = parse({"discord": {"token_file": str(secret)}})
    monkeypatch.setenv(TOKEN_VARIABLE, " from-the-environment ")
    assert token(settings) == "from-the-environment"
    monkeypatch.delenv(TOKEN_VARIABLE)
    assert token(settings) == "from-the-file"
    secret.write_text("")
    with pytest.raises(ConfigError, match="is empty"):
        token(settings)
    with pytest.raises(ConfigError, match="no token: set DISCORD_TOKEN"):
        token(Config())
    with pytest.raises(ConfigError, match=r"discord\.token is unknown"):
        parse({"discord": {"token": "x"}})
