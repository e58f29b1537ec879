"""Two devices: the bot and engines are killed or stopped at random while people use it; then one engine at a time."""

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import replace
from typing import Final

from tests.torture.crowd import Crowd
from tests.torture.harness import Plan, TortureHarness
from tests.torture.judge import ENDS, Rules
from tests.torture.table import Row, Trial

DEVICES: Final = 2
FAULTS: Final = 40
SHORT_FAULTS: Final = 4
MOST_S: Final = 600.0
"""Seconds after which a slow machine is not given the rest of the faults."""
PAUSE_S: Final = 3.0
RANDOM: Final = Rules(reasons=frozenset({"reason-interrupted", "reason-crashed"}))
"""A job fails that was running at three kills of the bot, or when its engine was killed twice."""


async def run(plan: Plan) -> list[Row]:
    """First everything at random, then one engine at a time, of which no job may fail."""
    async with TortureHarness(replace(plan, devices=DEVICES), people=20, step_s=0.05) as harness:
        await _at_random(harness)
        for number, name in ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "stopped (SIGSTOP)")):
            await _one_engine(harness, number, name)
        await _poison(harness)
        return harness.rows


async def _at_random(harness: TortureHarness) -> None:
    async with harness.trial("bot and engines of two devices killed or stopped", RANDOM) as trial:
        crowd = Crowd(harness, pause_s=2.0)
        end = time.monotonic() + MOST_S
        async with crowd.asking():
            while trial.row.times < (SHORT_FAULTS if harness.plan.short else FAULTS) and time.monotonic() < end:
                await asyncio.sleep(harness.rng.uniform(0, PAUSE_S))
                if trial.row.times % 3 == 2:
                    await harness.kill(trial)
                    await harness.bot.launch()
                    await harness.bot.wait_until_online()
                elif engines := harness.bot.children():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(harness.rng.choice(engines), harness.rng.choice((signal.SIGKILL, signal.SIGSTOP)))
                        trial.hit()
        trial.lifted()
        await crowd.resume()
        await crowd.end_sessions()
        await harness.settle(trial, 300)


async def _one_engine(harness: TortureHarness, number: signal.Signals, name: str) -> None:
    async with harness.trial(f"one engine of two {name} while both run") as trial:
        for _ in range(1 if harness.plan.short else 5):
            await _occupy(harness, trial)
            first, *_ = await _engines(harness)
            os.kill(first, number)
            trial.hit()
            await harness.settle(trial)


async def _occupy(harness: TortureHarness, trial: Trial) -> None:
    """Asks until a picture is made on each device.

    On a busy machine a request may be answered too late to become a job, and a picture be done before the next begins.
    """
    while True:
        await asyncio.gather(*(harness.ask(person, steps=100) for person in harness.people[:3]))
        while states := {job.id: job.state for job in harness.jobs(trial) if job.state not in ENDS}:
            if list(states.values()).count("running") == DEVICES:
                return
            await asyncio.sleep(0.05)


async def _poison(harness: TortureHarness) -> None:
    """It fails on each device once; everybody else's jobs do not."""
    async with harness.trial(
        "engines of two devices are killed by one request", Rules(prompts=frozenset({"die"}))
    ) as trial:
        for _ in range(1 if harness.plan.short else 3):
            await asyncio.gather(harness.ask(), harness.ask(prompt="die"), harness.ask(pictures=2))
            trial.hit()
            await harness.settle(trial)


async def _engines(harness: TortureHarness) -> list[int]:
    while len(found := harness.bot.children()) < DEVICES:
        await asyncio.sleep(0.05)
    return found
