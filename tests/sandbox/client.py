"""An unmodified discord.py client in a sandbox. Its waits advance the sandbox's clock."""

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
    """A client with the bot's intents by default. A test adds commands and awaits single events with `happened`."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        if intents is None:
            intents = discord.Intents.none()
            intents.guilds = intents.guild_reactions = True
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none(), guild_ready_timeout=0.0)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()
        self.waits: Waits
        self.events: dict[str, asyncio.Queue[tuple[Any, ...]]] = {}

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Called some time after READY, also if the guild is still unavailable."""
        if not self.guilds[0].unavailable:
            self.ready.set()

    async def on_guild_available(self, _: discord.Guild) -> None:
        """Called if the guild was unavailable at READY."""
        self.ready.set()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Store every event for `happened`, then dispatch it as usual."""
        self.events.setdefault(event, asyncio.Queue()).put_nowait(args)
        super().dispatch(event, *args, **kwargs)

    async def happened(self, name: str) -> Any:
        """Wait for the next event of that name; return its argument, or a tuple of several."""
        async with asyncio.timeout(HANG_S):
            args = await self.events.setdefault(name, asyncio.Queue()).get()
        return args[0] if len(args) == 1 else args

    def text_channel(self, name: str) -> discord.TextChannel:
        """The channel of that name."""
        channel = discord.utils.get(self.guilds[0].text_channels, name=name)
        assert channel is not None, f"the bot sees no #{name}"
        return channel


class Waits:
    """Replaces `asyncio` in discord.py's HTTP client: `sleep` advances the sandbox's clock.

    Attributes:
        slept: The seconds of each sleep.
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
    """Point discord.py at a sandbox and run a client there; `clock` is the sandbox's clock."""
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
