"""Faults of the engine's process: it is killed or stopped, raises, uses up the memory, or writes what is no message."""

import asyncio
import os
import signal

from tests.torture.bot_process import survivors
from tests.torture.harness import Plan, TortureHarness
from tests.torture.judge import Rules
from tests.torture.table import Row, Trial

WORDS = {
    "hang": "hangs",
    "freeze": "is stopped while it runs (SIGSTOP)",
    "die": "is killed by the same request each time",
    "leave": "ends without a word",
    "fail": "raises an error",
    "refuse": "refuses the request",
    "exhaust": "uses up the memory",
    "babble": "writes text instead of messages",
    "nest": "writes a message of 100,000 brackets",
    "halve": "writes half a message and stops",
    "break_off": "writes half a message and ends",
    "repeat": "repeats one step for ever",
}
"""What the engine does, by the prompt that makes it do so."""
SHORT = ("die", "fail", "babble", "break_off")


async def run(plan: Plan) -> list[Row]:
    """Each prompt of WORDS, asked between the pictures of others; then kills and stops from outside."""
    async with TortureHarness(plan, step_s=0.05) as harness:
        for prompt, words in WORDS.items():
            if plan.short and prompt not in SHORT:
                continue
            async with harness.trial(f"engine {words}", Rules(prompts=frozenset({prompt}))) as trial:
                for _ in range(1 if plan.short else 3):
                    await harness.ask()
                    await harness.ask(prompt=prompt)
                    await harness.ask(pictures=2)
                    trial.hit()
                    await harness.settle(trial)
        for number, name in ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "stopped (SIGSTOP)")):
            async with harness.trial(f"engine {name} while it runs") as trial:
                for _ in range(1 if plan.short else 5):
                    answer = await harness.ask(steps=100)
                    await harness.ask()
                    await harness.shown(answer, "█")
                    os.kill(await engine_of(harness), number)
                    trial.hit()
                    await harness.settle(trial)
            if plan.short and number is signal.SIGSTOP:
                continue  # noticed after 10 s; tests/engine/test_faults.py has it
            async with harness.trial(f"engine {name} while idle") as trial:
                for _ in range(1 if plan.short else 3):
                    os.kill(await engine_of(harness), number)
                    trial.hit()
                    await harness.ask()
                    await harness.settle(trial)
        async with harness.trial("bot stopped while its engine is (SIGSTOP)") as trial:
            await stop_both(harness, trial, run=True)
            if not plan.short:
                await stop_both(harness, trial, run=False)
        return harness.rows


async def stop_both(harness: TortureHarness, trial: Trial, *, run: bool) -> None:
    """Stops the bot's process beside an engine that does not answer; both have to end, and a run goes on later."""
    if run:
        await harness.shown(await harness.ask(steps=100), "█")
    left = harness.bot.processes()
    os.kill(await engine_of(harness), signal.SIGSTOP)
    trial.hit()
    if status := await harness.stop():
        trial.row.errors.append(f"the bot stopped with status {status}")
    trial.row.orphans += await survivors(left)
    await harness.bot.start()
    await harness.settle(trial)


async def engine_of(harness: TortureHarness) -> int:
    """The process id of the engine."""
    while not (found := harness.bot.children()):
        await asyncio.sleep(0.05)
    return found[0]
