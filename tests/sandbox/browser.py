"""The page in Chromium: mark a module that uses the fixtures `browse` and `page` with `needs_chromium`.

One Chromium serves all tests of a session; each test gets a context of its own, with empty storage.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

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
Browse: TypeAlias = Callable[..., Awaitable["Page"]]
"""Opens a page in a context of its own; the keyword arguments are those of Playwright's `new_context`."""


@pytest.fixture(scope="session")
def devtools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run Chromium, and return the file to which it writes its debugging port."""
    assert CHROMIUM is not None
    profile = tmp_path_factory.mktemp("chromium")
    command = [CHROMIUM, *FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield profile / "DevToolsActivePort"
        process.terminate()


async def visit(page: Page, url: str) -> Page:
    """Open the sandbox's page and wait until it is ready."""
    page.set_default_timeout(HANG_MS)
    await page.goto(url)
    await page.wait_for_selector("[data-ready]")
    return page


@pytest.fixture
async def browse(devtools: Path) -> AsyncIterator[Browse]:
    """A function that opens a page; a script error or a blocked request fails the test."""
    errors: list[str] = []
    expect.set_options(timeout=HANG_MS)
    async with asyncio.timeout(HANG_MS / 1000):
        while not (devtools.exists() and devtools.read_text().count("\n")):
            await asyncio.sleep(0.05)
    port = devtools.read_text().partition("\n")[0]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        contexts = []

        async def opened(url: str, **options: Any) -> Page:
            context = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
            contexts.append(context)
            context.on("weberror", lambda error: errors.append(str(error.error)))
            context.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
            return await visit(await context.new_page(), url)

        yield opened
        for context in contexts:
            await context.close()
    assert errors == []


@pytest.fixture
async def page(rest_client: RestClient, browse: Browse) -> Page:
    """The page as Ada sees it."""
    return await browse(f"{rest_client.sandbox.page_url}?as=ada")
