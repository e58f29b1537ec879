"""`python -m bot run` as a process, where the host has to fix something first: one sentence, and exit status 2."""

import asyncio
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.operations import data_folder
from bot.operations.lock import acquire
from bot.store.database import Database
from tests.harness import forked_bot
from tests.namespaces import can_mount, with_disk


async def started(folder: Path, config: str, wrapper: Sequence[str] = ()) -> tuple[int, str]:
    """Exit status and stderr of a start. The wrapper is a command that runs what follows it.

    Without one, the process is forked from one that has imported the bot.
    """
    path = folder / "config.toml"
    path.write_text(config)
    if not wrapper:
        return forked_bot.start(path)
    command = [*wrapper, sys.executable, "-m", "bot", "run", "--config", str(path)]
    process = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, env=os.environ | {"DISCORD_TOKEN": "a.b.c"}
    )
    _, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, errors.decode()


def storage(path: Path) -> str:
    """A configuration with this data folder."""
    return f'[storage]\ndata_dir = "{path}"\n'


def assert_sentence(outcome: tuple[int, str], words: str) -> None:
    """The start ended with status 2 and one line that contains the words."""
    status, errors = outcome
    assert (status, errors.count("\n")) == (2, 1), errors
    assert errors.startswith("python -m bot: ")
    assert words in errors


async def test_a_file_in_place_of_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_sentence(await started(tmp_path, storage(tmp_path / "file")), "file cannot be used: it is a file; move it")


async def test_a_file_above_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_sentence(await started(tmp_path, storage(tmp_path / "file" / "data")), "a part of the path is a file")


@pytest.mark.parametrize("name", ["lock", "bot.db"])
async def test_a_folder_in_place_of_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "data" / name).mkdir(parents=True)
    assert_sentence(await started(tmp_path, storage(tmp_path / "data")), f"{name} cannot be used")


@can_mount
@pytest.mark.parametrize(
    ("options", "words"),
    [("size=64k", "the disk is full; free some space"), ("ro", "the file system is read-only; mount it for writing")],
)
async def test_a_full_and_a_read_only_disk(tmp_path: Path, options: str, words: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    assert_sentence(await started(tmp_path, storage(data), with_disk(data, options)), words)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('[discord]\napi_url = "http://[::1"', "is not a URL"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ('[storage]\ndata_dir = ""', "must be a path"),
    ],
)
async def test_a_mistake_in_the_configuration(tmp_path: Path, config: str, words: str) -> None:
    assert_sentence(await started(tmp_path, config), words)


def modes(folder: Path) -> set[str]:
    """The modes of a folder and everything in it."""
    return {stat.filemode(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


async def test_the_data_folder_and_its_files_are_for_the_bot_s_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    old_mask = os.umask(0o022)
    try:
        folder.mkdir()
        (folder / "pictures" / "ab").mkdir(parents=True)
        (folder / "pictures" / "ab" / "file").write_text("")
        await (await Database.open(folder / "bot.db")).close()
        assert modes(folder) == {"drwxr-xr-x", "-rw-r--r--"}
        os.umask(data_folder.PRIVATE_UMASK)
        data_folder.prepare(folder)
        database = await Database.open(folder / "bot.db")
        with acquire(folder):
            assert {path.name for path in folder.iterdir()} >= {"bot.db", "bot.db-wal", "bot.db-shm", "lock"}
            assert modes(folder) == {"drwx------", "-rw-------"}
        await database.close()
    finally:
        os.umask(old_mask)


def test_a_folder_with_other_things_keeps_its_mode_and_theirs(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name in ("bot.db", "run.sh"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o755)
    data_folder.prepare(tmp_path)
    assert [stat.filemode(path.stat().st_mode) for path in (tmp_path, tmp_path / "run.sh", tmp_path / "bot.db")] == [
        "drwxr-xr-x",
        "-rwxr-xr-x",
        "-rw-------",
    ]
    assert data_folder.open_to_others(tmp_path)


def test_a_shared_folder_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    data_folder.prepare(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
    assert data_folder.open_to_others(tmp_path)
