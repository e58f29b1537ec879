"""The page in Chromium: mark a module that uses the fixture `page` with `needs_chromium`.

One Chromium serves all tests of a session; each test gets a context of its own, with empty storage.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from playwright.async_api import Page

    from tests.sandbox.conftest import RestClient

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HANG_MS = 60_000.0
"""Milliseconds after which a step in the browser fails."""
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")


@pytest.fixture(scope="session")
def devtools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run Chromium, and return the file to which it writes its debugging port."""
    assert CHROMIUM is not None
    profile = tmp_path_factory.mktemp("chromium")
    command = [CHROMIUM, *FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield profile / "DevToolsActivePort"
        process.terminate()


@pytest.fixture
async def page(rest_client: RestClient, devtools: Path) -> AsyncIterator[Page]:
    """The page as Ada sees it; a script error or a blocked request fails the test."""
    errors: list[str] = []
    expect.set_options(timeout=HANG_MS)
    async with asyncio.timeout(HANG_MS / 1000):
        while not (devtools.exists() and devtools.read_text().count("\n")):
            await asyncio.sleep(0.05)
    port = devtools.read_text().partition("\n")[0]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        opened = await context.new_page()
        opened.set_default_timeout(HANG_MS)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        await opened.goto(f"{rest_client.sandbox.page_url}?as=ada")
        await opened.wait_for_selector("[data-ready]")
        yield opened
        await context.close()
    assert errors == []
