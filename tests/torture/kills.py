"""The bot is killed at random moments while twenty people use it."""

import asyncio
import time
from dataclasses import replace

from tests.torture.crowd import Crowd
from tests.torture.harness import Plan, TortureHarness
from tests.torture.judge import Rules
from tests.torture.table import Row

KILLS = 100
"""In each of the two groups."""
SHORT_KILLS = 3
MOST_S = 1200.0
"""Seconds after which a slow machine is not given the rest of the kills."""
RUN_S = 3.0
"""The longest time for which the bot is online. Every fourth kill comes while it starts."""
START_S = 5.0
INTERRUPTED = Rules(reasons=frozenset({"reason-interrupted"}))
"""A job that was running at each of three kills fails, as it may be their cause."""


async def run_again(plan: Plan) -> list[Row]:
    """As `run`, with other moments, at the same time."""
    return await run(replace(plan, seed=plan.seed + 1))


async def run(plan: Plan) -> list[Row]:
    """Kills and starts the bot; at the end it gets the time to do all that it has accepted."""
    kills = SHORT_KILLS if plan.short else KILLS
    async with TortureHarness(plan, people=20, step_s=0.05) as harness:
        async with harness.trial("bot killed while 20 people use it", INTERRUPTED) as trial:
            crowd = Crowd(harness, pause_s=2.0)
            end = time.monotonic() + MOST_S
            async with crowd.asking():
                while trial.row.times < kills and time.monotonic() < end:
                    if harness.rng.random() < 0.25:
                        await asyncio.sleep(harness.rng.uniform(0, START_S))
                    else:
                        await harness.bot.wait_until_online()
                        await asyncio.sleep(harness.rng.uniform(0, RUN_S))
                    await harness.kill(trial)
                    await harness.bot.launch()
                await harness.bot.wait_until_online()
            trial.lifted()
            await crowd.resume()
            await crowd.end_sessions()
            await harness.settle(trial, 300)
        return harness.rows
