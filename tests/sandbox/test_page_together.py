"""Two people side by side, each in a tab of the same browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.sandbox.administrator import sandbox
from tests.sandbox.browser import needs_chromium, visit

if TYPE_CHECKING:
    from tests.sandbox.browser import Browse
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

__all__ = ["sandbox"]
pytestmark = needs_chromium


async def test_two_people_talk_and_a_reload_loses_nothing(
    browse: Browse, rest_client: RestClient, gateway: GatewayClient, ben: Person
) -> None:
    url = rest_client.sandbox.page_url
    await rest_client.register({"name": "help", "description": "Help"})
    adas = await browse(f"{url}?as=ada")
    bens = await visit(await adas.context.new_page(), f"{url}?as=ben")

    await bens.get_by_test_id("composer").press_sequentially("hel")
    await expect(adas.get_by_test_id("typing")).to_have_text("Ben is typing…")
    await bens.get_by_test_id("composer").press_sequentially("lo ||boo||")
    await bens.keyboard.press("Enter")
    said = adas.get_by_test_id("message")
    await expect(said).to_contain_text("hello")
    await expect(adas.get_by_test_id("typing")).to_be_empty()
    await expect(adas.get_by_test_id("announcer")).to_have_text("Ben: hello (spoiler)")
    covered = adas.get_by_role("button", name="Reveal the spoiler")
    await covered.press("Enter")
    await expect(covered).to_have_count(0)
    await said.hover()
    await said.get_by_test_id("reply").click()
    await adas.get_by_test_id("composer").press_sequentially("look at #gen")
    await adas.keyboard.press("Tab")
    await adas.keyboard.press("Enter")
    reply = bens.get_by_test_id("message").last
    await expect(reply.get_by_test_id("content")).to_have_text("look at #general")
    await expect(reply.locator(".mention")).to_have_text("#general")
    await expect(reply).to_have_class(re.compile("pinged"))
    await expect(reply.locator(".line")).to_have_text("Benhello (spoiler)")

    await adas.get_by_test_id("composer").fill("/help")
    await adas.keyboard.press("Enter")
    await rest_client.callback(await gateway.event("INTERACTION_CREATE"), 4, {"content": "a secret", "flags": 64})
    await expect(adas.get_by_test_id("only-you")).to_contain_text("Only you can see this")
    await adas.get_by_test_id("channel-general").click()
    await adas.get_by_test_id("composer").fill("a draft")
    await expect(bens.get_by_text("a secret")).to_have_count(0)

    # Ben's tab was opened last, and Ada's address named another channel
    await adas.reload()
    await expect(adas.get_by_test_id("channel-name")).to_have_text("general")
    await expect(adas.get_by_test_id("be-ada")).to_have_attribute("aria-checked", "true")
    await expect(adas.get_by_test_id("composer")).to_have_value("a draft")
    await bens.get_by_test_id("channel-general").click()
    await expect(bens.get_by_test_id("composer")).to_have_value("")
    await adas.keyboard.press("Enter")
    await expect(bens.get_by_test_id("message")).to_contain_text("a draft")
    for page in (adas, bens):
        await page.get_by_test_id("channel-imagine").click()
        await expect(page.get_by_test_id("message")).to_have_count(3 if page is adas else 2)
    both = [message["id"] for message in await ben.messages()]
    await rest_client.call("POST", f"{rest_client.messages}/bulk-delete", {"messages": both})
    for page in (adas, bens):
        await expect(page.get_by_test_id("message")).to_have_count(1 if page is adas else 0)
