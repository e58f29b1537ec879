"""The page in a real browser, as a fixture: import `page`, and mark the module with `needs_chromium`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
"""After which the page is held to have hung."""
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")


@pytest.fixture
async def page(rest_client: RestClient) -> AsyncIterator[Page]:
    """The page as Ada sees it; a script error or a blocked request fails the test."""
    complaints: list[str] = []
    expect.set_options(timeout=HANG_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = await browser.new_page(viewport={"width": 1280, "height": 800})
        opened.set_default_timeout(HANG_MS)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await opened.goto(f"{rest_client.sandbox.page_url}?as=ada")
        await opened.wait_for_selector("[data-ready]")
        yield opened
        await browser.close()
    assert complaints == []
