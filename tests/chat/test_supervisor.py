"""Reconnecting after errors, with growing pauses, and stopping after permanent errors."""

import asyncio
import itertools
import random
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from unittest.mock import Mock

import aiohttp
import discord
import pytest
from aiohttp import web

from bot.chat import client as supervised
from bot.chat.client import (
    LONGEST_PAUSE_S,
    STABLE_S,
    Handlers,
    ImagineClient,
    LoginError,
    override_endpoints,
    run_with_reconnect,
)
from bot.chat.identify_budget import RESERVE, IdentifyBudget, IdentifyLimitError
from bot.config import DiscordConfig
from bot.operations.metrics import Metrics
from bot.sandbox.server import Sandbox
from bot.store.database import Database
from bot.store.key_values import KeyValueStore
from tests.harness.channel import until
from tests.harness.job_requests import SettableClock

End = Exception | Callable[["Scripted"], Awaitable[None]]


class Scripted(discord.Client):
    """A client whose `start` ends as a test says."""

    def __init__(self, end: End, fault: Exception | None = None) -> None:
        super().__init__(intents=discord.Intents.none())
        self.ready = False
        self.was_closed = False
        self._end = end
        self._fault = fault

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        if isinstance(self._end, Exception):
            raise self._end
        await self._end(self)

    def is_ready(self) -> bool:
        return self.ready

    async def close(self) -> None:
        self.was_closed = True
        await super().close()
        if self._fault is not None:
            raise self._fault


class Discords:
    """Clients made one after the other, each with the next end; the last one stays."""

    def __init__(self, *ends: End) -> None:
        self.clients: list[Scripted] = []
        self._ends = ends
        self.fault: Exception | None = None

    def make(self) -> Scripted:
        end = self._ends[len(self.clients)] if len(self.clients) < len(self._ends) else stays
        self.clients.append(Scripted(end, self.fault))
        return self.clients[-1]


async def stays(_: Scripted) -> None:
    """A connection that holds."""
    await asyncio.Event().wait()


async def closes(_: Scripted) -> None:
    """discord.py returns from `start` when it was closed."""


def closed_with(code: int) -> discord.ConnectionClosed:
    """Discord closed the gateway with this code."""
    return discord.ConnectionClosed(Mock(), shard_id=None, code=code)


class Pauses(list[float]):
    """The pauses that were made, none of which takes any time."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@asynccontextmanager
async def supervising(
    make: Callable[[], discord.Client], pauses: Pauses, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator["asyncio.Task[None]"]:
    """The supervisor at work; it is cancelled at the end."""
    task = asyncio.create_task(run_with_reconnect(make, "token", clock, pauses.sleep))
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    "end",
    [
        AttributeError("'NoneType' object has no attribute 'sequence'"),  # the first connect to the gateway failed
        aiohttp.ClientConnectionError("refused"),
        TimeoutError(),
        KeyError("guild_id"),  # an event that cannot be read
        discord.GatewayNotFound(),  # type: ignore[no-untyped-call]
        closed_with(4000),
        closes,
    ],
    ids=lambda end: getattr(end, "__name__", type(end).__name__),
)
async def test_every_lost_connection_gets_a_new_client_and_the_old_one_is_closed(end: End, pauses: Pauses) -> None:
    discords = Discords(end, end)
    async with supervising(discords.make, pauses) as task:
        await until(lambda: len(discords.clients) == 3)
        assert [client.was_closed for client in discords.clients] == [True, True, False]
        assert not task.done()
    assert len(pauses) == 2


async def test_pauses_grow_to_a_minute_and_are_random(pauses: Pauses) -> None:
    discords = Discords(*[OSError("down")] * 40)
    async with supervising(discords.make, pauses):
        await until(lambda: len(pauses) == 40)
    limits = [min(2.0**number, LONGEST_PAUSE_S) for number in range(40)]
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(pauses, limits, strict=True))
    assert len(set(pauses[6:])) > 30
    assert max(pauses) > 0.8 * LONGEST_PAUSE_S


@pytest.mark.parametrize(
    ("ready", "held_s", "good"), [(True, STABLE_S + 1, True), (True, STABLE_S - 1, False), (False, STABLE_S + 1, False)]
)
async def test_after_a_good_connection_the_next_pause_is_short_again(
    pauses: Pauses, ready: bool, held_s: float, good: bool
) -> None:
    """A good connection was ready and lasted STABLE_S; a failing connect can last as long."""
    clock = SettableClock()

    async def ends(client: Scripted) -> None:
        client.ready = ready
        clock.now += held_s
        raise KeyError("guild_id")

    discords = Discords(*[OSError("down")] * 5, ends, OSError("down"))
    async with supervising(discords.make, pauses, clock):
        await until(lambda: len(discords.clients) == 8)
    limits = [1, 2, 4, 8, 16, *((1, 2) if good else (32, 60))]
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(pauses, limits, strict=True))


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (discord.LoginFailure("Improper token has been passed."), "refuses the token; copy it again"),
        (discord.PrivilegedIntentsRequired(None), "refuses the intents"),
        (closed_with(4004), "refuses the token; copy it again"),
        (closed_with(4012), "update the bot"),
        (closed_with(4013), "refuses the intents"),
    ],
)
async def test_a_permanent_error_raises_login_error(end: Exception, error: str, pauses: Pauses) -> None:
    discords = Discords(OSError("down"), end)
    discords.fault = OSError("already gone")  # which must not hide the reason
    with pytest.raises(LoginError, match=error):
        await run_with_reconnect(discords.make, "token", sleep=pauses.sleep)
    assert [client.was_closed for client in discords.clients] == [True, True]
    assert len(pauses) == 1


async def test_a_connection_that_cannot_be_closed_does_not_end_the_bot(pauses: Pauses) -> None:
    discords = Discords(OSError("down"))
    discords.fault = RuntimeError("half closed")
    async with supervising(discords.make, pauses) as task:
        await until(lambda: len(discords.clients) == 2)
        assert not task.done()


async def test_a_connection_that_hangs_while_it_closes_does_not_end_the_bot(
    pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised, "CLOSING_S", 0.05)
    discords = Discords(OSError("down"))

    def make() -> discord.Client:
        client = discords.make()
        monkeypatch.setattr(client, "close", lambda: stays(client))
        return client

    async with supervising(make, pauses):
        await until(lambda: len(discords.clients) == 2)


async def test_cancellation_closes_the_client(pauses: Pauses) -> None:
    discords = Discords()
    async with supervising(discords.make, pauses) as task:
        await until(lambda: len(discords.clients) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert discords.clients[0].was_closed
    assert pauses == []


async def test_each_failed_attempt_logs_one_line_and_a_traceback_only_at_debug(
    pauses: Pauses, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "bot.chat.client")
    discords = Discords(*[OSError("down")] * 3)
    async with supervising(discords.make, pauses):
        await until(lambda: len(discords.clients) == 4)
    lines = [record for record in caplog.records if record.name == "bot.chat.client"]
    assert [record.exc_info is not None for record in lines if record.levelname == "WARNING"] == [False] * 3
    assert [record.exc_info is not None for record in lines if record.levelname == "DEBUG"] == [True] * 3


async def test_a_day_of_failing_connections_uses_up_less_than_the_day_s_identifies(pauses: Pauses) -> None:
    """Each connection sends an IDENTIFY and then fails, at once or after it was ready for a minute."""
    total, day_s, clock, used = 1000, 86400.0, SettableClock(), list[float]()
    began, budget = clock.now, IdentifyBudget(clock)

    async def identifies(client: Scripted) -> None:
        budget.take(total, total - len(used), began + day_s - clock.now)
        used.append(clock.now)
        client.ready = True
        clock.now += random.choice([0.1, STABLE_S + 1])
        raise KeyError("guild_id")

    async def sleep(seconds: float) -> None:
        clock.now += seconds
        if clock.now - began > day_s:
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    discords = Discords(*[identifies] * 5000)
    task = asyncio.create_task(run_with_reconnect(discords.make, "token", clock, sleep))
    await until(lambda: clock.now - began > day_s)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert total / 2 < len(used) <= total - RESERVE
    assert max(later - earlier for earlier, later in itertools.pairwise(used)) < 600, "they are spread over the day"


@pytest.mark.parametrize(
    ("remaining", "wait_s"),
    [(1000, 0), (501, 0), (500, 86400 / 490), (110, 864), (RESERVE, 3600), (1, 3600)],
)
def test_a_new_process_waits_too_when_few_identifies_are_left(remaining: int, wait_s: float) -> None:
    budget = IdentifyBudget(SettableClock())
    if not wait_s:
        budget.take(1000, remaining, 86400)
        return
    with pytest.raises(IdentifyLimitError) as caught:
        budget.take(1000, remaining, 86400)
    assert caught.value.seconds == pytest.approx(wait_s)


@pytest.fixture
def settings_restored() -> Iterator[None]:
    yield
    override_endpoints(DiscordConfig())


async def closing(request: web.Request) -> web.WebSocketResponse:
    """A gateway that closes at once."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.close(code=4000)
    return socket


async def babbling(request: web.Request) -> web.WebSocketResponse:
    """A gateway whose first event cannot be read."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_str('{"op": 10, "d": null}')
    await socket.receive()
    return socket


async def refusing(_: web.Request) -> web.Response:
    """No gateway."""
    return web.Response(status=503)


@pytest.mark.parametrize("gateway", [closing, babbling, refusing])
async def test_discord_py_reconnects_after_its_first_connect_to_the_gateway_fails(
    gateway: Callable[[web.Request], Awaitable[web.StreamResponse]],
    settings_restored: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervised, "FIRST_PAUSE_S", 0.05)
    app = web.Application()
    app.router.add_get("/", gateway)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    broken = f"ws://127.0.0.1:{runner.addresses[0][1]}/"
    clients: list[discord.Client] = []
    async with Sandbox() as sandbox:

        def make() -> discord.Client:
            url = sandbox.gateway_url if clients else broken
            override_endpoints(DiscordConfig(api_url=sandbox.api_url, gateway_url=url))
            intents = discord.Intents(guilds=True)
            clients.append(discord.Client(intents=intents, max_messages=None, guild_ready_timeout=0.05))
            return clients[-1]

        task = asyncio.create_task(run_with_reconnect(make, sandbox.bot_token))
        await until(lambda: task.done() or (clients and clients[-1].is_ready()))
        assert not task.done(), task.exception()
        assert len(clients) == 2
        assert clients[0].is_closed()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert clients[1].is_closed()
    await runner.cleanup()


async def test_an_invalid_token_ends_the_bot(settings_restored: None) -> None:
    async with Sandbox() as sandbox:
        override_endpoints(DiscordConfig(api_url=sandbox.api_url, gateway_url=sandbox.gateway_url))
        with pytest.raises(LoginError, match="refuses the token"):
            await run_with_reconnect(lambda: discord.Client(intents=discord.Intents.none()), "wrong")


async def test_a_bot_asks_discord_before_each_identify(settings_restored: None, database: Database) -> None:
    """A client that discord.py reconnects by itself asks too, and stops when few are left."""
    handlers = Handlers([], *[None] * 5)  # type: ignore[arg-type]
    budget, pauses = IdentifyBudget(), Pauses()
    made: list[ImagineClient] = []

    def make() -> discord.Client:
        made.append(ImagineClient(handlers, KeyValueStore(database), Metrics(), budget, lambda: None))
        return made[-1]

    async with Sandbox() as sandbox:
        identifies = sandbox.state.identifies
        override_endpoints(DiscordConfig(api_url=sandbox.api_url, gateway_url=sandbox.gateway_url))
        task = asyncio.create_task(run_with_reconnect(make, sandbox.bot_token, sleep=pauses.sleep))
        await until(lambda: task.done() or (made and made[-1].is_ready()))
        assert identifies.used == 1
        identifies.remaining = RESERVE
        await made[-1].close()
        await until(lambda: task.done() or len(made) > 3)
        assert not task.done(), task.exception()
        assert identifies.used == 1
        assert max(pauses) == 3600
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    beating = [thread for thread in threading.enumerate() if isinstance(thread, discord.gateway.KeepAliveHandler)]
    assert all(thread._stop_ev.is_set() for thread in beating)
