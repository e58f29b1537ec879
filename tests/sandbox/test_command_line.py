"""`python -m bot.sandbox`, with which other projects start it."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

import aiohttp

from tests.sandbox.conftest import HANG_S

if TYPE_CHECKING:
    from pathlib import Path


async def test_it_prints_its_addresses_writes_its_secrets_grants_intents_and_ends_with_sigterm(tmp_path: Path) -> None:
    token, secret = tmp_path / "token", tmp_path / "secret"
    options = ["--port=0", f"--token-file={token}", "--control-port=0", f"--control-secret-file={secret}"]
    command = [sys.executable, "-m", "bot.sandbox", *options, "--intents", "members", "message-content"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(HANG_S):
            lines = [(await process.stdout.readline()).decode().split() for _ in range(4)]
        urls: dict[str, str] = dict(lines)
        assert list(urls) == ["page", "api", "gateway", "control"]
        assert [path.stat().st_mode & 0o777 for path in (token, secret)] == [0o600, 0o600]
        bot = {"Authorization": f"Bot {token.read_text(encoding='utf-8').strip()}"}
        control = {"Authorization": f"Bearer {secret.read_text(encoding='utf-8').strip()}"}
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            async with session.get(f"{urls['api']}/applications/@me", headers=bot) as answer:
                assert (await answer.json())["flags"] == 1 << 15 | 1 << 19
            async with session.get(f"{urls['control']}/state", headers=control) as answer:
                guild = (await answer.json())["guild_id"]
            async with session.get(f"{urls['api']}/guilds/{guild}/members?limit=9", headers=bot) as answer:
                assert len(await answer.json()) == 8
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(HANG_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
