"""Backups are consistent, complete or absent, and never overwrite the database."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.store.backup import BackupError, Copy, back_up
from bot.store.database import MIGRATIONS, Database
from bot.store.jobs import Jobs
from tests.harness.channel import until
from tests.harness.job_requests import job_request

COPIES = 5
SCHEMA = len(list(MIGRATIONS.glob("*.sql")))
WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("PRAGMA synchronous = OFF")
number = 0
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT OR REPLACE INTO key_value VALUES ('left', ?)", (str(number),))
    connection.execute("UPDATE job SET message_id = ? WHERE id = 1", (number,))
    connection.execute("INSERT OR REPLACE INTO key_value VALUES (?, ?)", (f"bulk {number % 500}", "x" * 4000))
    connection.execute("INSERT OR REPLACE INTO key_value VALUES ('right', ?)", (str(number),))
    connection.execute("COMMIT")
    if number == 200:
        print("busy", flush=True)
"""


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    """A database with three jobs that a bot has open."""
    folder = tmp_path / "data"
    folder.mkdir()
    held = await Database.open(folder / "bot.db")
    for _ in range(3):
        await Jobs(held).admit([job_request()], lambda used: None)
    yield folder / "bot.db"
    await held.close()


@pytest.fixture
def written_to(path: Path) -> Iterator[Path]:
    """The same database while another process writes to it continuously."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "busy\n"
        yield path
        assert writer.poll() is None, "the writer was stopped by a backup"
        writer.kill()


def last(path: Path) -> int:
    """The number of the writer's last transaction."""
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT value FROM key_value WHERE name = 'right'").fetchone()[0])
    finally:
        connection.close()


async def wait_for_write(path: Path, number: int) -> None:
    """Waits until the writer has committed a later transaction."""
    await until(lambda: last(path) > number)


async def test_a_copy_made_during_writes_is_consistent(written_to: Path, tmp_path: Path) -> None:
    for number in range(COPIES):
        target = tmp_path / f"copy {number}"
        before = last(written_to)
        assert back_up(written_to, target) == Copy(target.stat().st_size, jobs=3, schema=SCHEMA)
        await wait_for_write(written_to, before)
        connection = sqlite3.connect(target)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        key_values = dict(connection.execute("SELECT name, value FROM key_value"))
        (message,) = connection.execute("SELECT message_id FROM job WHERE id = 1").fetchone()
        connection.close()
        assert key_values["left"] == key_values["right"] == str(message)
        assert int(key_values["left"]) >= before
        database = await Database.open(target)
        assert len((await Jobs(database).waiting())[0]) == 3
        await database.close()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        *(f"copy {number}" for number in range(COPIES)),
        "data",
    ]


def test_a_copy_is_one_file_readable_only_by_its_owner(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["copy", "data"]
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


async def test_a_database_that_no_bot_has_open_is_copied_too(tmp_path: Path) -> None:
    await (await Database.open(tmp_path / "bot.db")).close()
    assert back_up(tmp_path / "bot.db", tmp_path / "copy") == Copy((tmp_path / "copy").stat().st_size, 0, SCHEMA)
    assert sorted(entry.name for entry in tmp_path.iterdir() if "-" not in entry.name) == ["bot.db", "copy"]


def test_an_existing_file_is_replaced_only_on_request(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.write_text("precious")
    with pytest.raises(BackupError, match=r"copy exists; name another file, or add --force$"):
        back_up(path, target)
    assert target.read_text() == "precious"
    assert back_up(path, target, replace=True).jobs == 3


@pytest.mark.parametrize("name", ["bot.db", "bot.db-wal", "bot.db-shm", "../data/bot.db", "hard link", "soft link"])
def test_the_database_itself_is_never_overwritten(path: Path, name: str) -> None:
    os.link(path, path.parent / "hard link")
    (path.parent / "soft link").symlink_to(path)
    with pytest.raises(BackupError, match="is the database itself"):
        back_up(path, path.parent / name, replace=True)
    assert back_up(path, path.parent / "copy").jobs == 3


def test_each_backup_error_is_one_sentence(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"none\.db does not exist; the first run creates it$"):
        back_up(tmp_path / "none.db", tmp_path / "copy")
    with pytest.raises(BackupError, match=r"is a folder; name a file in it$"):
        back_up(path, tmp_path, replace=True)
    with pytest.raises(BackupError, match=r"nowhere cannot be written \(No such file or directory\)"):
        back_up(path, tmp_path / "nowhere" / "copy")
    (tmp_path / "no database").write_bytes(b"words" * 1000)
    with pytest.raises(BackupError, match=r"no database cannot be copied \(file is not a database\)$"):
        back_up(tmp_path / "no database", tmp_path / "copy")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["data", "no database"]


def test_what_a_killed_backup_left_is_deleted_a_day_later(path: Path, tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from bot.store import backup\n"
        "backup._sync = lambda _: os.kill(os.getpid(), 9)\n"
        "backup.back_up(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    for name in ("monday", "tuesday"):
        killed = subprocess.run([sys.executable, "-c", program, str(path), str(tmp_path / name)], check=False)
        assert killed.returncode == -9
    old, new = (entry for entry in tmp_path.iterdir() if entry.name != "data")
    os.utime(old, (1000, 1000))
    back_up(path, tmp_path / "wednesday")
    assert {entry.name for entry in tmp_path.iterdir()} == {"data", "wednesday", new.name}


def test_a_database_of_another_user_is_an_error_of_one_sentence(path: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        path.parent.chmod(0)
        before: list[str] = []
    else:
        tmp_path.chmod(0o755)
        path.parent.chmod(0o700)
        before = ["os.seteuid(65534)"]
    program = "\n".join(
        [
            "import os, sys",
            "from pathlib import Path",
            "from bot.store.backup import BackupError, back_up",
            *before,
            "try:",
            "    back_up(Path(sys.argv[1]), Path('/tmp/never'))",
            "except BackupError as error:",
            "    print(error)",
        ]
    )
    ran = subprocess.run([sys.executable, "-c", program, str(path)], check=True, stdout=subprocess.PIPE, text=True)
    path.parent.chmod(0o700)
    assert "cannot be read (Permission denied); run the backup as the bot's user" in ran.stdout


def test_a_damaged_database_does_not_replace_the_existing_copy(tmp_path: Path) -> None:
    target, damaged = tmp_path / "copy", tmp_path / "damaged.db"
    target.write_text("the last good one")
    connection = sqlite3.connect(damaged)
    connection.execute("CREATE TABLE job (id INTEGER PRIMARY KEY, text TEXT)")
    connection.execute("CREATE INDEX job_text ON job (text)")
    connection.executemany("INSERT INTO job (text) VALUES (?)", [(f"{number:0100}",) for number in range(2000)])
    connection.commit()
    (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'job_text'").fetchone()
    connection.close()
    with damaged.open("r+b") as file:
        file.seek((page - 1) * 4096 + 12)
        file.write(b"\xff" * 64)
    with pytest.raises(BackupError, match=r"is damaged|cannot be copied"):
        back_up(damaged, target, replace=True)
    assert target.read_text() == "the last good one"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["copy", "damaged.db"]


def test_the_backup_command_prints_the_result_or_the_error(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.operations.logs.configure", lambda: None)
    config, copy = tmp_path / "config.toml", tmp_path / "copy"
    config.write_text(f'[storage]\ndata_dir = "{path.parent}"\n')
    arguments = ["backup", str(copy), "--config", str(config)]
    assert main(arguments) == 0
    assert re.fullmatch(rf"{copy}: [\d,]+ bytes, 3 jobs, schema {SCHEMA}\n", capsys.readouterr().out)
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"python -m bot: {copy} exists; name another file, or add --force\n")
    assert main([*arguments, "--force"]) == 0
    assert main(["backup", str(copy), "--config", str(tmp_path / "none.toml")]) == 2
