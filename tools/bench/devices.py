"""`python -m tools.bench.devices`: two CPU devices against one, and Ray against the local engine, as ratios.

Both sides of a ratio are measured in turns, so that a busy machine slows both.
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence

from bot.config import EngineConfig, EngineKind
from bot.engine import RenderTask
from bot.engine.devices import local_engines, ray_engines
from bot.engine.local import LocalEngine
from bot.jobs.job import RenderResult
from guidance.request.request import Request

STEPS = 64
WARM_UP = 8
TURNS = 3


def main() -> None:
    """Prints the ratios as a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ray", metavar="HOST:PORT", help="a cluster whose nodes have one CPU each")
    parser.add_argument("--turns", type=int, default=TURNS, help="measurements of each side (default: %(default)s)")
    options = parser.parse_args()
    sys.stdout.write("| compared | ratio |\n|---|---|\n")
    ratio = asyncio.run(_throughput(options.turns))
    sys.stdout.write(f"| pictures per second, two devices of half the cores each / one of all cores | {ratio:.2f} |\n")
    if options.ray:
        ratio = asyncio.run(_overhead(options.ray, options.turns))
        sys.stdout.write(f"| seconds of a run of {STEPS} steps, Ray / local engine | {ratio:.3f} |\n")


async def _throughput(turns: int) -> float:
    """Pictures per second of two devices, divided by those of one."""
    whole, halves = (local_engines(EngineConfig(), ["cpu"] * count, 1.0) for count in (1, 2))
    async with _started(whole) as one, _started(halves) as two:
        alone, pair = [], []
        for _ in range(turns):
            alone.append(await _seconds([*one, *one], together=False))
            pair.append(await _seconds(two, together=True))
    return statistics.median(alone) / statistics.median(pair)


async def _overhead(address: str, turns: int) -> float:
    """Seconds of a run on Ray, divided by those of the local engine with one thread."""
    settings = EngineConfig(kind=EngineKind.RAY, address=address, runs=1, gpus_per_run=0)
    local = LocalEngine(EngineConfig(device="cpu"), 1.0, threads=settings.cpus_per_run)
    async with _started({"local": local}) as here, _started(ray_engines(settings, 1.0)) as there:
        taken = [(await _seconds(there, together=False), await _seconds(here, together=False)) for _ in range(turns)]
    return statistics.median(ray / local_s for ray, local_s in taken)


@contextlib.asynccontextmanager
async def _started(engines: dict[str, LocalEngine]) -> AsyncIterator[Sequence[LocalEngine]]:
    try:
        for engine in engines.values():
            await engine.start()
            await _run(engine, WARM_UP)  # the first steps are slower
        yield list(engines.values())
    finally:
        for engine in engines.values():
            await engine.close()


async def _seconds(engines: Sequence[LocalEngine], *, together: bool) -> float:
    """Seconds of one run on each engine."""
    began = time.perf_counter()
    if together:
        await asyncio.gather(*map(_run, engines))
    else:
        for engine in engines:
            await _run(engine)
    return time.perf_counter() - began


async def _run(engine: LocalEngine, steps: int = STEPS) -> None:
    task = RenderTask(Request.resolve("a lighthouse in a storm", seed=1, steps=steps))
    (_,) = [entry async for entry in engine.run(task) if isinstance(entry, RenderResult)]


if __name__ == "__main__":
    main()
