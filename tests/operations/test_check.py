"""`check` reports what is wrong and how to fix it."""

import re
import socket
import sys
from pathlib import Path

import pytest

from bot.check import CheckResult, Severity, diagnose
from bot.operations import lock
from bot.store.database import Database
from tests.guidance.canvas_models import autoencoder, denoiser
from tests.harness.scripted_process import COMMAND


async def check_results(path: Path) -> dict[str, CheckResult]:
    """The results by subject."""
    return {check_result.subject: check_result async for check_result in diagnose(path)}


TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.abc.def"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(f'[storage]\ndata_dir = "{tmp_path}/data"\n[engine]\ndevice = "cpu"\n')
    return path


async def test_a_correct_setup_has_no_errors(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", COMMAND)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    config.write_text(config.read_text() + f"[metrics]\nport = {port}\n[discord]\ntoken_file = 'file'\n")
    found = await check_results(config)
    assert {check_result.severity for check_result in found.values()} == {Severity.OK}
    assert set(found) == {"config", "token", "data folder", "database", "disk", "metrics", "model", "device"}
    assert "found in DISCORD_TOKEN, which counts before discord.token_file" in found["token"].message


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("5vzNcM6xnb1DnxowLlWoHCN7f52P5pWZ", id="client secret"),
        pytest.param("123456789012345678", id="application id"),
        pytest.param("a" * 64, id="public key"),
        pytest.param("mfa.abc.def", id="a person's"),
        pytest.param(TOKEN.rpartition(".")[0], id="the end is missing"),
    ],
)
async def test_what_is_no_bot_s_token_is_a_warning(value: str, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", (sys.executable, "-c", ""))
    monkeypatch.setenv("DISCORD_TOKEN", value)
    found = (await check_results(config))["token"]
    assert found.severity is Severity.WARNING
    assert "does not look like a bot's token" in found.message
    assert value not in found.message


async def test_a_port_that_is_in_use_is_an_error(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", (sys.executable, "-c", ""))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        config.write_text(config.read_text() + f"[metrics]\nport = {port}\n")
        found = (await check_results(config))["metrics"]
    assert found.severity is Severity.ERROR
    assert f"metrics.port {port} cannot be used" in found.message


async def test_errors_are_reported_and_do_not_stop_the_other_checks(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", COMMAND)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    folder = config.parent / "data"
    folder.mkdir()
    (folder / "bot.db").write_bytes(b"no database" * 100)
    config.write_text(config.read_text() + 'model = "missing/nothing"\n')
    found = await check_results(config)
    wrong = {
        subject: check_result.message
        for subject, check_result in found.items()
        if check_result.severity is Severity.ERROR
    }
    assert set(wrong) == {"token", "database", "model"}
    assert "DISCORD_TOKEN" in wrong["token"]
    assert "restore a backup" in wrong["database"]
    assert wrong["model"] == "the model missing/nothing is unknown"


async def test_each_canvas_is_tried_and_says_what_is_missing(config: Path, tmp_path: Path) -> None:
    models = {
        "good": autoencoder(tmp_path / "good"),
        "gone": f"local-dir:{tmp_path}/gone",
        "other": denoiser(tmp_path / "other"),
        "classes": denoiser(tmp_path / "classes", num_class_embeds=10),
    }
    kinds = {"classes": "diffusion"}
    config.write_text(
        config.read_text()
        + "".join(
            f'[[canvas]]\nname = "{name}"\nkind = "{kinds.get(name, "latent")}"\nmodel = "{model}"\ncost = 100\n'
            for name, model in models.items()
        )
    )
    found = await check_results(config)
    assert found["canvas good"].severity is Severity.WARNING
    assert re.search(
        r"loads; a step takes \S+ times as long, and costs 100 .* set its cost to", found["canvas good"].message
    )
    for name, words in (
        ("gone", "not a folder that diffusers saved"),
        ("other", "is a UNet2DModel, but the canvas latent needs one of"),
        ("classes", "only models without classes can be used"),
    ):
        assert found[f"canvas {name}"].severity is Severity.ERROR
        assert words in found[f"canvas {name}"].message


async def test_the_database_of_a_folder_in_use_is_not_checked(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", (sys.executable, "-c", ""))
    folder = config.parent / "data"
    folder.mkdir()
    with lock.acquire(folder) as held:
        lock.write_owner(held, 4711)
        found = await check_results(config)
    assert found["data folder"].severity is Severity.WARNING
    assert "process 4711" in found["data folder"].message
    assert "database" not in found
    assert found["device"].severity is Severity.ERROR
    assert "the engine crashed" in found["device"].message


async def test_a_damaged_page_of_the_database_is_reported(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", (sys.executable, "-c", ""))
    path = config.parent / "data" / "bot.db"
    path.parent.mkdir()
    database = await Database.open(path)
    ((page,),) = await database.fetch("SELECT rootpage FROM sqlite_schema WHERE name = 'job'")
    await database.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    found = (await check_results(config))["database"]
    assert found.severity is Severity.ERROR
    assert "is damaged" in found.message


async def test_without_a_config_nothing_else_is_checked(tmp_path: Path) -> None:
    assert list(await check_results(tmp_path / "none.toml")) == ["config"]
