"""What people and moderators of a server take away: messages, channels, threads, permissions, and the bot's token."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot.sandbox.models.permissions import Permission
from tests.torture.harness import Plan, TortureHarness
from tests.torture.judge import ENDS, PICTURES, Rules
from tests.torture.network import MESSAGE
from tests.torture.people import QuickPerson
from tests.torture.table import Row, Trial

NO_ACCESS: Final = Rules(reasons=frozenset({"reason-no-access"}), unseen=True)
UNSEEN: Final = Rules(unseen=True)
REFUSED: Final = Rules(reasons=frozenset({"reason-refused"}), unseen=True)
STATES: Final = ("queued", "running", "posting", "done")
LONG: Final = 30
"""Steps of a job that runs for more than a second."""
Take = Callable[[QuickPerson, str], Awaitable[object]]
Place = Callable[[], Awaitable[QuickPerson]]


async def run(plan: Plan) -> list[Row]:
    """Takes each of them away while a job waits, runs, is being posted, or is done."""
    async with TortureHarness(plan, step_s=0.05) as harness:
        taken = Taken(harness)
        faults: list[tuple[str, Rules, Place, Take]] = [
            ("channel deleted", NO_ACCESS, taken.new_channel, taken.delete_channel),
            ("permissions lost", NO_ACCESS, taken.new_channel, taken.forbid),
            ("thread archived", PICTURES, taken.new_thread, taken.archive),
            ("thread archived and locked", NO_ACCESS, taken.new_thread, taken.lock),
            ("thread deleted", NO_ACCESS, taken.new_thread, taken.delete_channel),
            ("text refused as harmful from now on", REFUSED, taken.first_channel, taken.refuse_text),
        ]
        for state in STATES:
            if plan.short and state in ("queued", "done"):
                continue
            async with harness.trial(f"message deleted, job {state}", UNSEEN if state == "done" else PICTURES) as trial:
                for _ in range(1 if plan.short else 3):
                    await taken.take(trial, state, taken.first_channel, taken.delete_message)
        for name, rules, place, take in faults:
            if plan.short and name in ("permissions lost", "thread deleted", "thread archived and locked"):
                continue
            async with harness.trial(name, rules) as trial:
                for state in STATES[1:2] if plan.short else STATES:
                    await taken.take(trial, state, place, take)
                    await harness.control.call("DELETE", "/filters")
        async with harness.trial("token revoked") as trial:
            await asyncio.gather(harness.ask(steps=LONG), harness.ask(pictures=2))
            harness.bot.set_token(await harness.control.revoke_token())
            trial.hit()
            async with asyncio.timeout(60):
                if (status := await harness.bot.wait()) != 2:
                    trial.row.errors.append(f"exit status {status} and not 2")
            await harness.bot.start()
            await harness.settle(trial)
        return harness.rows


class Taken:
    """Brings a job into a state, and takes away what it needs."""

    def __init__(self, harness: TortureHarness) -> None:
        self._harness = harness
        self._control = harness.control

    async def take(self, trial: Trial, state: str, place: Place, take: Take) -> None:
        """Asks for a picture in a place, takes something away when its job is in a state, and waits for all jobs."""
        harness, there = self._harness, await place()
        if state == "queued":
            await harness.ask(steps=LONG)
        hold = await self._control.fault("hold", "PATCH", MESSAGE, where={"channel_id": there.channel_id}, times=None)
        if state != "posting":
            await self._control.end(hold)
        answer = await harness.ask(there, steps=LONG if state == "running" else 4)
        job = max(job.id for job in harness.jobs(trial))
        async with asyncio.timeout(60):
            while (now := next(found.state for found in harness.jobs(trial) if found.id == job)) != state:
                if now in ENDS:
                    break
                await asyncio.sleep(0.02)
        await take(there, answer)
        trial.hit()
        if state == "posting":
            await self._control.end(hold)
        await harness.ask()
        await harness.settle(trial)

    # --- places

    async def first_channel(self) -> QuickPerson:
        """The channel in which everybody asks."""
        return self._harness.rng.choice(self._harness.people)

    async def new_channel(self) -> QuickPerson:
        """A channel of its own."""
        channel = await self._control.call("POST", "/channels", {"name": f"c{self._harness.rng.randrange(10**6)}"})
        return self._harness.people[0].at(channel["id"])

    async def new_thread(self) -> QuickPerson:
        """A thread of its own."""
        ada = self._harness.people[0]
        thread = await ada.start_thread(f"t{self._harness.rng.randrange(10**6)}")
        return ada.at(thread.channel_id)

    # --- what is taken

    async def delete_message(self, there: QuickPerson, answer: str) -> None:
        """Somebody deletes the job's message."""
        await self._control.call("DELETE", f"/channels/{there.channel_id}/messages/{answer}")

    async def delete_channel(self, there: QuickPerson, _: str) -> None:
        """Somebody deletes the channel or thread."""
        await self._control.call("DELETE", f"/channels/{there.channel_id}")

    async def forbid(self, there: QuickPerson, _: str) -> None:
        """The bot may no longer see the channel."""
        bot = (await self._control.call("GET", "/state"))["bot_id"]
        denied = int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        await self._control.call("PUT", f"/channels/{there.channel_id}/overwrites/{bot}", {"deny": denied})

    async def archive(self, there: QuickPerson, _: str) -> None:
        """The thread is archived."""
        await self._control.call("PATCH", f"/channels/{there.channel_id}", {"archived": True})

    async def lock(self, there: QuickPerson, _: str) -> None:
        """The thread is archived, and only moderators may open it again."""
        await self._control.call("PATCH", f"/channels/{there.channel_id}", {"archived": True, "locked": True})

    async def refuse_text(self, there: QuickPerson, _: str) -> None:
        """Discord refuses what the person wrote."""
        await self._control.call("POST", "/filters", {"text": f"of {there.name}", "code": 240000})
