"""No fault but people: 500 in ten seconds, 10,000 jobs that wait, and hours of work (soak)."""

import asyncio
import statistics
import time
from pathlib import Path
from typing import Final

from bot.sandbox.state.ratelimit import RateLimit
from tests.e2e.long_queue import LIMIT_S, measure
from tests.torture.crowd import Crowd
from tests.torture.harness import QUICK, Plan, TortureHarness
from tests.torture.people import QuickPerson
from tests.torture.table import Row

PEOPLE, BURST_S = 500, 10.0
SHORT_PEOPLE, SHORT_BURST_S = 25, 1.0
WAITING: Final = 10_000
FLAT: Final = 0.05
"""By how much the bot's memory may grow from the second quarter of the soak to its last."""
SAMPLE_S: Final = 1.0
LONG_WINDOWS: Final = {name: RateLimit(5 * limit.requests, 5) for name, limit in QUICK.items()}
"""The suite's rate limits with windows as long as Discord's: when a window ends, discord.py admits too many of the
requests that are on their way, and with windows of a second some always are."""


async def burst(plan: Plan) -> list[Row]:
    """Everybody asks once, within seconds."""
    people, seconds = (SHORT_PEOPLE, SHORT_BURST_S) if plan.short else (PEOPLE, BURST_S)
    async with TortureHarness(plan, people=people, limits=LONG_WINDOWS) as harness:
        async with harness.trial(f"{people} people within {seconds:.0f} s") as trial:
            waits = list[float]()

            async def ask(person: QuickPerson, after_s: float) -> None:
                await asyncio.sleep(after_s)
                began = time.monotonic()
                if await harness.ask(person):
                    waits.append(time.monotonic() - began)

            trial.hit()
            await asyncio.gather(*(ask(person, harness.rng.uniform(0, seconds)) for person in harness.people))
            trial.row.times = people
            trial.lifted()
            await harness.settle(trial, 300)
            waits.sort()
            note = f"{len(waits)} of {people} acknowledged within Discord's 3 s"
            half, most = waits[len(waits) // 2], waits[-1]
            trial.row.notes.append(
                f"{note}; for half of them, the answer was seen after {half:.2f} s, at most {most:.2f} s"
            )
        return harness.rows


async def long_queue(plan: Plan) -> list[Row]:
    """The cost of a request while many jobs wait; see tests/e2e/long_queue.py."""
    waiting, requests, seconds = (1_000, 30, 2.0) if plan.short else (WAITING, 300, 10.0)
    p99 = await measure(waiting, requests, seconds)
    note = f"99 of 100 requests took at most {1000 * p99:.0f} ms (limit: {1000 * LIMIT_S:.0f} ms)"
    return [Row(f"{waiting:,} jobs wait", times=requests, jobs=requests, notes=[note])]


async def soak(plan: Plan) -> list[Row]:
    """Twenty people work with the bot, and its memory is watched."""
    seconds = 10.0 if plan.short else plan.soak_s
    async with TortureHarness(plan, people=20, step_s=0.02) as harness:
        async with harness.trial("soak", timeout_s=seconds + 600) as trial:
            crowd, samples = Crowd(harness, pause_s=4.0), list[int]()
            trial.hit()
            async with crowd.asking():
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    samples.append(resident_kib(harness.bot.pid))
                    await asyncio.sleep(SAMPLE_S)
            await crowd.resume()
            await crowd.end_sessions()
            trial.lifted()
            await harness.settle(trial, 300)
            quarter = len(samples) // 4
            before, after = statistics.median(samples[quarter : 2 * quarter]), statistics.median(samples[-quarter:])
            growth = after / before - 1
            note = f"the bot's memory grew by {100 * growth:.1f} % to {after / 1024:.0f} MiB"
            trial.row.notes.append(f"{note} from the second to the last quarter of {seconds / 60:.1f} minutes")
            if growth > FLAT and not plan.short:
                trial.row.errors.append(note)
        return harness.rows


def resident_kib(pid: int) -> int:
    """The memory of a process that is in RAM, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)
