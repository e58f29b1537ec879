"""The bot and two servers with members, all in one process (SimCord)."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult

from bot.chat.client import ImagineClient
from bot.chat.download import Download
from bot.composition import App, build
from bot.config import Config, parse
from bot.images.intake import UploadTooLargeError
from bot.jobs.job import Job
from bot.store.database import Database
from tests.chat.reading import ANSWER, answer, card, read_out
from tests.chat.simcord_gaps import filled_in
from tests.harness.fixtures import FIRST_JOB, begin_at
from tests.harness.scripted_engine import ScriptedEngine

HANG_S = 60.0
"""A condition that does not hold after this time fails the test."""
SETTLE_S = 10.0
"""After this time SimCord reports that the bot hangs. It waits for timers that are due sooner, so this is less than
`REFUSAL_STAYS_S`."""
CONFIG: dict[str, object] = {
    "progress": {"interval_s": 0.5},
    "discord": {"mention_after_s": -1.0},
    "imagine": {
        "size": "96x96",
        "steps": 4,
        "max_steps": 300,
        "max_pixels": 192 * 192,
        "aspects": ["1:1", "3:2", "2:3"],
    },
    "concept": [{"name": "spiders", "texts": ["a spider"], "threshold": 0.5}],
}


@dataclass
class OffsetClock:
    """The real time in seconds since 1970, plus an offset."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Server:
    """A server. `mo` has the Manage Messages permission, `olive` the Manage Server permission, the others neither."""

    guild: GuildHandle
    channel: ChannelHandle
    people: dict[str, MemberActor]

    def __getattr__(self, name: str) -> MemberActor:
        try:
            return self.__dict__["people"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None


@dataclass
class BotHarness:
    """The bot, the server in which most tests take place, and another server.

    Attributes:
        locales: Discord locales by user id.
        restricted: The ids of age-restricted channels.
        expected: Parts of the errors that the log may have.
        download: Reads attachments.
        engines: Of several devices, by their names; used from the next restart on.
    """

    folder: Path
    config: Config
    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    engines: dict[str, ScriptedEngine] = field(default_factory=dict)
    clock: OffsetClock = field(default_factory=OffsetClock)
    locales: dict[int, str] = field(default_factory=dict)
    restricted: set[int] = field(default_factory=set)
    expected: list[str] = field(default_factory=list)
    download: Download = field(default_factory=lambda: read)

    def __post_init__(self) -> None:
        self._connection: list[ImagineClient] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.env: Env
        self.app: App
        self.main_server: Server
        self.other_server: Server
        self.database: Database

    def __getattr__(self, name: str) -> MemberActor:
        if name == "main_server":
            raise AttributeError(name)
        return getattr(self.main_server, name)  # type: ignore[no-any-return]

    @property
    def guild(self) -> GuildHandle:
        return self.main_server.guild

    @property
    def channel(self) -> ChannelHandle:
        return self.main_server.channel

    # The bot

    async def open(self) -> ImagineClient:
        """Builds an app and a client; no task runs yet."""
        self.database = await Database.open(self.folder / "bot.db")
        await begin_at(self.database, FIRST_JOB)
        self.app = await build(
            self.config,
            self.database,
            self.engines or {"nothing": self.engine},
            lambda: self._connection[-1] if self._connection else None,
            self._read,
            self.clock,
        )
        self._connection[:] = [self.app.client(lambda: None)]
        return self._connection[-1]

    async def begin(self) -> None:
        """Starts the tasks, as `bot.app` does."""
        app = self.app
        await app.workers.recover()
        self._tasks = [
            asyncio.create_task(work) for work in (app.workers.run(), app.queue_board.run(), app.sessions.run())
        ]
        await app.poster.catch_up()
        await app.workers.catch_up()

    async def stop(self) -> None:
        """Stops the tasks and closes the database."""
        await self.app.poster.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.app.job_messages.close()
        await self.database.close()

    async def restart(self, **changes: object) -> None:
        """Builds a new app and client on the same database; `changes` are sections of the configuration."""
        await self.stop()
        if changes:
            self.config = configured(self.folder, **changes)
        await self.env.restart_bot(await self.open())
        await self.begin()

    # Actions of members

    async def imagine(self, member: MemberActor, prompt: str, **options: Any) -> InteractionResult:
        """Uses `/imagine` in the main channel."""
        return await member.slash(self.channel, "imagine", prompt=prompt, **options)

    async def done(self, member: MemberActor, prompt: str, **options: Any) -> discord.Message:
        """Uses `/imagine` and waits for the picture."""
        result = await self.imagine(member, prompt, **options)
        await self.wait_until_idle()
        return self.channel.history()[-1] if result.response is None else self.now(result.response)

    async def running(self, member: MemberActor, prompt: str, **options: Any) -> discord.Message:
        """Uses `/imagine`; the run stops after its first step, until its gate is opened."""
        self.engine.gates[prompt] = asyncio.Event()
        message = await self.waiting(member, prompt, **options)
        await self.until(lambda: " 1/" in card(self.now(message)))
        return self.now(message)

    async def waiting(self, member: MemberActor, prompt: str, **options: Any) -> discord.Message:
        """Uses `/imagine` while another job runs."""
        result = await self.imagine(member, prompt, **options)
        assert result.response is not None
        return self.now(result.response)

    async def press(self, member: MemberActor, message: discord.Message, label: str) -> InteractionResult:
        """Presses a button, and waits until no job is unfinished."""
        result = await member.click(message, label=label)
        await self.wait_until_idle()
        return result

    async def refuses(self, interaction: Awaitable[InteractionResult]) -> str:
        """The private answer to a refused interaction; asserts that it changed neither database nor channels."""
        while await self.app.jobs.unshown():  # an end that has just been shown is recorded a moment later
            await asyncio.sleep(0.005)
        rows, texts = self.rows(), self.everything()
        result = await interaction
        text = answer(result)
        assert self.rows() == rows, "the database changed"
        assert self.everything() == texts, "a public message changed"
        return text

    # State

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits until a condition holds; fails with all public texts otherwise."""
        end = time.monotonic() + HANG_S
        while not condition():
            assert time.monotonic() < end, self.everything()
            await asyncio.sleep(0.005)

    async def showing(self, prompt: str, words: str) -> discord.Message:
        """Waits until a message of this prompt contains these words; returns the newest."""
        await self.until(lambda: any(words in card(message) for message in self.cards(prompt)))
        return next(message for message in reversed(self.cards(prompt)) if words in card(message))

    async def wait_until_idle(self) -> None:
        """Waits until no job is unfinished and every message is up to date."""
        end = time.monotonic() + HANG_S
        while (
            not self.app.workers.idle()
            or await self.app.history.loads()
            or self.app.poster._tasks
            # An updater whose job ended before its message was opened stays for half a minute.
            or any(updater._opened.is_set() for updater in self.app.job_messages._updaters.values())
        ):
            assert time.monotonic() < end, self.everything()
            await asyncio.sleep(0.005)

    async def job(self, number: int) -> Job:
        """A job's row."""
        job = await self.app.jobs.get(number)
        assert job is not None, f"there is no job {number}"
        return job

    async def count(self) -> int:
        """How many jobs were ever admitted."""
        with contextlib.closing(sqlite3.connect(self.folder / "bot.db")) as connection:
            return int(connection.execute("SELECT count(*) FROM job").fetchone()[0])

    def rows(self) -> list[str]:
        """A dump of the database."""
        with contextlib.closing(sqlite3.connect(self.folder / "bot.db")) as connection:
            return list(connection.iterdump())

    def cards(self, prompt: str, channel: ChannelHandle | None = None) -> list[discord.Message]:
        """Messages whose embeds contain a prompt, oldest first."""
        return [message for message in (channel or self.channel).history() if prompt in card(message)]

    def now(self, message: ANSWER) -> discord.Message:
        """A message as it is now."""
        for channel in self._channels():
            for known in channel.history():
                if known.id == message.id:
                    return known
        raise LookupError("the message is gone")

    def gone(self, message: ANSWER) -> bool:
        """Whether a message was deleted."""
        return not any(known.id == message.id for channel in self._channels() for known in channel.history())

    def everything(self) -> str:
        """The texts of all public messages."""
        return "\n---\n".join(read_out(message) for channel in self._channels() for message in channel.history())

    def texts(self, channel: ChannelHandle | None = None) -> list[str]:
        """The texts of a channel's messages, oldest first."""
        return [read_out(message) for message in (channel or self.channel).history()]

    def channel_of(self, message: discord.Message) -> ChannelHandle:
        """The channel of a message."""
        return next(channel for channel in self._channels() if channel.id == message.channel.id)

    def age_restricted(self, name: str = "adults") -> ChannelHandle:
        """A new age-restricted channel; `filled_in` marks it in the payload, which is sent again."""
        channel = self.guild.create_text_channel(name)
        self.restricted.add(channel.id)
        backend = self.env.backend
        backend.emit("CHANNEL_UPDATE", serializers.channel_payload(backend, backend.get_channel(channel.id)))
        return channel

    async def _read(self, attachment: discord.Attachment, most: int) -> bytes:
        return await self.download(attachment, most)

    def _channels(self) -> Iterator[ChannelHandle]:
        for server in (self.main_server, self.other_server):
            for channel in server.guild.channels.values():
                yield channel
                yield from channel.threads


async def read(attachment: discord.Attachment, most: int) -> bytes:
    """Reads an attachment out of SimCord, as `bot.chat.download` does from the CDN."""
    data = await attachment.read()
    if len(data) > most:
        raise UploadTooLargeError
    return data


def configured(folder: Path, **changes: object) -> Config:
    """The usual configuration, changed by sections."""
    return parse({**CONFIG, "storage": {"data_dir": str(folder)}, **changes})


@contextlib.asynccontextmanager
async def bot_harness(folder: Path, **changes: object) -> AsyncIterator[BotHarness]:
    """A harness with the usual configuration, changed by sections."""
    harness = BotHarness(folder, configured(folder, **changes))
    harness.env = Env(await harness.open(), settle_timeout=SETTLE_S)
    with filled_in(harness.env, harness.locales, harness.restricted):
        await harness.env.start()
        try:
            harness.main_server = _server(harness.env, "Main", ("ada", "ben", "chiyo", "dan", "eve"))
            harness.other_server = _server(harness.env, "Other", ("vera",))
            await harness.begin()
            yield harness
        finally:
            await harness.stop()
            await harness.env.shutdown()


def _server(env: Env, name: str, members: tuple[str, ...]) -> Server:
    guild = env.create_guild(name)
    server = Server(guild, guild.create_text_channel("imagine"), {})
    moderator = guild.create_role("Moderator", permissions=discord.Permissions(manage_messages=True))
    manager = guild.create_role("Manager", permissions=discord.Permissions(manage_guild=True))
    for member in members:
        server.people[member] = guild.add_member(env.create_user(member))
    server.people["mo"] = guild.add_member(env.create_user("mo"), roles=[moderator])
    server.people["olive"] = guild.add_member(env.create_user("olive"), roles=[manager])
    return server
