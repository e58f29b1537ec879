"""The connection, its transactions, and numbered migrations.

One connection, in autocommit but for explicit transactions, and a lock that keeps the coroutines' transactions apart:
SQLite has one writer anyway, and this way nobody commits another's half.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, Self

import aiosqlite

MIGRATIONS: Final = Path(__file__).parent / "migrations"


class DatabaseError(RuntimeError):
    """A database that cannot be used; the message is one sentence."""


class Database:
    """An open database at the newest schema. Make it with `open`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Opens or creates it, and brings it up to date.

        Raises:
            DatabaseError: Not a database, damaged, or written by a newer version.
        """
        try:
            connection = await aiosqlite.connect(path, isolation_level=None)
        except aiosqlite.Error as error:
            raise DatabaseError(f"{path} cannot be opened ({error})") from error
        try:
            connection.row_factory = aiosqlite.Row
            # WAL survives a crash of this process at any point; FULL also one of the machine.
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
                await connection.execute(f"PRAGMA {pragma}")
            database = cls(connection)
            await database._migrate(path)
        except aiosqlite.Error as error:
            await connection.close()
            raise DatabaseError(f"{path} cannot be used ({error}); restore a backup or move it away") from error
        except DatabaseError:
            await connection.close()
            raise
        return database

    async def close(self) -> None:
        """Waits for the transaction under way."""
        async with self._lock:
            await self._connection.close()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """All or nothing; takes SQLite's write lock at once, so that what was read stays true until the write."""
        async with self._lock:
            await self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                await asyncio.shield(self._connection.rollback())
                raise
            await asyncio.shield(self._connection.commit())

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[aiosqlite.Row]:
        """Rows of a query outside of any transaction of this coroutine."""
        async with self._lock, self._connection.execute(sql, tuple(parameters)) as cursor:
            return list(await cursor.fetchall())

    async def _migrate(self, path: Path) -> None:
        scripts = sorted(MIGRATIONS.glob("*.sql"))
        version = (await self.fetch("PRAGMA user_version"))[0][0]
        if version > len(scripts):
            raise DatabaseError(f"{path} was written by a newer version (schema {version}); update the bot")
        for number, script in enumerate(scripts[version:], start=version + 1):
            text = script.read_text(encoding="utf-8")
            try:
                # One script, one transaction: a crash in between leaves the version that was.
                await self._connection.executescript(
                    f"BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {number};\nCOMMIT;"
                )
            except aiosqlite.Error as error:
                await self._connection.rollback()
                raise DatabaseError(f"migration {script.name} failed ({error}); the database is as it was") from error
