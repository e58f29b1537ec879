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


GUIDANCE = (
    *("guidance.request", "guidance.io", "guidance.device", "guidance.augment", "guidance.clip"),
    *("guidance.canvas", "guidance.optimize", "guidance.cli"),
)
"""The packages of the library; each imports only those before it."""

SANDBOX = tuple(
    f"bot.sandbox.{name}"
    for name in ("models", "state", "serializers", "validate", "services", "rest", "page", "server")
)
"""The packages of the sandbox; each imports only those before it."""

FORBIDDEN = [
    ("guidance", files("guidance"), ("bot", "tools", "discord", "asyncio", "aiohttp")),
    ("requests and prompts", files("guidance/request"), ("torch", "PIL", "open_clip", *GUIDANCE[1:])),
    *(
        (f"guidance.{name}", files(f"guidance/{name}"), GUIDANCE[number + 1 :])
        for number, name in enumerate(place.removeprefix("guidance.") for place in GUIDANCE)
    ),
    ("bot", files("bot"), ("tools",)),
    ("sandbox", files("bot/sandbox"), ("discord", "guidance", "torch")),
    *(
        (place, files(place.replace(".", "/")), SANDBOX[number + 1 :])
        for number, place in enumerate(SANDBOX)
        if place != "bot.sandbox.server"
    ),
    ("the sandbox's CDN", files("bot/sandbox/cdn"), SANDBOX[2:]),
    (
        "the sandbox's gateway",
        files("bot/sandbox/gateway"),
        ("bot.sandbox.rest", "bot.sandbox.page", "bot.sandbox.server"),
    ),
    (
        "store",
        files("bot/store"),
        (
            *(
                "bot.chat",
                "bot.jobs.worker",
                "bot.delivery.job_messages",
                "bot.jobs.queue",
                "bot.jobs.admission",
                "bot.engine",
                "bot.jobs.wait_time",
            ),
            *(
                "bot.community.moderation",
                "bot.community.prompt_sessions",
                "bot.community.erasure",
                "bot.composition",
                "bot.config",
            ),
        ),
    ),
    (
        "engine",
        files("bot/engine"),
        (
            "bot.chat",
            "bot.jobs.worker",
            "bot.delivery.job_messages",
            "bot.jobs.queue",
            "bot.jobs.admission",
            "bot.store",
        ),
    ),
    (
        "queue, wait times and admission",
        files("bot/jobs/queue.py", "bot/jobs/wait_time.py", "bot/jobs/admission.py"),
        ("bot.chat", "bot.jobs.worker", "bot.delivery.job_messages", "bot.engine", "bot.delivery.messenger"),
    ),
    (
        "worker and messages",
        files(
            "bot/jobs/worker.py",
            "bot/jobs/posting.py",
            "bot/jobs/job_control.py",
            "bot/jobs/current_run.py",
            "bot/delivery/job_messages.py",
            "bot/delivery/message_updater.py",
        ),
        (
            "bot.chat",
            "bot.app",
            "bot.composition",
            "bot.jobs.admission",
            "bot.community.moderation",
            "bot.community.prompt_sessions",
        ),
    ),
    (
        "what people do beside asking",
        files(
            "bot/community/moderation.py",
            "bot/community/prompt_sessions.py",
            "bot/community/erasure.py",
            "bot/community/retention.py",
        ),
        ("bot.chat", "bot.app", "bot.composition", "bot.delivery.job_messages", "bot.engine", "bot.config"),
    ),
    (
        "derived requests and images",
        files("bot/jobs/derived.py", "bot/images/contact_sheet.py", "bot/images/intake.py"),
        (
            *(
                "bot.chat",
                "bot.app",
                "bot.composition",
                "bot.jobs.worker",
                "bot.delivery.job_messages",
                "bot.jobs.queue",
                "bot.jobs.admission",
            ),
            *("bot.engine", "bot.config", "bot.store.database", "bot.store.jobs"),
        ),
    ),
    (
        "values and rules",
        files("bot/community/guild_settings.py", "bot/community/blocklist.py"),
        ("bot", "torch", "PIL", "asyncio"),
    ),
    (
        "jobs",
        files("bot/jobs/job.py", "bot/delivery/messenger.py", "bot/config.py"),
        ("bot.store", "bot.engine", "bot.chat", "torch"),
    ),
    (
        "logs and metrics",
        files("bot/operations"),
        (
            "bot.store",
            "bot.engine",
            "bot.chat",
            "bot.jobs.worker",
            "bot.delivery.job_messages",
            "bot.jobs.queue",
            "bot.app",
        ),
    ),
    ("delivery", files("bot/delivery"), ("bot.chat", "bot.engine", "bot.app", "bot.composition")),
    ("sessions", files("bot/community/prompt_sessions.py"), ("bot.jobs.worker", "bot.jobs.queue")),
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
        ("discord", ("bot/chat", "bot/composition.py")),
        ("aiosqlite", ("bot/store",)),
        ("sqlite3", ("bot/store",)),
        ("torch", ("guidance",)),
        ("open_clip", ("guidance",)),
        ("PIL", ("guidance", "bot/sandbox", "bot/images/intake.py", "bot/images/contact_sheet.py")),
    ],
)
def test_a_library_is_known_in_one_place_only(library: str, allowed: tuple[str, ...]) -> None:
    for path in files(*OURS):
        if not any(path.is_relative_to(ROOT / place) for place in allowed):
            assert not any(within(name, (library,)) for name in imported(path)), f"{path} imports {library}"
