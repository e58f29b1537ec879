"""The bot on the page: two people in two tabs, a restart and a reload. The engine is scripted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.sandbox.server import Sandbox
from tests.e2e.service import Service
from tests.e2e.steps import LONG
from tests.harness.scripted_process import STEP_VARIABLE
from tests.sandbox.browser import browse, devtools, needs_chromium, visit

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.sandbox.browser import Browse

__all__ = ["browse", "devtools"]
pytestmark = needs_chromium


async def test_a_restart_and_a_reload_interrupt_nobody(
    browse: Browse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STEP_VARIABLE, "0.2")
    async with (
        Sandbox(acknowledge_s=60) as sandbox,
        Service(sandbox, tmp_path, program="tests.harness.scripted_bot") as bot,
    ):
        adas = await browse(f"{sandbox.page_url}?as=ada")
        bens = await visit(await adas.context.new_page(), f"{sandbox.page_url}?as=ben")
        composer = adas.get_by_test_id("composer")
        await composer.press_sequentially("/im")
        await composer.press("Tab")
        await composer.press_sequentially(f"a lighthouse steps: {LONG}")
        await composer.press("Enter")
        seen = {page: page.locator(".message", has=page.get_by_test_id("used-command")) for page in (adas, bens)}
        for message in seen.values():
            await expect(message.get_by_test_id("embed")).to_contain_text(f"/{LONG}")

        await bot.stop()
        for page in (adas, bens):
            await expect(page.get_by_test_id("bot-status")).to_have_text("Bot offline")
        await bens.reload()
        await expect(seen[bens].get_by_test_id("embed")).to_contain_text("a lighthouse")
        await bot.start()
        await expect(adas.get_by_test_id("bot-status")).to_have_text("Bot online")
        await expect(seen[adas].get_by_test_id("embed")).to_contain_text(f"/{LONG}")
        await adas.reload()
        await seen[adas].get_by_role("button", name="Finish now").click()
        for page, message in seen.items():
            await expect(message.get_by_test_id("embed")).to_contain_text("Done")
            await expect(message.locator(".picture img")).to_be_visible()
            assert await message.locator(".picture img").evaluate("(image) => image.naturalWidth") == 96, page
        await expect(adas.get_by_test_id("message").last).to_contain_text("your picture is ready")

        await seen[bens].get_by_role("button", name="Edit").click()
        form = bens.get_by_test_id("modal")
        await form.get_by_test_id("modal-prompt").fill("a windmill")
        await form.get_by_test_id("modal-submit").click()
        await expect(adas.get_by_test_id("message").last).to_contain_text("a windmill")
        # before the sandbox stops, which the pages would report
        await adas.context.close()
