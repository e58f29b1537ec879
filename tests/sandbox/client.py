"""An unmodified discord.py client in a sandbox for the length of a test, which waits on the sandbox's clock."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import discord
import yarl
from discord import app_commands

from tests.sandbox.conftest import HANG_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from bot.sandbox.clock import ManualClock
    from bot.sandbox.server import Sandbox

Interaction = discord.Interaction[discord.Client]


class Client(discord.Client):
    """A client with the bot's intents, whose events a test can await one by one; commands are for the test to add."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_reactions = True
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none(), guild_ready_timeout=0.0)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.waits: Waits
        self.heard: dict[str, asyncio.Queue[tuple[Any, ...]]] = {}

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Comes some time after READY, whether the guild is there or not."""
        if not self.guilds[0].unavailable:
            self.ready.set()

    async def on_guild_available(self, _: discord.Guild) -> None:
        """Comes where the guild was not there yet."""
        self.ready.set()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Keep every event for `happened`, then go on as always."""
        self.heard.setdefault(event, asyncio.Queue()).put_nowait(args)
        super().dispatch(event, *args, **kwargs)

    async def happened(self, name: str) -> Any:
        """The next event of that name: what it carries, alone or as a tuple."""
        async with asyncio.timeout(HANG_S):
            args = await self.heard.setdefault(name, asyncio.Queue()).get()
        return args[0] if len(args) == 1 else args

    def text_channel(self, name: str) -> discord.TextChannel:
        """A channel of the guild."""
        channel = discord.utils.get(self.guilds[0].text_channels, name=name)
        assert channel is not None, f"the bot sees no #{name}"
        return channel


class Waits:
    """`asyncio` as discord.py's HTTP client sees it: while it sleeps, the sandbox's clock moves on.

    Attributes:
        slept: Seconds, for each time.
    """

    def __init__(self, clock: ManualClock) -> None:
        self.slept: list[float] = []
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self._clock.advance(seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


Some = TypeVar("Some", bound=Client)


@asynccontextmanager
async def running(sandbox: Sandbox, clock: ManualClock, patch: pytest.MonkeyPatch, client: Some) -> AsyncIterator[Some]:
    """Point discord.py at a sandbox, of which this is the clock, and run a client there until it is not needed."""
    client.waits = Waits(clock)
    patch.setattr(discord.http, "asyncio", client.waits)
    patch.setattr(discord.http.Route, "BASE", sandbox.api_url)
    patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))
    task = asyncio.create_task(client.start(sandbox.bot_token))
    try:
        async with asyncio.timeout(HANG_S):
            await client.ready.wait()
        yield client
    finally:
        await client.close()
        async with asyncio.timeout(HANG_S):
            await task
