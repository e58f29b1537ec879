"""Imports point down: who may know what, read off the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("guidance", "bot")


def imported(path: Path) -> Iterator[str]:
    """Modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files(*places: str) -> list[Path]:
    """Python files below these places of the repository."""
    found = []
    for place in places:
        path = ROOT / place
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert found, places
    return found


def within(name: str, places: tuple[str, ...]) -> bool:
    """Whether a module is one of these or inside one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


FORBIDDEN = [
    ("guidance", files("guidance"), ("bot", "discord", "asyncio", "aiohttp")),
    ("requests and prompts", files("guidance/request.py", "guidance/prompt.py"), ("torch", "PIL", "open_clip")),
    ("sandbox", files("bot/sandbox"), ("discord", "guidance", "torch")),
    (
        "store",
        files("bot/store"),
        (
            *("bot.chat", "bot.worker", "bot.announce", "bot.queue", "bot.admission", "bot.engine", "bot.outlook"),
            *("bot.moderation", "bot.session", "bot.erasure", "bot.house", "bot.config"),
        ),
    ),
    (
        "engine",
        files("bot/engine"),
        ("bot.chat", "bot.worker", "bot.announce", "bot.queue", "bot.admission", "bot.store"),
    ),
    (
        "queue, outlook and gate",
        files("bot/queue.py", "bot/outlook.py", "bot/admission.py"),
        ("bot.chat", "bot.worker", "bot.announce", "bot.engine", "bot.messenger"),
    ),
    (
        "worker and announce",
        files("bot/worker.py", "bot/announce.py", "bot/lane.py"),
        ("bot.chat", "bot.app", "bot.house", "bot.admission", "bot.moderation", "bot.session"),
    ),
    (
        "what people do beside asking",
        files("bot/moderation.py", "bot/session.py", "bot/erasure.py", "bot/retention.py"),
        ("bot.chat", "bot.app", "bot.house", "bot.announce", "bot.engine", "bot.config"),
    ),
    (
        "requests, pictures and sheets",
        files("bot/derive.py", "bot/sheet.py", "bot/intake.py"),
        (
            *("bot.chat", "bot.app", "bot.house", "bot.worker", "bot.announce", "bot.queue", "bot.admission"),
            *("bot.engine", "bot.config", "bot.store.database", "bot.store.jobs"),
        ),
    ),
    ("values and rules", files("bot/guild.py", "bot/blocklist.py"), ("bot", "torch", "PIL", "asyncio")),
    (
        "jobs",
        files("bot/job.py", "bot/messenger.py", "bot/config.py"),
        ("bot.store", "bot.engine", "bot.chat", "torch"),
    ),
    (
        "logs and metrics",
        files("bot/logs.py", "bot/metrics.py", "bot/latency.py", "bot/scrape.py"),
        ("bot.store", "bot.engine", "bot.chat", "bot.worker", "bot.announce", "bot.queue", "bot.app"),
    ),
    ("sessions", files("bot/session.py"), ("bot.worker", "bot.queue")),
    (
        "everything but commands",
        [path for path in files("bot") if path.name not in {"__main__.py", "check.py"}],
        ("bot.app",),
    ),
]


@pytest.mark.parametrize(("floor", "paths", "forbidden"), FORBIDDEN, ids=[entry[0] for entry in FORBIDDEN])
def test_a_floor_knows_nothing_above_it(floor: str, paths: list[Path], forbidden: tuple[str, ...]) -> None:
    for path in paths:
        for name in imported(path):
            assert not within(name, forbidden), f"{path.relative_to(ROOT)} ({floor}) imports {name}"


def test_the_sandbox_imports_nothing_of_the_bot() -> None:
    for path in files("bot/sandbox"):
        for name in imported(path):
            assert not within(name, ("bot",)) or within(name, ("bot.sandbox",)), f"{path.name} imports {name}"


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("discord", ("bot/chat", "bot/house.py")),
        ("aiosqlite", ("bot/store",)),
        ("sqlite3", ("bot/store",)),
        ("torch", ("guidance",)),
        ("open_clip", ("guidance",)),
        ("PIL", ("guidance", "bot/sandbox", "bot/intake.py", "bot/sheet.py")),
    ],
)
def test_a_library_is_known_in_one_place_only(library: str, allowed: tuple[str, ...]) -> None:
    for path in files(*OURS):
        if not any(path.is_relative_to(ROOT / place) for place in allowed):
            assert not any(within(name, (library,)) for name in imported(path)), f"{path} imports {library}"
