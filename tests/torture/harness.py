"""A sandbox, the real bot in it, and people who ask. A `trial` counts what one kind of fault does to their jobs."""

import asyncio
import itertools
import random
import signal
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from bot.sandbox.server import Sandbox
from bot.sandbox.state.interaction_registry import ACKNOWLEDGE_S
from bot.sandbox.state.ratelimit import DEFAULT_LIMITS, GLOBAL, RateLimit
from tests.sandbox.control import Control
from tests.sandbox.person import PageRefusedError
from tests.torture.bot_process import BotProcess, survivors
from tests.torture.judge import (
    ENDS,
    PICTURES,
    Asked,
    JobRow,
    Rules,
    Verdict,
    copied_twice,
    judge,
    mentioned_twice,
    number_in,
    read_copies,
    read_jobs,
    unknown_jobs,
)
from tests.torture.people import QuickPerson, crowded_guild
from tests.torture.table import Row, Trial

SETTINGS: Final = """
[imagine]
size = "96x64"
aspects = ["1:1", "3:2", "2:3"]
steps = 4
[limits]
waiting_per_member = 1000
waiting_per_server = 20000
waiting_in_all = 20000
jobs_per_hour = 100000
steps_per_day = 1000000
"""
SETTLE_S: Final = 120.0
"""Seconds in which all jobs must have ended after a fault."""
TRIAL_S: Final = 900.0
POLL_S: Final = 0.2
QUICK: Final = dict.fromkeys(DEFAULT_LIMITS, RateLimit(50, 1)) | {GLOBAL: RateLimit(200, 1)}
"""Rate limits of which people notice nothing: Discord's own would make the suite take a day."""
SHORT_ACKNOWLEDGE_S: Final = 8.0
"""More than Discord's 3 s, because the short form runs on busy machines."""
STOP_S: Final = 30.0
INVALID: Final = (401, 403, 429)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a group of faults is tried.

    Attributes:
        seed: From which all random moments follow.
        short: Whether each fault is injected once, or a few times, only.
        folder: An empty one.
        soak_s: Seconds for which the bot works without a fault while its memory is watched.
        devices: CPU devices of the bot.
    """

    seed: int
    short: bool
    folder: Path
    soak_s: float = 240.0
    devices: int = 1


class TortureHarness:
    """`async with TortureHarness(plan) as harness: async with harness.trial("cut") as trial: …`.

    Args:
        plan: Seed and folder.
        people: Members who ask, besides Mo, who moderates, and Olive, who owns the server.
        step_s: Seconds that the engine takes for a step.
        step_timeout_s: Seconds after which a step is too slow.
        wrapper: A command that runs the bot.
        limits: Rate limits.
        start: Whether to start the bot at once.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        people: int = 4,
        step_s: float = 0.02,
        step_timeout_s: float = 1.0,
        wrapper: Sequence[str] = (),
        limits: dict[str, RateLimit] | None = None,
        start: bool = True,
    ) -> None:
        self.rng = random.Random(plan.seed)
        self.plan = plan
        self.sandbox = Sandbox(
            guild_data=crowded_guild(people),
            limits=limits or QUICK,
            control_port=0,
            acknowledge_s=SHORT_ACKNOWLEDGE_S if plan.short else ACKNOWLEDGE_S,
        )
        self.rows: list[Row] = []
        self.people: list[QuickPerson] = []
        self._names = [f"P{number}" for number in range(people)]
        self._bot_options: dict[str, Any] = {"wrapper": wrapper, "step_s": step_s, "devices": ["cpu"] * plan.devices}
        self._step_timeout_s = step_timeout_s
        self._start = start
        self._trials: list[Trial] = []
        self._numbers = itertools.count()
        self._killed: list[asyncio.Task[int]] = []

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.sandbox)
            self.control = await stack.enter_async_context(
                Control(self.sandbox.control_url, self.sandbox.control_secret)
            )
            known = dict[str, str]()
            people = [QuickPerson(self.sandbox.page_url, name, known) for name in (*self._names, "Mo", "Olive")]
            for person in people:
                await stack.enter_async_context(person)
            *self.people, self.mo, self.olive = people
            self.bot = BotProcess(self.sandbox, self.plan.folder, SETTINGS, **self._bot_options)
            text = self.bot.config.read_text()
            self.bot.config.write_text(text.replace("[engine]", f"[engine]\nstep_timeout_s = {self._step_timeout_s}"))
            stack.push_async_callback(self._kill_rest)
            if self._start:
                await self.bot.start()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        async with self._stack:
            if kind is not None:
                return
            await self._close_trials()
            if self.bot.running:
                left = self.bot.processes()
                status = await self.stop()
                self.rows[-1].errors += [f"the bot stopped with status {status}"] if status else []
                self.rows[-1].orphans += await survivors(left)

    async def _kill_rest(self) -> None:
        if self.bot.running:
            await survivors(await self.bot.kill())

    # --- people

    async def ask(self, person: QuickPerson | None = None, pictures: int = 1, prompt: str = "", **options: Any) -> str:
        """A person uses /imagine, and waits until it is answered or has failed. Returns the id of the answer, or "".

        Without a prompt, it is one that nobody else uses.
        """
        person = person or self.rng.choice(self.people)
        unique = not prompt
        prompt = prompt or f"picture {next(self._numbers)} of {person.name}"
        asked = self._trials[-1].asked
        if unique:
            asked[prompt] = (pictures, "")
        given = {"prompt": prompt, **({"count": pictures} if pictures > 1 else {}), **options}
        answer = await self.answer(person, await person.invoke("imagine", given))
        if unique:
            asked[prompt] = (pictures, answer)
        return answer

    async def answer(self, person: QuickPerson, interaction: str) -> str:
        """The id of the message that answers an interaction, or "" if there is none."""
        try:
            return str((await person.outcome(interaction))["original_id"] or "")
        except PageRefusedError:  # forgotten after 30 minutes
            return ""

    async def shown(self, message_id: str, words: str, timeout_s: float = SETTLE_S) -> dict[str, Any]:
        """Waits until the embed of a message in the first channel contains some words."""
        async with asyncio.timeout(timeout_s):
            while True:
                for message in await self.control.messages(self.people[0].channel_id):
                    text = "".join(embed.get("description", "") for embed in message["embeds"])
                    if message["id"] == message_id and words in text:
                        return message
                await asyncio.sleep(0.05)

    # --- the bot

    async def kill(self, trial: Trial) -> None:
        """Kills the bot, and watches over the processes that it leaves."""
        self._killed.append(asyncio.create_task(survivors(await self.bot.kill())))
        trial.hit()

    async def kill_and_start(self, trial: Trial, *, keep_faults: bool = False) -> None:
        """Kills the bot, starts it, and waits until all jobs have ended."""
        await self.kill(trial)
        if not keep_faults:
            await self.control.call("DELETE", "/faults")
        await self.bot.start()
        await self.settle(trial)

    async def stop(self) -> int:
        """Stops the bot, and returns its exit status; -1 if it has to be killed after STOP_S."""
        try:
            async with asyncio.timeout(STOP_S):
                return await self.bot.stop()
        except TimeoutError:
            await self.bot.stop(signal.SIGKILL)
            return -1

    async def online(self) -> None:
        """Waits until the bot is connected to the gateway."""
        async with asyncio.timeout(SETTLE_S):
            while not (await self.control.call("GET", "/state"))["bot_online"]:
                await asyncio.sleep(POLL_S)

    async def hits(self, fault: int) -> int:
        """How often a fault has happened."""
        return int((await self.control.call("GET", f"/faults/{fault}"))["hits"])

    async def invalid(self) -> int:
        """The number of requests so far that were answered with 401, 403 or 429."""
        counts = await self.control.counts()
        return sum(entry["count"] for entry in counts["requests"] if entry["status"] in INVALID)

    # --- trials

    @asynccontextmanager
    async def trial(self, fault: str, rules: Rules = PICTURES, timeout_s: float = TRIAL_S) -> AsyncIterator[Trial]:
        """Tries a kind of fault. At the end of the block all faults end, the bot runs, and its jobs have ended."""
        trial = Trial(Row(fault), rules, self._last_id(), await self.invalid())
        self._trials.append(trial)
        self.rows.append(trial.row)
        try:
            async with asyncio.timeout(timeout_s):
                yield trial
            await self.control.call("DELETE", "/faults")
            if not self.bot.running:
                await self.bot.start()
            await self.settle(trial)
        except Exception as error:  # noqa: BLE001 - the other faults are tried all the same
            trial.row.errors.append(f"{type(error).__name__}: {error}")
            traceback.print_exc()
            await self.control.call("DELETE", "/faults")
        if not self.bot.running:
            trial.row.errors.append("the bot has ended")
            await self.bot.start()
        for task in self._killed:
            trial.row.orphans += await task
        self._killed.clear()
        trial.row.invalid = max(0, await self.invalid() - trial.invalid_before - trial.caused)
        trial.last = self._last_id()

    async def settle(self, trial: Trial, timeout_s: float = SETTLE_S) -> None:
        """Waits until every job of a trial has ended and its message shows it."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            jobs = self._read(trial)
            missing = [f"job {job.id} is {job.state}" for job in jobs if job.state not in ENDS]
            missing = missing or self._judge(trial, jobs, await self.messages()).lost
            if not missing:
                trial.recovered()
                return
            if asyncio.get_running_loop().time() > deadline:
                trial.row.errors.append(f"after {timeout_s:.0f} s: {missing[0]}")
                return
            await asyncio.sleep(POLL_S)

    async def messages(self, *, everywhere: bool = True) -> list[dict[str, Any]]:
        """Every message of every channel and thread, or of the first channel."""
        if not everywhere:
            return await self.control.messages(self.people[0].channel_id)
        state = await self.control.call("GET", "/state")
        found = []
        for channel in (*state["channels"], *state["threads"]):
            found += await self.control.messages(channel["id"])
        return found

    @property
    def current(self) -> Trial:
        """The trial that was begun last."""
        return self._trials[-1]

    def jobs(self, trial: Trial) -> list[JobRow]:
        """The jobs of a trial."""
        return self._read(trial)

    async def _close_trials(self) -> None:
        """Judges all trials once more: what is doubled may have come late."""
        messages = await self.messages()
        for trial in self._trials:
            trial.close(self._judge(trial, self._read(trial), messages))
        known = {job.id for job in read_jobs(self.bot.readable_database())}
        if self._trials:
            last = self._trials[-1].row
            last.doubled += mentioned_twice(messages) + copied_twice(messages)
            last.lost += unknown_jobs(messages, known)

    def _judge(self, trial: Trial, jobs: list[JobRow], messages: list[dict[str, Any]]) -> Verdict:
        visible = {message["id"] for message in messages if number_in(message)}
        asked = {prompt: Asked(pictures, answer in visible) for prompt, (pictures, answer) in trial.asked.items()}
        return judge(jobs, messages, asked, trial.rules, read_copies(self.bot.readable_database()))

    def _read(self, trial: Trial) -> list[JobRow]:
        return read_jobs(self.bot.readable_database(), trial.first, trial.last)

    def _last_id(self) -> int:
        return max((job.id for job in read_jobs(self.bot.readable_database())), default=0)
