"""Measures the delay of the bot's event loop while the engine renders: `python -m tests.e2e.loop_lag --seconds 20`.

Runs the unmodified bot with its engine and the embedded model in a sandbox of this process. Previews are sent once a
second, pictures are posted, and members keep submitting jobs. The result is the difference of two readings of the bot's
/metrics, so that the start is not included.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Final

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.discord_token import TOKEN_VARIABLE
from bot.sandbox.server import Sandbox
from tests.sandbox.person import Person

CONFIG: Final = """
[discord]
api_url = {api_url}
gateway_url = {gateway_url}
mention_after_s = 0.0
[storage]
data_dir = {data_dir}
[limits]
waiting_per_member = 1000
waiting_in_all = 1000
jobs_per_hour = 1000
[progress]
interval_s = 1.0
[metrics]
port = {port}
"""
STEPS: Final = 16
"""Steps per picture: few, so that pictures are finished and posted during the measurement."""
REQUEST_INTERVAL_S: Final = 4.0
LIMIT_S: Final = 0.05
"""The design's upper limit for the 99th percentile, in seconds."""

Samples = dict[tuple[str, str], float]


async def measure(seconds: float) -> float:
    """Runs the bot, prints the result, and returns the 99th percentile in seconds."""
    with tempfile.TemporaryDirectory() as name:
        async with Sandbox() as sandbox:
            folder, port = Path(name), free_port()
            values = {
                "api_url": sandbox.api_url,
                "gateway_url": sandbox.gateway_url,
                "data_dir": str(folder / "data"),
                "port": port,
            }
            config = folder / "config.toml"
            config.write_text(CONFIG.format(**{key: json.dumps(value) for key, value in values.items()}))
            bot = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--config", str(config)),
                env=os.environ | {TOKEN_VARIABLE: sandbox.bot_token},
            )
            try:
                async with Person(sandbox.page_url, "Ada") as ada, Person(sandbox.page_url, "Ben") as ben:
                    await ada.wait_for_bot("imagine", 90)
                    asking = asyncio.create_task(keep_asking(ada, ben))
                    await ada.wait_for(lambda message: bool(message["attachments"]), 60)
                    before = await read_metrics(port)
                    await asyncio.sleep(seconds)
                    after = await read_metrics(port)
                    asking.cancel()
            finally:
                bot.terminate()
                await bot.wait()
    return report({key: value - before.get(key, 0.0) for key, value in after.items()}, seconds)


async def keep_asking(*people: Person) -> None:
    """Submits a job for each person every `REQUEST_INTERVAL_S` seconds."""
    number = 0
    while True:
        for person in people:
            number += 1
            await person.invoke("imagine", {"prompt": f"a lighthouse in a storm {number}", "steps": STEPS})
        await asyncio.sleep(REQUEST_INTERVAL_S)


async def read_metrics(port: int) -> Samples:
    """The bot's metrics, by name and label value."""
    url = f"http://127.0.0.1:{port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        text = await response.text()
    return {
        (sample.name, "".join(sample.labels.values())): float(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def report(gained: Samples, seconds: float) -> float:
    """Prints the percentiles; returns the 99th in seconds."""
    buckets = sorted(
        (float(bound), count) for (name, bound), count in gained.items() if name == "imagine_loop_lag_seconds_bucket"
    )
    p50, p99 = quantile(buckets, 0.5), quantile(buckets, 0.99)
    most = next(bound for bound, count in buckets if count == buckets[-1][1])
    print(
        f"event loop's delay over {seconds:g} s ({buckets[-1][1]:.0f} ticks): p50 {p50 * 1e3:.1f} ms,"
        f" p99 {p99 * 1e3:.1f} ms, none above {most * 1e3:g} ms; meanwhile {gained['imagine_jobs_total', 'done']:.0f}"
        f" pictures and {gained['imagine_edits_total', '']:.0f} messages"
    )
    return p99


def quantile(buckets: list[tuple[float, float]], share: float) -> float:
    """The quantile of a cumulative histogram, interpolated within the bucket as PromQL's histogram_quantile does."""
    wanted = share * buckets[-1][1]
    for (low, below), (high, count) in pairwise([(0.0, 0.0), *buckets]):
        if count >= wanted and count > below:
            return low if high == float("inf") else low + (high - low) * (wanted - below) / (count - below)
    return 0.0


def free_port() -> int:
    """A port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Returns exit status 1 if the 99th percentile reaches `LIMIT_S`."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.loop_lag")
    parser.add_argument("--seconds", type=float, default=20.0, help="default: %(default)s")
    return int(asyncio.run(measure(parser.parse_args().seconds)) >= LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
