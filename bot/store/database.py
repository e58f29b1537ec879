"""The SQLite connection, its transactions, and numbered migrations.

All coroutines share one connection in autocommit mode. A lock lets them use it in turn, so that no coroutine commits
the unfinished transaction of another. SQLite allows only one writer anyway. Queries over the whole queue have a second
connection, so that nobody waits for them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, Self

import aiosqlite

MIGRATIONS: Final = Path(__file__).parent / "migrations"
MEMORY: Final = ":memory:"


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
            connection = await aiosqlite.connect(path, isolation_level=None)
        except aiosqlite.Error as error:
            raise DatabaseError(f"{path} cannot be opened ({error})") from error
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
            raise DatabaseError(f"{path} cannot be used ({error}); restore a backup or move it away") from error
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
        """
        async with self._lock:
            await self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                await asyncio.shield(self._connection.rollback())
                raise
            await asyncio.shield(self._connection.commit())

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[aiosqlite.Connection]:
        """A long read of one moment. Other coroutines read and write meanwhile, except in a database in memory."""
        if self._reader is None:
            async with self.transaction() as connection:
                yield connection
            return
        async with self._reader_lock:
            await self._reader.execute("BEGIN")
            try:
                yield self._reader
            finally:
                await asyncio.shield(self._reader.rollback())

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[aiosqlite.Row]:
        """Runs a query and returns its rows. Inside `transaction` it would deadlock."""
        async with self._lock:
            return list(await self._connection.execute_fetchall(sql, tuple(parameters)))

    async def _migrate(self, path: Path) -> None:
        scripts = sorted(MIGRATIONS.glob("*.sql"))
        version = (await self.fetch("PRAGMA user_version"))[0][0]
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
                raise DatabaseError(f"migration {script.name} failed ({error}); the database is unchanged") from error
