"""Imports point downwards and make no circles. The tests read them from the source."""

import ast
import functools
import graphlib
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("guidance", "bot")


@functools.cache
def imports(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """The import statements of a file."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def imported(path: Path, modules: Container[str] = ()) -> Iterator[str]:
    """Names that a file imports, also for type checking only or inside a function.

    `from package import name` gives both `package` and `package.name`, or only the latter if `modules` contains it.
    """
    for node in imports(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names
            if not all(name in modules for name in names):
                yield node.module


def files(*places: str) -> list[Path]:
    """Python files in these files and folders of the repository."""
    found = []
    for place in places:
        path = ROOT / place
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert found, places
    return found


def within(name: str, places: tuple[str, ...]) -> bool:
    """Whether a module is one of the places or inside one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


GUIDANCE = (
    *("guidance.request", "guidance.io", "guidance.device", "guidance.augment", "guidance.clip"),
    *("guidance.canvas", "guidance.optimize", "guidance.cli"),
)
"""The packages of the library; each imports only earlier ones."""

BOT_FOLDERS = ("chat", "community", "delivery", "engine", "images", "jobs", "operations", "sandbox", "store")
ENTRY = ("bot.__main__", "bot.app", "bot.check", "bot.demo")
"""What starts the bot; nothing else imports it."""
ABOVE_STORE = (*ENTRY, "bot.composition", "bot.config", "bot.chat", "bot.delivery", "bot.engine", "bot.images")
COMMUNITY_SERVICES = ("bot.community.moderation", "bot.community.prompt_sessions", "bot.community.erasure")
SERVICES = tuple(f"bot.jobs.{name}" for name in ("worker", "queue", "admission", "worker_pool", "wait_time"))

SANDBOX = tuple(
    f"bot.sandbox.{name}"
    for name in ("models", "state", "serializers", "validate", "services", "rest", "page", "control", "server")
)
"""The packages of the sandbox; each imports only earlier ones."""

FORBIDDEN = [
    ("guidance", ["guidance"], ("bot", "tools", "discord", "asyncio", "aiohttp")),
    ("requests and prompts", ["guidance/request"], ("torch", "PIL", "open_clip")),
    *((name, [name.replace(".", "/")], GUIDANCE[place + 1 :]) for place, name in enumerate(GUIDANCE)),
    ("bot", ["bot"], ("tools",)),
    ("sandbox", ["bot/sandbox"], ("discord", "guidance", "torch")),
    *(
        (name, [name.replace(".", "/")], SANDBOX[place + 1 :])
        for place, name in enumerate(SANDBOX)
        if name != "bot.sandbox.server"
    ),
    ("the sandbox's CDN", ["bot/sandbox/cdn"], SANDBOX[2:]),
    ("the sandbox's gateway", ["bot/sandbox/gateway"], SANDBOX[5:]),
    ("store", ["bot/store"], (*ABOVE_STORE, *SERVICES, *COMMUNITY_SERVICES)),
    ("engine", ["bot/engine"], (*ENTRY, *SERVICES, "bot.composition", "bot.chat", "bot.delivery", "bot.store")),
    (
        "queue, wait times and admission",
        ["bot/jobs/queue.py", "bot/jobs/wait_time.py", "bot/jobs/admission.py"],
        ("bot.chat", "bot.delivery", "bot.engine", "bot.jobs.worker"),
    ),
    (
        "worker",
        [
            f"bot/jobs/{name}.py"
            for name in ("worker", "worker_pool", "posting", "job_control", "current_run", "queue_board")
        ],
        ("bot.chat", "bot.composition", "bot.jobs.admission", "bot.community.moderation"),
    ),
    ("delivery", ["bot/delivery"], ("bot.chat", "bot.composition", "bot.config", "bot.engine", *SERVICES[:4])),
    (
        "community",
        ["bot/community"],
        ("bot.chat", "bot.composition", "bot.config", "bot.engine", "bot.delivery.job_messages"),
    ),
    ("worker and delivery", ["bot/jobs/worker.py", "bot/delivery"], COMMUNITY_SERVICES),
    ("sessions", ["bot/community/prompt_sessions.py"], SERVICES),
    ("derived requests", ["bot/jobs/derived.py"], (*ABOVE_STORE, *SERVICES, "bot.store")),
    ("images", ["bot/images"], ("bot.store.database", "bot.store.jobs")),
    (
        "images beside the jobs",
        ["bot/images"],
        ("bot.chat", "bot.composition", "bot.config", "bot.engine", "bot.jobs", "bot.delivery"),
    ),
    (
        "values and rules",
        ["bot/community/guild_settings.py", "bot/toml_reader.py"],
        ("bot", "torch", "PIL", "asyncio"),
    ),
    (
        "blocklist",
        [f"bot/community/{name}.py" for name in ("blocklist", "pattern_automaton", "look_alikes")],
        (*(f"bot.{name}" for name in BOT_FOLDERS if name != "community"), "bot.config", "guidance", "asyncio"),
    ),
    (
        "jobs and settings",
        ["bot/jobs/job.py", "bot/delivery/messenger.py", "bot/config.py", "bot/discord_token.py"],
        ("bot.store", "bot.engine", "bot.chat", "torch", *SERVICES),
    ),
    ("operations", ["bot/operations"], ("bot.store", "bot.engine", "bot.chat", "bot.delivery", *SERVICES)),
    (
        "all but the entry points",
        ["bot/composition.py", "bot/config.py", "bot/discord_token.py", *(f"bot/{name}" for name in BOT_FOLDERS)],
        ENTRY,
    ),
]


@pytest.mark.parametrize(("floor", "places", "forbidden"), FORBIDDEN, ids=[entry[0] for entry in FORBIDDEN])
def test_a_floor_imports_nothing_above_it(floor: str, places: list[str], forbidden: tuple[str, ...]) -> None:
    for path in files(*places):
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
def test_a_library_is_imported_in_its_places_only(library: str, allowed: tuple[str, ...]) -> None:
    for path in files(*OURS):
        if not any(path.is_relative_to(ROOT / place) for place in allowed):
            assert not any(within(name, (library,)) for name in imported(path)), f"{path} imports {library}"


def circle(modules: dict[str, Path]) -> list[str]:
    """A circle of imports among the modules, the first named twice; empty if there is none."""
    graph = {
        name: {place for place in imported(path, modules) if place in modules and place != name}
        for name, path in modules.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def module_of(path: Path, root: Path) -> str:
    """The name that a file is imported by."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def test_no_imports_make_a_circle() -> None:
    assert circle({module_of(path, ROOT): path for path in files(*OURS, "tools")}) == []


@pytest.mark.parametrize(
    "back",
    [
        "import ours.first",
        "from ours import first",
        "from ours.first import name",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ours.first import name",
        "def later():\n    from ours import first",
    ],
)
def test_a_circle_is_found_however_it_is_closed(back: str, tmp_path: Path) -> None:
    package = tmp_path / "ours"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "first.py").write_text("from ours import second\n")
    (package / "second.py").write_text(back)
    found = circle({module_of(path, tmp_path): path for path in sorted(package.glob("*.py"))})
    assert set(found) == {"ours.first", "ours.second"}
