"""`python -m bot.sandbox`: serve a sandbox until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import sys
from functools import reduce
from operator import or_
from pathlib import Path

from bot.sandbox.gateway.intents import NO_INTENT, Intent
from bot.sandbox.server import Sandbox

INTENTS = {
    "members": Intent.GUILD_MEMBERS,
    "presences": Intent.GUILD_PRESENCES,
    "message-content": Intent.MESSAGE_CONTENT,
}


def main() -> int:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A loopback Discord with a web page.")
    parser.add_argument("--port", type=int, default=8080, help="0 picks a free one (default: 8080)")
    parser.add_argument(
        "--token-file",
        type=Path,
        help="file with the bot's token; if missing or empty, a new one is written",
    )
    parser.add_argument("--data", type=Path, help="a directory in which messages, files and commands are stored")
    parser.add_argument("--control-port", type=int, help="serve the control API there too; 0 picks a free port")
    parser.add_argument("--control-secret-file", type=Path, help="file with the control API's secret, as --token-file")
    parser.add_argument(
        "--intents", nargs="+", choices=INTENTS, default=[], help="the privileged intents that the bot may ask for"
    )
    options = parser.parse_args()
    try:
        return asyncio.run(_serve(options))
    except OSError as error:
        print(f"cannot serve: {error}", file=sys.stderr)
        return 1


def _token(path: Path | None) -> str:
    """Return the token or secret in a file; a new one is written to a file that is missing or empty."""
    known = path.read_text(encoding="utf-8").strip() if path is not None and path.is_file() else ""
    token = known or secrets.token_urlsafe(48)
    if path is not None and not known:
        # created readable by its owner only, before the token is written
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(token + "\n")
    return token


async def _serve(options: argparse.Namespace) -> int:
    sandbox = Sandbox(
        options.port,
        data=options.data,
        token=_token(options.token_file),
        intents=reduce(or_, (INTENTS[name] for name in options.intents), NO_INTENT),
        control_port=options.control_port,
        control_secret=_token(options.control_secret_file),
    )
    await sandbox.start()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    print(f"page    {sandbox.page_url}\napi     {sandbox.api_url}\ngateway {sandbox.gateway_url}", flush=True)
    if options.control_port is not None:
        print(f"control {sandbox.control_url}", flush=True)
    await stop.wait()
    await sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
