"""The bot is killed inside each of its calls to Discord: before it is carried out, and before its answer arrives."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.sandbox.person import Message
from tests.torture.harness import Plan, TortureHarness
from tests.torture.judge import PICTURES, Rules
from tests.torture.network import CALLBACK, GATEWAY, MESSAGE, MESSAGES
from tests.torture.table import Row, Trial

MOMENTS: Final[tuple[dict[str, Any], ...]] = ({"kind": "drop"}, {"kind": "hold", "done_first": True})
"""The call is lost with the bot, or carried out and not confirmed."""
CALLED_S: Final = 120.0
THREAD_S: Final = 20.0
Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the bot.

    Attributes:
        name: In the table.
        method, path: Its route.
        cause: Makes the bot call.
        where: Prepares the call, and returns the path parameters by which it is recognised.
        at_start: Whether the bot calls when it starts, after `cause` was done without a bot.
        rules: How the jobs may end.
    """

    name: str
    method: str
    path: str
    cause: Act
    where: Callable[[], Awaitable[dict[str, str]]] | None = None
    at_start: bool = False
    rules: Rules = PICTURES


async def run(plan: Plan) -> list[Row]:
    """Kills in every call, at each of MOMENTS."""
    async with TortureHarness(plan, step_s=0.02) as harness:
        calls = await Calls(harness).all()
        short = ("its answer to a command", "a mention", "a copy to the gallery")
        for call in [call for call in calls if not plan.short or call.name in short]:
            async with harness.trial(f"bot killed inside {call.name}", call.rules) as trial:
                for moment in MOMENTS[-1:] if plan.short else MOMENTS:
                    await kill_inside(harness, trial, call, moment)
        return harness.rows


async def kill_inside(harness: TortureHarness, trial: Trial, call: Call, moment: dict[str, Any]) -> None:
    """Kills the bot while a call is on its way, and waits until all jobs have ended."""
    where = await call.where() if call.where is not None else {}
    if call.at_start:
        await call.cause()
    fault = await harness.control.fault(method=call.method, path=call.path, where=where, **moment)
    async with asyncio.TaskGroup() as group:
        group.create_task(act(harness.bot.launch if call.at_start else call.cause))
        await harness.control.happened(fault, timeout_s=CALLED_S)
        await harness.kill_and_start(trial)


async def act(cause: Act) -> None:
    """Awaits an act."""
    await cause()


class Calls:
    """The bot's calls, and what makes it call."""

    def __init__(self, harness: TortureHarness) -> None:
        self._harness = harness
        self._ada = harness.people[0]
        self._thread = ""

    async def all(self) -> list[Call]:
        """Every kind of call."""
        harness, state = self._harness, await self._harness.control.call("GET", "/state")
        channels = {channel["name"]: channel["id"] for channel in state["channels"]}
        for command, name in (("config gallery", "gallery"), ("config log", "mod-log")):
            options = {"channel": channels[name], **({"stars": 1} if name == "gallery" else {})}
            await harness.olive.outcome(await harness.olive.invoke(command, options))
        blocked = frozenset(f"harmful {number}" for number in range(len(MOMENTS)))

        def in_channel(name: str) -> Callable[[], Awaitable[dict[str, str]]]:
            async def where() -> dict[str, str]:
                return {"channel_id": channels[name]}

            return where

        return [
            Call("its answer to a command", "POST", CALLBACK, lambda: harness.ask(pictures=2)),
            Call("an edit", "PATCH", MESSAGE, harness.ask),
            Call("a mention", "POST", MESSAGES, harness.ask),
            Call("the search for a message", "GET", MESSAGES, self._lose_a_message, at_start=True),
            Call("a vote's reaction", "PUT", f"{MESSAGE}/reactions/{{emoji}}/@me", self._submit, self._in_session),
            Call("the results of a session", "POST", MESSAGES, self._end_session, self._in_session),
            Call("the start of a thread", "POST", f"{MESSAGE}/threads", self._start_session),
            Call("a deletion", "DELETE", MESSAGE, self._delete),
            Call("a private answer", "POST", "/webhooks/{application_id}/{token}", self._ban),
            Call("an entry in the log channel", "POST", MESSAGES, self._ban, in_channel("mod-log")),
            Call("a copy to the gallery", "POST", MESSAGES, self._star, in_channel("gallery")),
            Call(
                *("a direct message", "POST", "/users/@me/channels", self._be_refused),
                rules=Rules(prompts=blocked, unseen=True),
            ),
            Call("its first question", "GET", GATEWAY, self._kill, at_start=True),
            Call(
                *("the registration of commands", "PUT", "/applications/{application_id}/commands"),
                *(self._forget_commands,),
                at_start=True,
            ),
        ]

    async def _done(self) -> Message:
        return await self._harness.shown(await self._harness.ask(self._ada), "Done")

    async def _start_session(self) -> str:
        host = await self._ada.in_channel("general")
        theme = f"theme {self._harness.rng.randrange(10**6)}"
        await host.outcome(await host.invoke("session start", {"theme": theme, "minutes": 60}))
        return theme

    async def _in_session(self) -> dict[str, str]:
        """Starts a session with one picture, and returns its thread."""
        self._thread = ""
        while not self._thread:
            theme = await self._start_session()
            with contextlib.suppress(TimeoutError):  # a busy machine may answer too late
                thread = await self._ada.wait_for_thread(lambda thread, theme=theme: thread["name"] == theme, THREAD_S)  # type: ignore[misc]
                self._thread = thread.channel_id
        await self._submit()
        await self._harness.settle(self._harness.current)
        return {"channel_id": self._thread}

    async def _submit(self) -> None:
        await self._harness.ask(self._ada.at(self._thread))

    async def _end_session(self) -> None:
        there = self._ada.at(self._thread)
        await there.outcome(await there.invoke("session end"))

    async def _lose_a_message(self) -> None:
        fault = await self._harness.control.fault("hold", "POST", CALLBACK, done_first=True)
        asking = asyncio.create_task(self._harness.ask())
        await self._harness.control.happened(fault)
        await self._kill()
        await self._harness.control.end(fault)
        await asking

    async def _kill(self) -> None:
        await self._harness.kill(self._harness.current)

    async def _forget_commands(self) -> None:
        await self._kill()
        with contextlib.closing(sqlite3.connect(self._harness.bot.database)) as connection:
            connection.execute("DELETE FROM key_value WHERE name LIKE 'commands%'")
            connection.commit()

    async def _delete(self) -> None:
        message = await self._done()
        await self._ada.press(message, "Delete")

    async def _ban(self) -> None:
        await self._harness.mo.invoke("mod ban", {"member": self._harness.people[-1].id, "duration": "1m"})

    async def _star(self) -> None:
        message = await self._done()
        await self._harness.people[1].react(message, "⭐")

    async def _be_refused(self) -> None:
        number = self._harness.current.row.times
        await self._harness.control.call("POST", "/filters", {"text": f"harmful {number}", "code": 240000})
        await self._harness.ask(self._ada, prompt=f"harmful {number}")
