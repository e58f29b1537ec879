"""Two servers with people and the bot in them, all in one process (SimCord), and what tests say to them."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import discord
import simcord.interactions
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.chat.client import ImagineClient
from bot.composition import App, build
from bot.config import Config, parse
from bot.images.intake import IntakeError
from bot.jobs.job import Job
from bot.store.database import Database
from tests.harness.scripted_engine import ScriptedEngine

HANG_S = 60.0
"""After which something is held to have hung."""
SETTLE_S = 10.0
"""After which SimCord holds the bot to have hung; it also waits for timers that are due sooner, so this is less than a
reply stays that goes away by itself."""
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
ANSWER = discord.Message | ResponseMessage


@dataclass
class Clock:
    """Seconds since 1970 that a test can move on."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Server:
    """A server. `ada`, `ben` and others are members, `mo` moderates, `olive` manages it; nobody here owns it."""

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
    """The bot, the server in which most tests take place, and another server."""

    folder: Path
    config: Config
    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    clock: Clock = field(default_factory=Clock)
    locales: dict[int, str] = field(default_factory=dict)
    restricted: set[int] = field(default_factory=set)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection: list[ImagineClient] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.env: Env
        self.app: App
        self.main_server: Server
        self.other_server: Server
        self._database: Database

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
        """An app on the database, and a client of it; nothing is at work yet."""
        self._database = await Database.open(self.folder / "bot.db")
        self.app = await build(
            self.config,
            self._database,
            self.engine,
            lambda: self._connection[-1] if self._connection else None,
            read,
            self.clock,
        )
        self._connection[:] = [self.app.client(lambda: None)]
        return self._connection[-1]

    async def begin(self) -> None:
        """Everything is at work, as `bot.app` begins it."""
        app = self.app
        await app.worker.recover()
        self._tasks = [asyncio.create_task(app.worker.run()), asyncio.create_task(app.services.sessions.keep())]
        await app.poster.catch_up()
        await app.worker.catch_up()

    async def stop(self) -> None:
        """Nothing is at work any more, and the database is closed."""
        await self.app.poster.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.app.services.job_messages.close()
        await self._database.close()

    async def restart(self, **changes: object) -> None:
        """A new app and a new client on the same database, perhaps with other settings of the host's."""
        await self.stop()
        if changes:
            self.config = configured(self.folder, **changes)
        await self.env.restart_bot(await self.open())
        await self.begin()

    # What people do

    async def imagine(self, member: MemberActor, prompt: str, **options: Any) -> InteractionResult:
        """Uses /imagine in the main channel."""
        return await member.slash(self.channel, "imagine", prompt=prompt, **options)

    async def done(self, member: MemberActor, prompt: str, **options: Any) -> discord.Message:
        """Asks for a picture, and waits for it."""
        result = await self.imagine(member, prompt, **options)
        await self.wait_until_idle()
        return self.channel.history()[-1] if result.response is None else self.now(result.response)

    async def running(self, member: MemberActor, prompt: str, **options: Any) -> discord.Message:
        """Asks for a picture that is stuck after its first step, until its gate is opened."""
        self.engine.gates[prompt] = asyncio.Event()
        message = await self.waiting(member, prompt, **options)
        await self.until(lambda: " 1/" in card(self.now(message)))
        return self.now(message)

    async def waiting(self, member: MemberActor, prompt: str, **options: Any) -> discord.Message:
        """Asks for a picture that waits behind what runs."""
        result = await self.imagine(member, prompt, **options)
        assert result.response is not None
        return self.now(result.response)

    async def press(self, member: MemberActor, message: discord.Message, label: str) -> InteractionResult:
        """Presses a button, and waits until nothing is under way."""
        result = await member.click(message, label=label)
        await self.wait_until_idle()
        return result

    async def refuses(self, asking: Awaitable[InteractionResult]) -> str:
        """What a person alone reads who asked for what is not to be: nothing was written, nothing was said."""
        rows, said = self.rows(), self.everything()
        result = await asking
        text = answer(result)
        assert self.rows() == rows, "something was written"
        assert self.everything() == said, "something was said to everybody"
        return text

    # What there is

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits until something is so; what was said until then is shown when it is not."""
        end = time.monotonic() + HANG_S
        while not condition():
            assert time.monotonic() < end, self.everything()
            await asyncio.sleep(0.005)

    async def showing(self, prompt: str, words: str) -> discord.Message:
        """The message of a prompt, once its card says these words."""
        await self.until(lambda: any(words in card(message) for message in self.cards(prompt)))
        return next(message for message in reversed(self.cards(prompt)) if words in card(message))

    async def wait_until_idle(self) -> None:
        """Waits until nothing is under way and everything is shown."""
        services = self.app.services
        end = time.monotonic() + HANG_S
        while (
            self.app.worker._current_run.running() is not None
            or await services.history.loads()
            or self.app.poster._tasks
            # One that nobody opens, as its job ended before it was announced, stays for half a minute.
            or any(updater._opened.is_set() for updater in services.job_messages._updaters.values())
        ):
            assert time.monotonic() < end, self.everything()
            await asyncio.sleep(0.005)

    async def job(self, number: int) -> Job:
        """A row."""
        job = await self.app.services.jobs.get(number)
        assert job is not None, f"there is no job {number}"
        return job

    async def count(self) -> int:
        """Jobs that were ever let in."""
        with contextlib.closing(sqlite3.connect(self.folder / "bot.db")) as connection:
            return int(connection.execute("SELECT count(*) FROM job").fetchone()[0])

    def rows(self) -> list[str]:
        """The whole database."""
        with contextlib.closing(sqlite3.connect(self.folder / "bot.db")) as connection:
            return list(connection.iterdump())

    def cards(self, prompt: str, channel: ChannelHandle | None = None) -> list[discord.Message]:
        """Messages whose card is about a prompt, oldest first."""
        return [message for message in (channel or self.channel).history() if prompt in card(message)]

    def now(self, message: ANSWER) -> discord.Message:
        """A message as it is now."""
        for channel in self._channels():
            for known in channel.history():
                if known.id == message.id:
                    return known
        raise LookupError("the message is gone")

    def gone(self, message: ANSWER) -> bool:
        """Whether it was removed."""
        return not any(known.id == message.id for channel in self._channels() for known in channel.history())

    def everything(self) -> str:
        """Everything that everybody can read."""
        return "\n---\n".join(read_out(message) for channel in self._channels() for message in channel.history())

    def said(self, channel: ChannelHandle | None = None) -> list[str]:
        """What a channel's messages say, oldest first."""
        return [read_out(message) for message in (channel or self.channel).history()]

    def channel_of(self, message: discord.Message) -> ChannelHandle:
        """Where it is."""
        return next(channel for channel in self._channels() if channel.id == message.channel.id)

    def age_restricted(self, name: str = "adults") -> ChannelHandle:
        """A new channel for adults. SimCord has none, so the payload is changed and sent again."""
        channel = self.guild.create_text_channel(name)
        self.restricted.add(channel.id)
        backend = self.env.backend
        backend.emit("CHANNEL_UPDATE", serializers.channel_payload(backend, backend.get_channel(channel.id)))
        return channel

    def _channels(self) -> Iterator[ChannelHandle]:
        for server in (self.main_server, self.other_server):
            for channel in server.guild.channels.values():
                yield channel
                yield from channel.threads


def read_out(message: ANSWER) -> str:
    """Everything that is to be read in a message, without buttons and files."""
    lines = [message.content]
    for embed in message.embeds:
        lines += [embed.title or "", embed.description or ""]
        lines += [f"{entry.name}: {entry.value}" for entry in embed.fields]
        lines.append(embed.footer.text or "")
    return "\n".join(line for line in lines if line)


def card(message: discord.Message) -> str:
    """What a message's embeds say."""
    return "\n".join(embed.description or "" for embed in message.embeds)


def buttons(message: ANSWER) -> list[Mapping[str, Any]]:
    """A message's buttons, as Discord has them."""
    plain: list[Any] = [row if isinstance(row, dict) else row.to_dict() for row in message.components]
    return [child for row in plain for child in row.get("components", [])]


def labels(message: ANSWER) -> list[str]:
    """Of a message's buttons that can be pressed."""
    return [str(button.get("label")) for button in buttons(message) if not button.get("disabled")]


def private(result: InteractionResult) -> ResponseMessage:
    """The one message that the person alone reads."""
    messages = [message for message in (result.response, *result.followups) if message is not None]
    mine = [message for message in messages if message.ephemeral]
    assert mine, f"nothing is said to the person alone: {[message.content for message in messages]}"
    return mine[-1]


def answer(result: InteractionResult) -> str:
    """What the person alone reads."""
    return read_out(private(result))


def fields(result: InteractionResult) -> dict[str, dict[str, Any]]:
    """A form's fields by name."""
    assert result.modal is not None, "no form was shown"
    return {row["component"]["custom_id"]: row["component"] for row in result.modal["components"]}


async def read(attachment: discord.Attachment, most: int) -> bytes:
    """Reads an attachment out of SimCord, as `bot.chat.download` does from the CDN."""
    data = await attachment.read()
    if len(data) > most:
        raise IntakeError("image-too-large")
    return data


def configured(folder: Path, **changes: object) -> Config:
    """The usual configuration, changed by sections."""
    return parse({**CONFIG, "storage": {"data_dir": str(folder)}, **changes})


@contextlib.asynccontextmanager
async def bot_harness(folder: Path, **changes: object) -> AsyncIterator[BotHarness]:
    """A harness with the usual configuration, changed by sections."""
    harness = BotHarness(folder, configured(folder, **changes))
    harness.env = Env(await harness.open(), settle_timeout=SETTLE_S)
    with _simcord_knows(harness):
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


@contextlib.contextmanager
def _simcord_knows(harness: BotHarness) -> Iterator[None]:
    """People's languages, channels for adults and the authors of what is reacted to, which SimCord's payloads lack."""
    plain_payload, plain_channel = simcord.interactions.base_payload, serializers.channel_payload
    backend = harness.env.backend
    plain_emit = backend.emit

    def payload(*args: Any, **about: Any) -> Any:
        record, data = plain_payload(*args, **about)
        data["locale"] = harness.locales.get(about["user_id"], "en-US")
        return record, data

    def channel_payload(backend: Any, channel: Any) -> Any:
        return {**plain_channel(backend, channel), "nsfw": channel.id in harness.restricted}

    def emit(event: str, data: Any) -> None:
        if event == "MESSAGE_REACTION_ADD":
            message = backend.get_message(int(data["channel_id"]), int(data["message_id"]))
            data["message_author_id"] = str(message.author_id)
        plain_emit(event, data)

    with (
        patch.object(backend, "emit", emit),
        patch.object(simcord.interactions, "base_payload", payload),
        patch.object(serializers, "channel_payload", channel_payload),
    ):
        yield
