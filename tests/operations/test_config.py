"""config.toml: every error names its key, and the example has the defaults."""

import tomllib
from pathlib import Path

import pytest

from bot.community.guild_settings import Limit
from bot.config import CanvasConfig, ConceptConfig, Config, load, parse
from bot.discord_token import TOKEN_VARIABLE, token
from bot.toml_reader import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
CANVAS = "[[canvas]]\nname = 'x'\nkind = 'latent'\n"


def test_the_example_has_every_key_with_its_default() -> None:
    written = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert parse(written) == Config()
    sections = {name: getattr(Config(), name) for name in written}
    assert {name: set(keys) for name, keys in written.items()} == {
        name: set(section.__dataclass_fields__) for name, section in sections.items()
    }
    assert set(written) == set(Config.__dataclass_fields__) - {"canvas", "concept"}


def commented(section: str, lines: int) -> dict[str, object]:
    """A section of the example that is commented out."""
    text = EXAMPLE.read_text(encoding="utf-8").splitlines()
    begin = text.index(f"# [[{section}]]")
    return tomllib.loads("\n".join(line.removeprefix("# ") for line in text[begin : begin + lines]))


def test_the_commented_sections_of_the_example_are_valid() -> None:
    (concept,) = parse(commented("concept", 4)).concept
    assert concept == ConceptConfig("spiders", ("a spider", "a tarantula"), 0.5)
    (canvas,) = parse(commented("canvas", 7)).canvas
    assert canvas == CanvasConfig("taesd", "latent", "hf-hub:madebyollin/taesd", 3.0, 0, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[progres]\n", "progres is unknown; did you mean progress"),
        (
            "[limits]\nwaiting_per_membre = 3",
            "did you mean limits.waiting_per_member",
        ),
        ("[limits]\nzzz = 3", "known here: waiting_per_member"),
        ("[limits]\nwaiting_per_member = 0", "limits.waiting_per_member is 0, but must be 1 to 1000000"),
        ("[limits]\nwaiting_per_member = true", "must be a whole number"),
        ("[limits]\nwaiting_per_member = '3'", "must be a whole number"),
        ("limits = 3", "limits must be a section"),
        ("[progress]\ninterval_s = 0.1", "progress.interval_s is 0.1"),
        ("[imagine]\nsizes = ['256x256']", "imagine.sizes is unknown; did you mean imagine.size"),
        ("[imagine]\nsize = 'big'", "'big' is not a size"),
        ("[imagine]\nsize = 256", "imagine.size must be text"),
        ("[imagine]\nsize = '32x32'", "a picture of 32x32, but each side must be 64"),
        ("[imagine]\nsize = '1024x1024'", "more pixels than imagine.max_pixels"),
        ("[imagine]\nmax_pixels = 4000000", "imagine.max_pixels is 4000000, but must be 4096 to 3495253"),
        ("[imagine]\naspects = []", "1 to 25 aspects"),
        ("[imagine]\naspects = ['wide']", "'wide' is not an aspect"),
        ("[imagine]\naspects = ['99:1']", "imagine.aspects: '99:1'"),
        ("[imagine]\naspects = ['1:0']", "'1:0' is not an aspect"),
        ("[imagine]\naspects = [1]", r"imagine.aspects\[0\] must be text"),
        ("[limits]\nceiling = 0.5", "limits.ceiling is 0.5"),
        ("[limits]\nmembership_age_hours = -1", "limits.membership_age_hours is -1"),
        ("[limits]\naccount_age_days = 1.5", "must be a whole number"),
        ("[limits]\nsteps_per_day = 0", "limits.steps_per_day is 0"),
        ("[moderation]\nscreening = 'blur'", "moderation.screening must be one of off, spoiler, hold, not 'blur'"),
        ("[moderation]\nscreening_restricted = ''", "moderation.screening_restricted must be one of"),
        ("[moderation]\nblocklist = ['*']", r"moderation.blocklist: '\*': .* would match too much"),
        ("[moderation]\nblocklist = 'word'", "moderation.blocklist must be a list"),
        ("[moderation]\nblocklst = []", "did you mean moderation.blocklist"),
        ("[[concept]]\ntexts = ['a']", "needs a name"),
        ("[[concept]]\nname = 'x'", "concept 'x' needs 1 to 20 texts"),
        ("[[concept]]\nname = 'x'\ntexts = ['']", "concept 'x' needs 1 to 20 texts"),
        (
            "[[concept]]\nname = 'x'\ntexts = ['a']\nthreshold = 1.0",
            r"concept\[0\].threshold is 1, but must be 0.01 to 0.99",
        ),
        ("[[concept]]\nname = 'x'\nwords = ['a']", r"concept\[0\].words is unknown"),
        ("[concept]\nname = 'x'", r"concept must be a list: \[\[concept\]\]"),
        ("concept = ['x']", r"concept\[0\] must be a section"),
        ("[[canvas]]\nkind = 'latent'", "canvas name '' must have 1 to 32 letters"),
        ("[[canvas]]\nname = 'palette'", "canvas name 'palette' must .* not be pyramid"),
        ("[[canvas]]\nname = 'two words'", "canvas name 'two words' must have"),
        ("[[canvas]]\nname = 'x'\nkind = 'vqgan'", "canvas 'x': kind must be one of latent, diffusion, not 'vqgan'"),
        (f"{CANVAS}model = 'taesd'", "canvas 'x': model must be hf-hub:OWNER/NAME or local-dir:PATH, not 'taesd'"),
        (f"{CANVAS}model = 'local-dir:a'\ncost = 0", r"canvas\[0\].cost is 0, but must be 1 to 10000"),
        (f"{CANVAS}model = 'local-dir:a'\ntile = 8", "canvas 'x': tile is 8, but must be 64 to 2048"),
        (f"{CANVAS}model = 'local-dir:a'\nmax_pixels = 9", "canvas 'x': max_pixels is 9, but imagine.size '256x256'"),
        (f"{CANVAS}model = 'local-dir:a'\ncost = 200", "steps_per_day is 20000, but .* canvas 'x' costs"),
        (f"{CANVAS}model = 'local-dir:a'\n" * 2, "two .* have the name 'x'"),
        (f"{CANVAS}model = 'local-dir:a'\n{CANVAS.replace('x', 'y')}model = 'local-dir:a'", "two .* the kind 'latent'"),
        ("[progress]\ntimelapse = 1", "progress.timelapse must be true or false"),
        ("[engine]\nshutdown_s = -1", "engine.shutdown_s is -1"),
        ("[engine]\ndevices = 'cuda:0'", r'engine.devices must be "all" or a list, such as \["cuda:0"\]'),
        ("[engine]\ndevices = ['cuda']", "engine.devices: 'cuda' is not a device; write"),
        ("[engine]\ndevices = ['cuda:0', 'cuda:0']", "engine.devices: 'cuda:0' is named twice"),
        ("[engine]\ndevice = 'cpu'\ndevices = ['cpu', 'cpu']", "engine.device and engine.devices are both set"),
        ("[engine]\ndevices = 2", "engine.devices must be text in quotes"),
        ("[engine]\ndevices = [0]", r"engine.devices\[0\] must be text in quotes"),
        ("[storage]\nkeep_pictures_days = 0", "storage.keep_pictures_days is 0"),
        ("[log]\nlevel = 'loud'", "log.level must be one of"),
        ("[log]\nformat = 'xml'", "log.format must be one of"),
        ("[metrics]\nport = 70000", "metrics.port is 70000"),
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
        ('[storage]\ndata_dir = "C:\\Users\\x"', r"at line 2, column 17\); in a path write / or"),
        ('[storage]\ndata_dir = "C:\\Program"', "in a path write / or"),
        ("[storage]\ndata_dir = \u201cx\u201d", "write straight quotes"),
        ("[engine]\nmodel = pocket", "text needs quotes"),
        ("[progress]\ntimelapse = True", "write true or false"),
        ("[progress]\ninterval_s = 3,5", "write a point, not a comma"),
        ("engine:\n  model: pocket", r"each line is KEY = VALUE or \[SECTION\]"),
        ("[limits]\nsteps_per_day = " + "9" * 5000, "a number has too many digits"),
        ("steps_per_day = 500", r"steps_per_day is unknown; write it below \[limits\]"),
        ("[discord]\nmention_after_s = nan", "discord.mention_after_s is nan"),
        ("[discord]\napi_url = 'https://discord.com'", "discord.api_url must end with /api/v10"),
        ("[discord]\napi_url = 'https://discord.com/api/v6'", "discord.api_url must end with /api/v10"),
        ("[imagine]\naspects = ['1:1', '1:1']", "lists an aspect twice"),
        ("[imagine]\nmax_steps = 100", r"imagine.max_steps is 100, but a picture takes 128 .* or lower imagine.steps"),
        ("[imagine]\nmax_views = 2", "imagine.max_views is 2, but a picture takes 4 if nothing is chosen; raise it$"),
        ("[limits]\nsteps_per_day = 50", "limits.steps_per_day is 50, but a picture takes 128"),
        ("[engine]\nmodel = ''", "engine.model: model '' names no model"),
        ("[[concept]]\nname = ' '\ntexts = ['a']", "needs a name"),
        ("[[concept]]\nname = 'x'\ntexts = [' ']", "concept 'x' needs 1 to 20 texts"),
        ("[[concept]]\nname = 'x'\ntexts = ['a']\n" * 2, "two .* have the name 'x'"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("[discord]\napi_url = 'http://[::1'", r"discord.api_url: 'http://\[::1' is not a URL"),
        ("[discord]\napi_url = 'https://'", "discord.api_url: 'https://' is not a URL"),
        ("[discord]\napi_url = ''", "discord.api_url: '' is not a URL"),
        ("[discord]\ngateway_url = 'wss://discord gg'", "discord.gateway_url: 'wss://discord gg' is not a URL"),
        ("[discord]\ngateway_url = 'wss://discord.gg:99999'", "discord.gateway_url: .* is not a URL"),
        ("[storage]\ndata_dir = ''", "storage.data_dir is '', but must be a path"),
        ("[storage]\ndata_dir = ' '", "storage.data_dir is ' ', but must be a path"),
        ('[storage]\ndata_dir = "a\\u0000b"', "storage.data_dir is 'a.x00b', but must be a path"),
        ("[storage]\ndata_dir = '~nobody-has-this-name/x'", "names the home folder of nobody"),
        ("[moderation]\nscreening = 'hold'", r'moderation.screening is "hold", but there is no \[\[concept'),
        ("[moderation]\nscreening_restricted = 'spoiler'", r'screening_restricted is "spoiler", but there is no'),
    ],
)
def test_a_mistake_is_reported_with_its_key(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(path)


def test_the_error_for_a_missing_file_names_the_example(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"copy config\.example\.toml"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[storage]\ndata_dir = 'Bücher'".encode("cp1252"), "not UTF-8 text"),
        ("[storage]\ndata_dir = 'x'".encode("utf-16"), "not UTF-8 text"),
    ],
)
def test_a_file_in_another_encoding_is_reported(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=message):
        load(path)


@pytest.mark.parametrize("before", ["", "# a comment\r\n"])
def test_a_byte_order_mark_is_ignored(before: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(before.encode() + b"\xef\xbb\xbf[storage]\r\ndata_dir = 'here'\r\n")
    assert load(path).storage.folder == Path("here")


def test_an_error_in_a_line_does_not_show_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("DISCORD_TOKEN=SECRET")
    with pytest.raises(ConfigError, match="not valid TOML") as caught:
        load(path)
    assert "SECRET" not in str(caught.value)


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_a_tilde_stands_for_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    (tmp_path / "token").write_text("a.b")
    settings = parse({"storage": {"data_dir": "~/imagine"}, "discord": {"token_file": "~/token"}})
    assert settings.storage.folder == tmp_path / "imagine"
    assert token(settings) == "a.b"


def test_loopback_needs_no_tls() -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:99"):
        parse({"discord": {"api_url": f"http://{host}/api/v10", "gateway_url": f"ws://{host}/gateway"}})


def test_a_server_can_raise_limits_up_to_the_ceiling_and_cannot_lower_minimum_ages() -> None:
    limits = parse({"limits": {"ceiling": 2.5, "waiting_per_member": 3, "account_age_days": 7}}).limits
    assert (limits.least(Limit.WAITING_PER_MEMBER), limits.most(Limit.WAITING_PER_MEMBER)) == (1, 7)
    assert limits.least(Limit.ACCOUNT_AGE_DAYS) == 7
    assert limits.most(Limit.ACCOUNT_AGE_DAYS) > 7


def test_the_host_s_blocklist_is_normalised() -> None:
    moderation = parse({"moderation": {"blocklist": ["Bád  WORD*"]}}).moderation
    assert moderation.patterns() == ("bad word*",)


def test_every_server_limit_exists_in_the_config() -> None:
    for limit in Limit:
        assert isinstance(getattr(Config().limits, limit), int)
