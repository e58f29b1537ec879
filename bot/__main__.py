"""The command line: `python -m bot run | sandbox | check | backup`.

The exit status is 0 after a normal stop, 1 after a crash, and 2 if the host has to fix something first; one line on
stderr says what.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot import app, config
from bot.chat.client import LoginError
from bot.check import Severity, diagnose
from bot.demo import DemoError, demo
from bot.discord_token import token
from bot.engine import EngineCrashedError, RunFailedError
from bot.operations import lifeline, logs
from bot.operations.data_folder import PRIVATE_UMASK, DataFolderError
from bot.operations.lock import FolderInUseError
from bot.operations.metrics_server import MetricsServerError
from bot.store.backup import BackupError, back_up
from bot.store.database import DatabaseError
from bot.store.storage_error import StorageError
from bot.toml_reader import ConfigError

HOST_ERRORS: Final = (
    BackupError,
    ConfigError,
    DataFolderError,
    DatabaseError,
    DemoError,
    FolderInUseError,
    LoginError,
    RunFailedError,
    MetricsServerError,
    StorageError,
)
"""Errors that the host can fix; the message says how."""
MARKS: Final = {Severity.OK: "✓", Severity.WARNING: "!", Severity.ERROR: "✗"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns its exit status."""
    options = _parser().parse_args(arguments)
    logs.configure()
    os.umask(PRIVATE_UMASK)
    if options.end_with_parent:
        lifeline.end_with_parent(sys.stdin.fileno())
    try:
        match options.command:
            case "run":
                settings = config.load(options.config)
                secret = token(settings)
                logs.redact(secret)
                logs.configure(settings.log.format, settings.log.level)
                asyncio.run(app.run(settings, secret))
                return 0
            case "backup":
                copy = back_up(
                    config.load(options.config).storage.folder / app.DATABASE, options.file, replace=options.force
                )
                print(f"{options.file}: {copy.size:,} bytes, {copy.jobs} jobs, schema {copy.schema}")
                return 0
            case "sandbox":
                return asyncio.run(demo(options.port, options.data))
            case _:
                return asyncio.run(_check(options.config))
    except HOST_ERRORS as error:
        print(f"python -m bot: {error}", file=sys.stderr)
        return 2
    except EngineCrashedError as error:
        print(f"python -m bot: the engine crashed while loading the model ({error}); run check", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="A Discord bot that makes pictures from prompts."
    )
    parser.set_defaults(end_with_parent=False)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("run", "run the bot"),
        ("check", "check everything that `run` needs, without connecting to Discord"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--config", type=Path, default=Path("config.toml"), help="default: %(default)s")
    # For the sandbox, which holds the other end of the bot's stdin.
    commands.choices["run"].add_argument("--end-with-parent", action="store_true", help=argparse.SUPPRESS)
    backup = commands.add_parser("backup", help="copy the database; the bot may be running")
    backup.add_argument("file", metavar="FILE", type=Path, help="the copy")
    backup.add_argument("--config", type=Path, default=Path("config.toml"), help="default: %(default)s")
    backup.add_argument("--force", action="store_true", help="replace FILE if it exists")
    sandbox = commands.add_parser("sandbox", help="run the bot with a local stand-in for Discord and a web page")
    sandbox.add_argument(
        "--port", type=int, default=8080, help="port of the page, 0 for a free one (default: %(default)s)"
    )
    sandbox.add_argument("--data", type=Path, default=Path("sandbox-data"), help="data folder (default: %(default)s)")
    return parser


async def _check(path: Path) -> int:
    failed = False
    async for check_result in diagnose(path):
        failed = failed or check_result.severity is Severity.ERROR
        print(f"{MARKS[check_result.severity]} {check_result.subject}: {check_result.message}", flush=True)
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
