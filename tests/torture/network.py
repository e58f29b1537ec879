"""Faults between the bot and Discord: of the gateway, of answers, and of limits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.torture.harness import INVALID, Plan, TortureHarness
from tests.torture.table import Row, Trial

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
CALLBACK = "/interactions/{interaction_id}/{token}/callback"
GATEWAY = "/gateway/bot"
CALLS = {"answer": ("POST", CALLBACK), "edit": ("PATCH", MESSAGE), "mention": ("POST", MESSAGES)}
"""The calls that a job needs."""
SHORT = (
    *("gateway cut and resumed", "gateway cut, and the resume refused", "malformed gateway frame"),
    *("429 with Via", "429 without Via", "status 500", "connection reset instead of an answer", "half an answer"),
)
RATE_S = 0.5
SLOW_S = 2.0
HANG_S = 700.0
"""Longer than the bot waits for an answer, twice."""
Act = Callable[[], Awaitable[object]]


async def run(plan: Plan) -> list[Row]:
    """Every fault in the middle of some pictures."""
    async with TortureHarness(plan, step_s=0.05) as harness:
        for name, act in gateway_faults(harness).items():
            if plan.short and name not in SHORT:
                continue
            async with harness.trial(name) as trial:
                for _ in range(1 if plan.short else 4):
                    await some_jobs(harness)
                    await act()
                    trial.hit()
                    await harness.online()
                    await some_jobs(harness)
                    await harness.settle(trial)
        for name, fields in answer_faults().items():
            if plan.short and name not in SHORT:
                continue
            async with harness.trial(name) as trial:
                for call in ["edit"] if plan.short else CALLS:
                    for done_first in (True,) if plan.short or fields["kind"] == "half" else (False, True):
                        await spoil_answers(harness, trial, CALLS[call], {**fields, "done_first": done_first})
        async with harness.trial("first connects fail") as trial:
            for method, path in (("GET", GATEWAY), ("GET", "/websocket")):
                if plan.short and path != GATEWAY:
                    continue
                await some_jobs(harness)
                times = 1 if plan.short else 2
                fault = await harness.control.fault("refuse", method, path, status=503, times=times)
                await harness.kill_and_start(trial, keep_faults=True)
                await harness.control.happened(fault, times)
        return harness.rows


async def hang(plan: Plan) -> list[Row]:
    """Calls that Discord never answers. The bot waits five minutes for each; in the short form they are only slow."""
    async with TortureHarness(plan, step_s=0.05) as harness:
        for call, (method, path) in CALLS.items():
            if plan.short and call != "edit":
                continue
            kind: dict[str, Any] = {"kind": "delay", "seconds": SLOW_S} if plan.short else {"kind": "drop"}
            async with harness.trial(
                f"no answer to an {call}" if call != "mention" else "no answer to a mention"
            ) as trial:
                fault = await harness.control.fault(method=method, path=path, **kind)
                await some_jobs(harness)
                await harness.control.happened(fault)
                trial.hit()
                await harness.settle(trial, HANG_S)
        return harness.rows


async def spoil_answers(harness: TortureHarness, trial: Trial, call: tuple[str, str], fields: dict[str, Any]) -> None:
    """Lets some calls of one kind go wrong while people ask, and waits until all jobs have ended."""
    times = harness.rng.randint(1, 3)
    caused = times if fields.get("status") in INVALID else 0
    method, path = call
    fields = fields | {"skip": harness.rng.randint(0, 3), "times": times}
    fault = await harness.control.fault(method=method, path=path, **fields)
    await some_jobs(harness)
    trial.hit(caused=caused)
    await harness.settle(trial)
    trial.row.times += await harness.hits(fault) - 1
    await harness.control.end(fault)


def gateway_faults(harness: TortureHarness) -> dict[str, Act]:
    """What happens to the gateway's connection."""
    control = harness.control

    async def resume_refused() -> None:
        await control.gateway("forget")
        await control.gateway("cut")

    async def malformed() -> None:
        await control.gateway("send", text=harness.rng.choice(['{"op": 0, "t": "MESSAGE_CREATE", "d"', "[]", "null"]))

    async def spoiled_event() -> None:
        await control.fault("garbage", "GATEWAY", "INTERACTION_CREATE")
        await harness.ask()

    async def outage() -> None:
        await control.gateway("outage")
        await asyncio.sleep(0.3)
        await control.gateway("recover")

    def act(name: str, **fields: Any) -> Act:
        return lambda: control.gateway(name, **fields)

    return {
        "gateway cut and resumed": act("cut"),
        "gateway cut, and the resume refused": resume_refused,
        "gateway closed (4000)": act("close"),
        "gateway asks for a reconnect": act("reconnect"),
        "session invalidated": act("invalidate", resumable=False),
        "malformed gateway frame": malformed,
        "interaction garbled on the gateway": spoiled_event,
        "server unavailable for a moment": outage,
    }


def answer_faults() -> dict[str, dict[str, Any]]:
    """What happens to the answers of the REST API."""
    found: dict[str, dict[str, Any]] = {
        "429 with Via": {"kind": "refuse", "status": 429, "retry_after": RATE_S},
        "429 without Via": {"kind": "refuse", "status": 429, "retry_after": RATE_S, "via": False},
    }
    for status in (500, 502, 503, 504):
        found[f"status {status}"] = {"kind": "refuse", "status": status, "body": "<html>Bad gateway</html>"}
    return found | {
        "connection reset instead of an answer": {"kind": "cut"},
        "half an answer": {"kind": "half"},
        "malformed answer": {"kind": "garbage"},
        "slow answer": {"kind": "delay", "seconds": SLOW_S},
    }


async def some_jobs(harness: TortureHarness) -> None:
    """Three people ask at once, one of them for a batch."""
    await asyncio.gather(harness.ask(), harness.ask(pictures=2), harness.ask())
