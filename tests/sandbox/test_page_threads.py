"""Threads on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.sandbox.browser import needs_chromium

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

pytestmark = needs_chromium


async def test_a_person_starts_a_thread_votes_and_uses_a_command_in_it(
    page: Page, rest_client: RestClient, gateway: GatewayClient, ben: Person
) -> None:
    await rest_client.register({"name": "imagine", "description": "Draw"})
    await rest_client.post({"content": "a lighthouse"})
    message = page.get_by_test_id("message")
    await message.hover()
    await message.get_by_test_id("start-thread").click()
    await page.get_by_test_id("thread-name").fill("Variations")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("channel-name")).to_contain_text("Variations")
    await expect(page.get_by_test_id("content")).to_have_text("a lighthouse")
    thread = await gateway.event("THREAD_CREATE")
    assert (thread["name"], thread["parent_id"]) == ("Variations", str(rest_client.channel.id))

    vote = (await rest_client.call("POST", f"/channels/{thread['id']}/messages", {"content": "Which?"})).body
    await rest_client.call("PUT", f"/channels/{thread['id']}/messages/{vote['id']}/reactions/⭐/@me")
    star = page.get_by_test_id("reaction")
    await star.click()
    await expect(star).to_contain_text("2")
    await page.get_by_test_id("composer").fill("/imagine")
    await page.keyboard.press("Enter")
    used = await gateway.event("INTERACTION_CREATE")
    assert (used["channel_id"], used["channel"]["type"]) == (thread["id"], 11)
    await rest_client.callback(used, 4, {"content": "drawn in the thread"})
    await expect(page.get_by_test_id("content").last).to_have_text("drawn in the thread")

    await page.get_by_test_id("to-parent").click()
    await ben.at(thread["id"]).send_message("hello")
    await expect(page.get_by_test_id("thread-card")).to_contain_text("3 messages")
    await expect(page.get_by_test_id("thread-Variations").get_by_title("Unread")).to_be_visible()
    await page.get_by_test_id("thread-card").click()
    await expect(page.get_by_text("hello", exact=True)).to_be_visible()


async def test_a_moderator_locks_and_archives_a_thread_and_ada_can_no_longer_write(page: Page, ada: Person) -> None:
    await ada.start_thread("Quarrel")
    await page.get_by_test_id("open-started").click()
    await expect(page.get_by_test_id("thread-Quarrel")).to_have_attribute("aria-current", "page")
    await page.get_by_test_id("be-mo").click()
    await page.get_by_test_id("thread-menu").click()
    await page.get_by_test_id("thread-lock").click()
    await expect(page.locator("#channel-topic")).to_contain_text("Locked")
    await page.get_by_test_id("thread-menu").click()
    await page.get_by_test_id("thread-archive").click()
    await expect(page.locator("#channel-topic")).to_contain_text("Archived")
    await page.get_by_test_id("be-ada").click()
    await expect(page.get_by_test_id("composer")).to_be_disabled()
    await page.get_by_test_id("channel-imagine").click()
    await expect(page.get_by_test_id("thread-Quarrel")).to_have_count(0)
    await page.get_by_test_id("threads").click()
    await expect(page.get_by_test_id("open-thread-Quarrel")).to_contain_text("locked")
