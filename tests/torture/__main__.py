"""Injects every kind of fault and prints what became of the jobs: `python -m tests.torture`.

The exit status is 1 if a job was lost, a message or a mention was doubled, a process outlived the bot, or the bot sent
20 invalid requests because of one fault.
"""

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from tests.torture import devices, engine, gone, kills, load, network, outward, startup, storage
from tests.torture.harness import Plan
from tests.torture.table import Row, report

Group = Callable[[Plan], Awaitable[list[Row]]]
GROUPS: Final[dict[str, Group]] = {
    "kills": kills.run,
    "kills-again": kills.run_again,
    "devices": devices.run,
    "network": network.run,
    "hang": network.hang,
    "outward": outward.run,
    "gone": gone.run,
    "storage": storage.run,
    "engine": engine.run,
    "startup": startup.run,
    "soak": load.soak,
    "burst": load.burst,
    "long_queue": load.long_queue,
}
"""The groups of faults, those that take longest first."""
AT_ONCE: Final = 2
"""Groups that run at the same time, each in a process of its own."""
GROUP_S: Final = 2400.0


def main() -> int:
    """Runs the groups; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="default: random; it is printed")
    parser.add_argument("--short", action="store_true", help="each fault once or a few times")
    parser.add_argument("--only", action="append", choices=list(GROUPS), help="a group of faults; can be repeated")
    parser.add_argument("--devices", type=int, default=1, help="CPU devices of the bot (default: %(default)s)")
    parser.add_argument("--soak", type=float, default=4.0, metavar="MINUTES", help="default: %(default)s")
    parser.add_argument("--rows", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rows is not None:
        return asyncio.run(run_here(given))
    began = time.monotonic()
    print(f"seed {given.seed}", flush=True)
    arguments = ["--seed", str(given.seed), "--soak", str(given.soak), "--devices", str(given.devices)]
    arguments += ["--short"] if given.short else []
    rows = asyncio.run(run_groups(given.only or list(GROUPS), arguments))
    print(f"\n{report(rows)}\n\nseed {given.seed}, {(time.monotonic() - began) / 60:.1f} minutes")
    return int(any(row.problems for row in rows))


async def run_here(given: argparse.Namespace) -> int:
    """Runs one group in this process, and writes its rows to a file."""
    logging.getLogger("aiohttp.server").disabled = True  # it logs requests of which the bot was killed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        plan = Plan(given.seed, given.short, Path(folder), 60 * given.soak, given.devices)
        rows = await GROUPS[given.only[0]](plan)
        if any(row.problems for row in rows):
            log = Path(folder) / "bot.log"
            given.rows.with_suffix(".log").write_bytes(log.read_bytes() if log.exists() else b"")
    given.rows.write_text("\n".join(row.to_json() for row in rows))
    return 0


async def run_groups(names: Sequence[str], arguments: Sequence[str]) -> list[Row]:
    """Runs groups in processes of their own, AT_ONCE at a time; a group that fails is a row with an error."""
    folder, slots = Path(tempfile.mkdtemp(prefix="torture-")), asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> list[Row]:
        out = folder / f"{name}.jsonl"
        async with slots:
            began = time.monotonic()
            command = [sys.executable, "-m", "tests.torture", *arguments]
            process = await asyncio.create_subprocess_exec(*command, "--only", name, "--rows", str(out))
            try:
                async with asyncio.timeout(GROUP_S):
                    status = await process.wait()
            except TimeoutError:
                process.kill()
                status = await process.wait()
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        if status or not out.exists():
            return [Row(name, times=1, errors=[f"the group ended with status {status}; see its output above"])]
        found = [Row.from_json(line) for line in out.read_text().splitlines()]
        if any(row.problems for row in found):
            print(f"{name}: the bot's log is {out.with_suffix('.log')}", flush=True)
        return found

    return [row for rows in await asyncio.gather(*map(one, names)) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
