"""`check` reports what is wrong and how to fix it."""

import sys
from pathlib import Path

import pytest

from bot.check import CheckResult, Severity, diagnose
from bot.operations import lock
from bot.store.database import Database


async def check_results(path: Path) -> dict[str, CheckResult]:
    """The results by subject."""
    return {check_result.subject: check_result async for check_result in diagnose(path)}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(f'[storage]\ndata_dir = "{tmp_path}/data"\n[engine]\ndevice = "cpu"\n')
    return path


async def test_a_correct_setup_has_no_errors(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "x")
    found = await check_results(config)
    assert {check_result.severity for check_result in found.values()} == {Severity.OK}
    assert set(found) == {"config", "token", "data folder", "database", "disk", "model", "device"}


async def test_errors_are_reported_and_do_not_stop_the_other_checks(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    folder = config.parent / "data"
    folder.mkdir()
    (folder / "bot.db").write_bytes(b"no database" * 100)
    config.write_text(config.read_text() + 'model = "nobody/nothing"\n')
    found = await check_results(config)
    wrong = {
        subject: check_result.message
        for subject, check_result in found.items()
        if check_result.severity is Severity.ERROR
    }
    assert set(wrong) == {"token", "database", "model"}
    assert "DISCORD_TOKEN" in wrong["token"]
    assert "restore a backup" in wrong["database"]
    assert "ARCH/PRETRAINED" in wrong["model"]


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
