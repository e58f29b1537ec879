"""Metrics count what happens, have few labels, and are served on loopback only."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import aiohttp
import discord
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.chat.client import override_endpoints
from bot.chat.http_metrics import trace_config
from bot.config import DiscordConfig, EngineConfig
from bot.engine.local import LocalEngine
from bot.jobs.job import Job, JobState
from bot.operations.loop_lag import TICK_S, LoopLag
from bot.operations.metrics import MODELS, Metrics
from bot.operations.metrics_server import MetricsServerError, serve_metrics
from bot.sandbox.clock import ManualClock
from bot.sandbox.server import Sandbox
from bot.sandbox.state.ratelimit import GLOBAL, RateLimit
from bot.store.database import Database
from bot.store.job_counts import job_counts
from bot.store.jobs import Jobs
from guidance.request.request import Request
from tests.engine.render_tasks import STAND_IN
from tests.harness.channel import until
from tests.harness.job_requests import SettableClock, job_request

IDLE: Mapping[str, int] = {}


def value(text: bytes, name: str, **labels: str) -> float | None:
    """The value of a sample; None if it does not exist."""
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return None


async def job(database: Database) -> Job:
    """A running job that waited for 40 s."""
    (asked,) = await Jobs(database, lambda: 1000.0).admit([job_request()], lambda used: None)
    claimed = await Jobs(database, lambda: 1040.0).claim(lambda waiting, turn_state: (waiting[-1], turn_state.turn + 1))
    assert claimed is not None
    assert claimed.id == asked.id
    return claimed


async def test_a_job_is_counted_with_its_waiting_and_step_times(database: Database) -> None:
    metrics = Metrics()
    running = await job(database)
    metrics.job_started(running)
    metrics.job_started(replace(running, attempts=1))  # a restart after a crash is not a wait
    metrics.job_ended(replace(running, state=JobState.DONE, seconds=running.request.steps * 0.15, device="cpu"))
    metrics.job_ended(replace(running, state=JobState.CANCELLED))
    text = metrics.text()
    assert value(text, "imagine_wait_seconds_sum") == 40
    assert value(text, "imagine_wait_seconds_count") == 1
    assert value(text, "imagine_jobs_total", outcome="done") == 1
    assert value(text, "imagine_jobs_total", outcome="cancelled") == 1
    assert value(text, "imagine_render_seconds_count") == 1
    step = {"model": running.request.model, "size": "256", "device": "cpu"}
    assert value(text, "imagine_step_seconds_bucket", le="0.1", **step) == 0
    assert value(text, "imagine_step_seconds_bucket", le="0.2", **step) == 1


async def test_the_number_of_labels_is_bounded(database: Database) -> None:
    metrics = Metrics()
    done = replace(await job(database), state=JobState.DONE, seconds=1.0)
    for number in range(3 * MODELS):
        for width in range(64, 640, 64):
            request = Request.resolve("x", seed=1, model=f"model-{number}/x", steps=5, width=width, height=64)
            metrics.job_ended(replace(done, request=request))
    lines = metrics.text().decode().splitlines()
    models = {line.split('model="')[1].split('"')[0] for line in lines if 'model="' in line}
    sizes = {line.split('size="')[1].split('"')[0] for line in lines if 'size="' in line}
    assert len(models) == MODELS + 1
    assert "other" in models
    assert sizes == {"128", "256"}


def test_two_bots_in_a_process_have_separate_metrics() -> None:
    one, other = Metrics(), Metrics()
    one.edited()
    assert value(one.text(), "imagine_edits_total") == 1
    assert value(other.text(), "imagine_edits_total") == 0


async def test_a_scrape_shows_the_current_queue_and_the_connection(database: Database) -> None:
    metrics = Metrics()
    metrics.set_connected(lambda: True)
    await job(database)
    for _ in range(2):
        await Jobs(database).admit([job_request()], lambda used: None)
    async with serve_metrics(metrics, 0, lambda: job_counts(database)) as port, aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
            text = await response.read()
            assert response.status == 200
            assert response.content_type == "text/plain"
        await Jobs(database).claim(lambda waiting, turn_state: (waiting[0], turn_state.turn + 1))
        async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
            later = await response.read()
    assert [value(text, "imagine_queue", state=name) for name in ("queued", "running", "posting")] == [2, 1, 0]
    assert [value(later, "imagine_queue", state=name) for name in ("queued", "running", "posting")] == [1, 2, 0]
    assert value(text, "imagine_connected") == 1


async def test_metrics_are_served_on_loopback_only_and_a_used_port_is_one_error() -> None:
    async def idle() -> Mapping[str, int]:
        return IDLE

    async with serve_metrics(Metrics(), 0, idle) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        # A server that listens on all addresses would accept this connection too.
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.2", port)
        with pytest.raises(
            MetricsServerError,
            match=rf"^metrics\.port {port} cannot be used \(Address already in use\); choose another",
        ):
            async with serve_metrics(Metrics(), port, idle):
                pass


async def test_http_errors_are_counted_including_those_that_discord_py_retries() -> None:
    metrics, clock = Metrics(), ManualClock()

    def refused() -> float:
        return value(metrics.text(), "imagine_discord_http_errors_total", status="429") or 0

    async def wait_out() -> None:
        """Advances the sandbox's clock only after a refusal, so slow calls are refused too."""
        waited = 0
        while True:
            await until(lambda: refused() > waited)  # noqa: B023 - it is called before the next round
            waited += 1
            await clock.advance(1)

    async with Sandbox(limits={GLOBAL: RateLimit(2, 0.1)}, clock=clock) as sandbox:
        override_endpoints(DiscordConfig(api_url=sandbox.api_url, gateway_url=sandbox.gateway_url))
        client = discord.Client(intents=discord.Intents.none(), http_trace=trace_config(metrics))
        waiting_out = asyncio.create_task(wait_out())
        try:
            await client.login(sandbox.bot_token)
            for _ in range(3):
                with pytest.raises(discord.NotFound):
                    await client.fetch_channel(1)
        finally:
            waiting_out.cancel()
            await client.close()
            override_endpoints(DiscordConfig())
    text = metrics.text()
    assert value(text, "imagine_discord_http_errors_total", status="404") == 3
    assert refused() >= 1
    assert value(text, "imagine_discord_http_errors_total", status="200") is None


async def test_restarts_of_the_engine_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", STAND_IN)
    metrics = Metrics()
    engine = LocalEngine(EngineConfig(), 1.0, metrics, name="cuda:1")
    assert await engine.start() == "none"
    assert value(metrics.text(), "imagine_engine_restarts_total", device="cuda:1") is None
    assert engine._process is not None
    await engine._process.kill()
    await engine.start()
    assert value(metrics.text(), "imagine_engine_restarts_total", device="cuda:1") == 1
    await engine.close()


@contextlib.asynccontextmanager
async def measured(lag: LoopLag) -> AsyncIterator[None]:
    measuring = asyncio.create_task(lag.measure())
    try:
        yield
    finally:
        measuring.cancel()
        await asyncio.gather(measuring, return_exceptions=True)


async def test_a_blocked_event_loop_counts_for_every_missed_tick() -> None:
    late: list[float] = []
    clock = SettableClock(0.0)
    lag = LoopLag(late.append, clock, clock.sleep)
    async with measured(lag):
        for seconds in (TICK_S, TICK_S, 4.5 * TICK_S):
            await until(lambda: clock.sleeps)
            clock.now += seconds
        await until(lambda: clock.sleeps)
    assert late == pytest.approx([ticks * TICK_S for ticks in (0, 0, 3.5, 2.5, 1.5, 0.5)])
    assert lag.quantile(1.0) == max(late)
    assert lag.quantile(0.5) == pytest.approx(1.5 * TICK_S)
    assert lag.quantile(0.0) == min(late)
    assert LoopLag().quantile(0.99) == 0


async def test_the_lag_of_the_real_event_loop_is_measured() -> None:
    """The loop is blocked for three ticks, one of which it would have slept anyway."""
    late: list[float] = []
    async with measured(LoopLag(late.append)):
        await until(lambda: late)
        time.sleep(3 * TICK_S)
        await until(lambda: max(late) >= 2 * TICK_S)
