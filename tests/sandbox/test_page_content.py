"""The page shows what moderators' other tools post: polls, forwards, webhooks, pins, forums."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.sandbox.administrator import sandbox
from tests.sandbox.browser import needs_chromium
from tests.sandbox.test_page_access import violations

if TYPE_CHECKING:
    from playwright.async_api import Page

    from bot.sandbox.clock import ManualClock
    from tests.sandbox.browser import Browse
    from tests.sandbox.conftest import RestClient
    from tests.sandbox.person import Person

__all__ = ["sandbox"]
pytestmark = needs_chromium
LONG = "More teal, and a name as long as the longest that a forum takes, which has a hundred characters, so!"
CUT_OFF = """() => {
  const edge = document.querySelector(".chat").getBoundingClientRect().right + 0.5;
  const shown = [...document.querySelectorAll(".channel-header > *, #beginning *, .message *")];
  return shown.filter((e) => e.getBoundingClientRect().right > edge && !e.closest(".visually-hidden"))
    .map((e) => e.outerHTML.slice(0, 80));
}"""
SEA = {"text": "The lighthouse", "emoji": {"name": "🌊"}}
POLL = {
    "question": {"text": "Which picture goes into the gallery?"},
    "answers": [{"poll_media": SEA}, {"poll_media": {"text": "The cat"}}],
    "duration": 2,
}


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 360)])
async def test_a_poll_is_voted_on_until_it_ends(
    browse: Browse, rest_client: RestClient, ben: Person, clock: ManualClock, scheme: str, width: int
) -> None:
    posted = (await rest_client.post({"poll": POLL})).body
    vote = f"/channels/{posted['channel_id']}/messages/{posted['id']}/votes"
    url = f"{rest_client.sandbox.page_url}?as=ada"
    page = await browse(url, viewport={"width": width, "height": 800}, color_scheme=scheme)
    poll = page.get_by_role("group", name="Poll: Which picture goes into the gallery?")
    first, second = poll.get_by_test_id("answer").first, poll.get_by_test_id("answer").last
    await second.click()
    await expect(second).to_have_attribute("aria-pressed", "true")
    await first.press("Enter")
    await expect(second).to_have_attribute("aria-pressed", "false")
    await ben.call("PUT", f"{vote}/1")
    await expect(first).to_have_text("🌊 The lighthouse2 votes")
    assert await violations(page) == []
    await first.click()
    await expect(first).to_have_text("🌊 The lighthouse1 vote")
    await clock.advance(2 * 3600)
    await expect(poll).to_contain_text("This poll has ended")
    await expect(first).to_be_disabled()
    result = page.get_by_test_id("system-message")
    await expect(result).to_contain_text("gallery? — The lighthouse won with 1 of 1 vote")
    await expect(page.get_by_test_id("announcer")).to_contain_text("The lighthouse won")
    assert await violations(page) == []


async def cut_off(page: Page) -> list[str]:
    """What is drawn partly outside of the column of the channel, and so cannot be read or used."""
    found: list[str] = await page.evaluate(CUT_OFF)
    return found


async def test_what_webhooks_and_forwards_say_is_shown(page: Page, rest_client: RestClient, ada: Person) -> None:
    place = f"/channels/{rest_client.channel.id}"
    webhook = (await rest_client.call("POST", f"{place}/webhooks", {"name": "log"})).body
    path = f"/webhooks/{webhook['id']}/{webhook['token']}"
    for name in ("log", "Herald"):
        await rest_client.call("POST", path, {"content": f"said by {name}", "username": name})
    said = page.get_by_test_id("message")
    await expect(said.locator(".avatar")).to_have_text(["L", "H"])
    original = await ada.send_message("look **here**")
    reference = {"type": 1, "message_id": original["id"], "channel_id": original["channel_id"]}
    await rest_client.post({"message_reference": reference})
    await expect(said.last.get_by_test_id("forwarded")).to_have_text("Forwardedlook here")
    await expect(said.last.locator(".line")).to_have_count(0)
    await expect(page.get_by_test_id("announcer")).to_have_text("Imagine: look here")
    await rest_client.call("PUT", f"{place}/messages/pins/{original['id']}")
    await expect(page.get_by_test_id("system-message")).to_contain_text("Imagine pinned a message")
    assert await violations(page) == []


@pytest.mark.parametrize("width", [1280, 360])
async def test_a_forum_lists_its_posts_and_ada_answers_in_one(
    browse: Browse, rest_client: RestClient, width: int
) -> None:
    page = await browse(f"{rest_client.sandbox.page_url}?as=ada", viewport={"width": width, "height": 800})
    guild = f"/guilds/{rest_client.sandbox.guild_data.guild.id}"
    forum = (await rest_client.call("POST", f"{guild}/channels", {"name": "ideas", "type": 15})).body["id"]
    if width < 720:
        await page.get_by_test_id("open-sidebar").click()
    await page.get_by_test_id("channel-ideas").click()
    await expect(page.get_by_text("There are no posts here yet.")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_disabled()
    body = {"name": LONG, "message": {"content": "Please"}}
    await rest_client.call("POST", f"/channels/{forum}/threads", body)
    await expect(page.get_by_test_id("post")).to_contain_text(LONG)
    assert await cut_off(page) == []
    await page.get_by_test_id("post").click()
    await expect(page.get_by_test_id("content")).to_have_text("Please")
    await expect(page.get_by_test_id("thread-card")).to_have_count(0)
    assert await cut_off(page) == []
    await expect(page.locator("#beginning")).to_contain_text("A post in #ideas, started by Imagine.")
    await page.get_by_test_id("composer").fill("Seconded")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("content")).to_have_text(["Please", "Seconded"])
    await expect(page).to_have_title(re.compile("More teal"))
    assert await violations(page) == []
