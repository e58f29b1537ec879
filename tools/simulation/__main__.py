"""`python -m tools.simulation`: waiting times of a large community with 1, 4 and 16 GPUs."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.store.database import Database
from tools.simulation.queue_simulation import Kind, QueueSimulation, Scene


def main() -> None:
    """Prints one table of waits and one of the database's time, in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--members", type=int, default=Scene.members)
    parser.add_argument("--servers", type=int, default=Scene.servers)
    parser.add_argument("--active", type=float, default=Scene.active, help="share of members (default: %(default)s)")
    parser.add_argument("--run-s", type=float, default=Scene.run_s, help="mean seconds of a run (default: %(default)s)")
    options = parser.parse_args()
    print("| GPUs | pictures | refused | most waiting | wait of | median | 90 % | 99 % |")
    print("|---|---|---|---|---|---|---|---|")
    evenings = []
    for devices in options.devices:
        scene = Scene(options.servers, options.members, options.active, devices=devices, run_s=options.run_s)
        evenings.append(asyncio.run(_evening(scene)))
        _print_waits(evenings[-1])
    print("\n| database | median | 99 % |\n|---|---|---|")
    for name in ("admit", "claim", "finish"):
        spent = [seconds for evening in evenings for seconds in evening.spent[name]]
        print(f"| {name} | {1000 * _quantile(spent, 0.5):.1f} ms | {1000 * _quantile(spent, 0.99):.1f} ms |")


async def _evening(scene: Scene) -> QueueSimulation:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "bot.db")
        try:
            evening = QueueSimulation(database, scene)
            await evening.run()
            return evening
        finally:
            await database.close()


def _print_waits(evening: QueueSimulation) -> None:
    made = sum(map(len, evening.waits.values()))
    refused = sum(evening.refused.values())
    share = f"{100 * refused / (made + refused):.0f} %"
    for kind in Kind:
        waits = evening.waits[kind]
        row = " | ".join(f"{_quantile(waits, part):.0f} s" for part in (0.5, 0.9, 0.99))
        print(f"| {evening.scene.devices} | {made} | {share} | {evening.longest} | {kind} | {row} |", flush=True)


def _quantile(values: Sequence[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else 0.0


if __name__ == "__main__":
    main()
