"""Selects, modals, languages and pictures on the page."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.async_api import expect

from tests.sandbox.browser import needs_chromium

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.sandbox.conftest import GatewayClient, RestClient

pytestmark = needs_chromium
OPTIONS = [{"label": name.title(), "value": name} for name in ("woodcut", "pixels", "oil")]
MODAL: dict[str, Any] = {
    "custom_id": "form",
    "title": "Edit",
    "components": [
        {
            "type": 1,
            "components": [
                {"type": 4, "custom_id": "p", "style": 2, "label": "Prompt", "value": "a cat", "min_length": 3}
            ],
        },
        {"type": 18, "label": "Style", "component": {"type": 3, "custom_id": "s", "options": OPTIONS}},
    ],
}


def webp(*colours: str) -> bytes:
    buffer = io.BytesIO()
    first, *rest = (Image.new("RGB", (64, 48), colour) for colour in colours)
    first.save(buffer, "WEBP", save_all=True, append_images=rest, duration=100)
    return buffer.getvalue()


async def test_several_values_are_chosen_and_sent_together(
    page: Page, rest_client: RestClient, gateway: GatewayClient
) -> None:
    select = {"type": 3, "custom_id": "styles", "options": OPTIONS, "min_values": 1, "max_values": 2}
    friend = {"type": 5, "custom_id": "friend"}
    rows = [{"type": 1, "components": [part]} for part in (select, friend)]
    await rest_client.post({"content": "styles?", "components": rows})
    await page.get_by_test_id("select").first.click()
    await page.get_by_test_id("choice").nth(0).click()
    await page.get_by_test_id("choice").nth(2).click()
    await expect(page.get_by_test_id("choice").nth(1)).to_be_disabled()
    await page.get_by_test_id("choose-done").click()
    used = await gateway.event("INTERACTION_CREATE")
    assert used["data"]["values"] == ["woodcut", "oil"]
    await rest_client.callback(used, 6)
    await page.get_by_test_id("select").last.click()
    await page.get_by_role("option", name="Ben").click()
    assert (await gateway.event("INTERACTION_CREATE"))["data"]["resolved"]["users"]


async def test_a_form_is_filled_in_and_submitted_with_the_keyboard(
    page: Page, rest_client: RestClient, gateway: GatewayClient
) -> None:
    await rest_client.register({"name": "Edit this", "type": 3}, {"name": "Greet", "type": 2})
    await rest_client.post({"content": "a picture"})
    message = page.get_by_test_id("message")
    await message.hover()
    await message.get_by_test_id("apps").click()
    await page.get_by_test_id("menu-Edit this").press("Enter")
    await rest_client.callback(await gateway.event("INTERACTION_CREATE"), 9, MODAL)
    prompt = page.get_by_test_id("modal-p")
    await expect(prompt).to_have_value("a cat")
    await prompt.fill("a dog")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("modal-submit").click()
    text, label = (await gateway.event("INTERACTION_CREATE"))["data"]["components"]
    assert text["components"][0]["value"] == "a dog"
    assert label["component"]["values"] == ["pixels"]
    await expect(page.get_by_test_id("modal")).to_be_hidden()
    await page.get_by_test_id("member-ben").click()
    await page.get_by_test_id("menu-Greet").click()
    assert (await gateway.event("INTERACTION_CREATE"))["data"]["type"] == 2


async def test_commands_are_shown_in_the_members_language_and_sent_with_their_original_names(
    page: Page, rest_client: RestClient, gateway: GatewayClient
) -> None:
    option = {
        "type": 3,
        "name": "style",
        "description": "A style",
        "name_localizations": {"de": "stil"},
        "autocomplete": True,
    }
    sub = {"type": 1, "name": "mine", "description": "Mine", "name_localizations": {"de": "meine"}, "options": [option]}
    await rest_client.register(
        {"name": "pictures", "description": "Pictures", "name_localizations": {"de": "bilder"}, "options": [sub]}
    )
    await page.get_by_test_id("be-chiyo").click()
    composer = page.get_by_test_id("composer")

    async def complete() -> None:
        asked = await gateway.event("INTERACTION_CREATE")
        assert asked["data"]["options"][0]["options"][0]["name"] == "style"
        assert asked["locale"] == "de"
        await rest_client.callback(asked, 8, {"choices": [{"name": "Wood cut", "value": "w1"}]})

    answering = asyncio.create_task(complete())
    await composer.press_sequentially("/bil")
    await composer.press("Tab")
    await composer.press_sequentially("stil: ")
    await answering
    await page.get_by_test_id("suggestion").click()
    await expect(composer).to_have_value("/bilder meine stil: Wood cut ")
    await composer.press("Enter")
    while (used := await gateway.event("INTERACTION_CREATE"))["type"] != 2:
        await rest_client.callback(used, 8, {"choices": []})
    assert used["data"]["name"] == "pictures"
    assert used["data"]["options"][0]["options"] == [{"type": 3, "name": "style", "value": "w1"}]


async def test_pictures_form_a_grid_and_a_spoiler_is_covered(page: Page, rest_client: RestClient) -> None:
    files = {"a.webp": webp("teal", "gold"), "SPOILER_b.webp": webp("red"), "c.mp4": b"not a video"}
    posted = (await rest_client.post({"content": "three"}, files)).body
    pictures = page.get_by_test_id("pictures").get_by_test_id("attachment")
    await expect(pictures).to_have_count(2)
    await expect(page.get_by_test_id("video")).to_have_count(1)
    hidden = page.get_by_role("button", name="Reveal the spoiler")
    edit = f"{rest_client.messages}/{posted['id']}"
    await rest_client.call("PATCH", edit, {"content": "an edit"})
    await expect(page.get_by_test_id("content")).to_contain_text("an edit")
    await expect(hidden).to_have_count(1)
    await hidden.click()
    await expect(hidden).to_have_count(0)
    await rest_client.call("PATCH", edit, {"content": "another edit"})
    await expect(page.get_by_test_id("content")).to_contain_text("another edit")
    await expect(hidden).to_have_count(0)
    left, right = [await picture.bounding_box() for picture in await pictures.all()]
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"], "the pictures are side by side"


async def test_an_age_restricted_channel_asks_before_it_opens(page: Page) -> None:
    await page.get_by_test_id("channel-late-night").click()
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    await page.get_by_test_id("gate-continue").click()
    await expect(page.get_by_test_id("composer")).to_be_focused()
    await expect(page.get_by_test_id("channel-mod-log")).to_have_count(0)
