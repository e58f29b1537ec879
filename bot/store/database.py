"""The SQLite connection, its transactions, and numbered migrations.

All coroutines share one connection in autocommit mode. A lock lets them use it in turn, so that no coroutine commits
the unfinished transaction of another. SQLite allows only one writer anyway. Queries over the whole queue have a second
connection, so that nobody waits for them.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Final, Self

import aiosqlite

from bot.store.storage_error import StorageError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
MEMORY: Final = ":memory:"
DAMAGED: Final = ("the database is damaged", "restore a backup or move it away")
NOT_WRITABLE: Final = "change the owner and the mode of the file and its folder"
LOCKED: Final = ("another process has locked the database", "stop that process")
REFUSALS: Final = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space"),
    sqlite3.SQLITE_READONLY: ("the database is read-only", NOT_WRITABLE),
    sqlite3.SQLITE_PERM: ("permission denied", NOT_WRITABLE),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", NOT_WRITABLE),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "check the disk"),
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
"""What a result code of SQLite says about the disk, and what the host can do. https://sqlite.org/rescode.html"""


class DatabaseError(RuntimeError):
    """The database cannot be used. The message is one sentence."""


class Database:
    """An open database with the newest schema. Use `open` to create it."""

    def __init__(self, connection: aiosqlite.Connection, reader: aiosqlite.Connection | None) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()
        self._reader = reader
        self._reader_lock = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Opens a database file, or creates it, and applies missing migrations.

        Raises:
            DatabaseError: The file is no database, is damaged, or was written by a newer version.
        """
        try:
            # Tried first without aiosqlite, whose thread outlives a failure and may then find the event loop closed.
            await asyncio.to_thread(lambda: sqlite3.connect(path).close())
            connection = await aiosqlite.connect(path, isolation_level=None)
        except aiosqlite.Error as error:
            raise _unusable(path, error) from error
        try:
            connection.row_factory = aiosqlite.Row
            # WAL survives a crash of this process; with FULL, commits also survive a power failure.
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
                await connection.execute(f"PRAGMA {pragma}")
            database = cls(connection, None)
            await database._migrate(path)
            if str(path) != MEMORY:
                database._reader = await aiosqlite.connect(path, isolation_level=None)
                database._reader.row_factory = aiosqlite.Row
                await database._reader.execute("PRAGMA query_only=ON")
        except aiosqlite.Error as error:
            await connection.close()
            raise _unusable(path, error) from error
        except DatabaseError:
            await connection.close()
            raise
        return database

    async def close(self) -> None:
        """Closes the connections after their current transactions."""
        if self._reader is not None:
            async with self._reader_lock:
                await self._reader.close()
        async with self._lock:
            await self._connection.close()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction, rolled back if its block raises.

        It takes SQLite's write lock at the start, so that what it reads stays true until it writes.

        Raises:
            StorageError: The disk refuses.
        """
        async with self._lock:
            with _storage_errors():
                await self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    await asyncio.shield(self._connection.commit())
                except BaseException:
                    # Also after a failed commit: the next transaction could not begin otherwise.
                    await asyncio.shield(self._connection.rollback())
                    raise

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[aiosqlite.Connection]:
        """A long read of one moment. Other coroutines read and write meanwhile, except in a database in memory."""
        if self._reader is None:
            async with self.transaction() as connection:
                yield connection
            return
        async with self._reader_lock:
            with _storage_errors():
                await self._reader.execute("BEGIN")
                try:
                    yield self._reader
                finally:
                    await asyncio.shield(self._reader.rollback())

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[aiosqlite.Row]:
        """Runs a query and returns its rows. Inside `transaction` it would deadlock. Raises StorageError."""
        async with self._lock:
            with _storage_errors():
                async with self._connection.execute(sql, tuple(parameters)) as cursor:
                    return list(await cursor.fetchall())

    async def _migrate(self, path: Path) -> None:
        scripts = sorted(MIGRATIONS.glob("*.sql"))
        async with self._connection.execute("PRAGMA user_version") as cursor:
            ((version,),) = await cursor.fetchall()
        if version > len(scripts):
            raise DatabaseError(f"{path} was written by a newer version (schema {version}); update the bot")
        for number, script in enumerate(scripts[version:], start=version + 1):
            text = script.read_text(encoding="utf-8")
            try:
                # Each script is one transaction, so a crash leaves the previous version.
                await self._connection.executescript(
                    f"BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {number};\nCOMMIT;"
                )
            except aiosqlite.Error as error:
                await self._connection.rollback()
                why, advice = _refusal(error) or (str(error), "report this")
                raise DatabaseError(f"migration {script.name} failed ({why}) and changed nothing; {advice}") from error


def _refusal(error: sqlite3.Error) -> tuple[str, str] | None:
    """Why the disk refuses, and what the host can do; None if the disk is not the cause."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else REFUSALS.get(code & 0xFF)  # without the bits of the extended code


def _unusable(path: Path, error: sqlite3.Error) -> DatabaseError:
    why, advice = _refusal(error) or (str(error), "restore a backup or move it away")
    return DatabaseError(f"{path} cannot be used ({why}); {advice}")


@contextlib.contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if (refusal := _refusal(error)) is None:
            raise
        raise StorageError(refusal[0]) from error
