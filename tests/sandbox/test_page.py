"""The page in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.sandbox.browser import needs_chromium

if TYPE_CHECKING:
    from playwright.async_api import Page

    from bot.sandbox.clock import ManualClock
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

pytestmark = needs_chromium
IMAGINE: dict[str, Any] = {
    "name": "imagine",
    "description": "Draw a picture from words",
    "options": [
        {"type": 3, "name": "prompt", "description": "What it shows", "required": True},
        {"type": 4, "name": "seed", "description": "Which one", "min_value": 0, "max_value": 999},
    ],
}


async def test_a_person_types_a_command_reads_the_answer_and_reacts(
    page: Page, rest_client: RestClient, gateway: GatewayClient
) -> None:
    await rest_client.register(IMAGINE)
    composer = page.get_by_test_id("composer")
    await composer.press_sequentially("/im")
    await expect(page.get_by_test_id("suggestion")).to_contain_text("/imagine")
    await composer.press("Tab")
    await expect(composer).to_have_value("/imagine prompt: ")
    await composer.press_sequentially("a lighthouse in a storm seed: x")
    await composer.press("Enter")
    await expect(page.get_by_test_id("input-error")).to_contain_text("whole number")
    await composer.press("Backspace")
    await composer.press_sequentially("3")
    await composer.press("Enter")

    used = await gateway.event("INTERACTION_CREATE")
    assert used["data"]["options"] == [
        {"type": 3, "name": "prompt", "value": "a lighthouse in a storm"},
        {"type": 4, "name": "seed", "value": 3},
    ]
    await expect(page.get_by_test_id("sending")).to_be_visible()
    await rest_client.callback(used, 5)
    await expect(page.get_by_test_id("thinking")).to_have_text("Imagine is thinking…")
    hostile = "<img src=x onerror=alert(1)> **done**"
    await rest_client.call("PATCH", rest_client.webhook(used, "/messages/@original"), {"content": hostile})
    message = page.get_by_test_id("message")
    await expect(message.get_by_test_id("content")).to_contain_text("<img src=x onerror=alert(1)> done")
    await message.hover()
    await message.get_by_test_id("quick-react").click()
    reaction = await gateway.event("MESSAGE_REACTION_ADD")
    assert reaction["emoji"]["name"] == "🔁"
    await expect(message.get_by_test_id("reaction")).to_have_attribute("aria-pressed", "true")


async def test_an_unanswered_click_shows_an_error_and_only_moderators_can_delete(
    page: Page, rest_client: RestClient, gateway: GatewayClient, ada: Person, clock: ManualClock
) -> None:
    button = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
    body = {"content": "a picture", "components": [{"type": 1, "components": [button]}]}
    posted = (await rest_client.post(body)).body
    message = page.get_by_test_id("message")
    await message.get_by_test_id("button").hover()
    await page.mouse.down()
    # the bot shows its progress while the button is pressed
    await rest_client.call("PATCH", f"{rest_client.messages}/{posted['id']}", {"content": "a better picture"})
    await rest_client.call("POST", f"/channels/{rest_client.channel.id}/typing")
    await expect(page.get_by_test_id("typing")).to_have_text("Imagine is typing…")
    await page.mouse.up()
    await expect(message).to_contain_text("a better picture")
    assert (await gateway.event("INTERACTION_CREATE"))["data"]["custom_id"] == "again"
    await clock.advance(3.1)
    await expect(message.get_by_test_id("failed")).to_have_text("This interaction failed")
    await expect(message.get_by_test_id("delete")).to_have_count(0)
    await page.get_by_test_id("be-mo").click()
    await message.hover()
    await message.get_by_test_id("delete").click()
    await expect(message).to_have_count(0)
    assert await ada.messages() == []
