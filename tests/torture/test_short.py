"""The short form of the torture suite: each group of faults, with each fault injected once or a few times."""

import asyncio
import logging
from pathlib import Path

import pytest

from tests.torture.__main__ import GROUPS
from tests.torture.harness import Plan
from tests.torture.table import Row, report

SEED = 1
SIDE_BY_SIDE = (
    ("storage", "engine", "kills"),
    ("network", "startup", "burst", "devices"),
    ("gone", "outward", "long_queue"),
)
"""Groups wait most of the time, so some run at once."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("names", SIDE_BY_SIDE, ids="+".join)
async def test_no_fault_loses_or_doubles_a_job(
    names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("aiohttp.server"), "disabled", True)

    async def run(name: str) -> list[Row]:
        folder = tmp_path / name
        folder.mkdir()
        return await GROUPS[name](Plan(SEED, True, folder))

    rows = [row for rows in await asyncio.gather(*map(run, names)) for row in rows]
    assert not [problem for row in rows for problem in row.problems], report(rows)
