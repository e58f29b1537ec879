"""The page for everyone: by keyboard, with a screen reader, light and dark, on a phone, without a font of emoji."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.sandbox.browser import needs_chromium
from tests.sandbox.test_page import IMAGINE
from tests.sandbox.test_page_forms import MODAL, OPTIONS, webp

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

    from tests.sandbox.browser import Browse
    from tests.sandbox.conftest import GatewayClient, RestClient
    from tests.sandbox.person import Person

pytestmark = needs_chromium
TOO_WIDE = """[...document.querySelectorAll(".message *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.outerHTML)"""
STILL = """Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished))"""
MARKDOWN = """# A heading
**bold** ***both*** ~~struck~~ `code` ||a spoiler|| https://example.com <@{ada}> <#{channel}> <t:1790000000:R>
- a list
1. with numbers
> a quote
```
a block of code that is so wide that it does not fit into a narrow page at all, whatever one does
```
-# small print
>>> quoted to the end"""
EMOJI = "🎨 🖼️ ❤️ 🔁 ⏩ ⏸️ ✏️ ⚖️ 🕐 🥇 🛡️ 👍🏽"
EMBED = {
    "title": "a lighthouse in a storm",
    "description": "⏳ **Running**\n`██████░░░░░░`",
    "color": 0x5865F2,
    "fields": [{"name": name, "value": "7", "inline": True} for name in ("Seed", "Size", "Model")],
    "footer": {"text": "#1001"},
}
BUTTONS = [
    {"type": 2, "style": style, "label": f"Button {style}", "custom_id": f"b{style}", "emoji": {"name": "🔁"}}
    for style in (1, 2, 3, 4)
]
SELECT = {"type": 3, "custom_id": "style", "placeholder": "Choose a style", "options": OPTIONS}


async def fill(rest_client: RestClient, ada: Person, ben: Person) -> dict[str, Any]:
    """Post one of everything; return the bot's message, which is the last but one."""
    await rest_client.register(IMAGINE, {"name": "Edit this", "type": 3})
    await ada.send_message(MARKDOWN.format(ada=ada.id, channel=ada.channel_id))
    mine = await ben.send_message(
        "mine", files={"cat.png": webp("teal"), "SPOILER_dog.png": webp("gold"), "a.txt": b"a"}
    )
    await ada.send_message("a reply", reply_to=mine)
    rows = [{"type": 1, "components": BUTTONS}, {"type": 1, "components": [SELECT]}]
    body = {"content": EMOJI, "embeds": [EMBED], "components": rows}
    posted: dict[str, Any] = (await rest_client.post(body, {"a.webp": webp("red"), "b.webp": webp("navy")})).body
    await ben.react(posted, "⭐")
    await ben.start_thread("Storms", posted)
    await ben.start_thread("Calm")
    return posted


async def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now."""
    # what still moves or fades in cannot be judged
    await page.evaluate(STILL)
    found = (await Axe().run(page)).response["violations"]
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found]


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 360)])
async def test_axe_finds_no_violation(
    browse: Browse,
    rest_client: RestClient,
    gateway: GatewayClient,
    ada: Person,
    ben: Person,
    scheme: str,
    width: int,
) -> None:
    posted = await fill(rest_client, ada, ben)
    url = f"{rest_client.sandbox.page_url}?as=ada"
    page = await browse(url, viewport={"width": width, "height": 800}, color_scheme=scheme)
    message = page.locator(f"#message-{posted['id']}")
    composer = page.get_by_test_id("composer")

    await page.locator("#scroller").evaluate("(element) => { element.scrollTop = 0; }")
    await composer.fill("/imagine prompt: a cat seed: x")
    assert await violations(page) == []
    await message.get_by_test_id("select").click()
    await composer.fill("/im")
    await expect(page.get_by_test_id("suggestion")).to_be_visible()
    await expect(page.get_by_test_id("choice").first).to_be_visible()
    assert await violations(page) == []
    await composer.fill("")
    await page.keyboard.press("Escape")
    await message.get_by_test_id("attachment").first.click()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await message.get_by_role("button", name="Button 1").click()
    await rest_client.callback(await gateway.event("INTERACTION_CREATE"), 9, MODAL)
    await expect(page.get_by_test_id("modal")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.get_by_test_id("threads").click()
    if width < 720:
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        assert await page.evaluate(TOO_WIDE) == []
        await page.get_by_test_id("open-sidebar").click()
    assert await violations(page) == []
    await page.get_by_test_id("channel-late-night").click()
    assert await violations(page) == []
    ground = await page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    assert (min(map(int, re.findall(r"\d+", ground))) > 200) == (scheme == "light")


async def test_everything_is_reached_with_the_keyboard(
    page: Page, rest_client: RestClient, gateway: GatewayClient, ada: Person, ben: Person
) -> None:
    posted = await fill(rest_client, ada, ben)
    message = page.locator(f"#message-{posted['id']}")
    await expect(page.get_by_test_id("system-message")).to_be_visible()
    await page.get_by_test_id("composer").focus()

    async def tab_to(what: str, key: str) -> None:
        for _ in range(20):
            await page.keyboard.press(key)
            if await page.evaluate("(what) => document.activeElement.matches(what)", what):
                return
        raise AssertionError(f"{key} does not reach {what}")

    await tab_to(".message", "Shift+Tab")
    await page.keyboard.press("ArrowUp")
    await expect(message).to_be_focused()
    await tab_to("[data-testid=add-reaction]", "Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowRight")
    await rest_client.call("PATCH", f"{rest_client.messages}/{posted['id']}", {"content": "an edit"})
    await expect(message.get_by_test_id("content")).to_contain_text("an edit")
    await page.keyboard.press("Enter")
    star = message.get_by_test_id("reaction")
    await expect(star).to_have_attribute("aria-pressed", "true")
    await expect(star).to_have_accessible_name("⭐, 2")
    await message.focus()
    await tab_to("[data-testid=attachment]", "Tab")
    await page.keyboard.press("Enter")
    large = page.locator("#lightbox img")
    first = await large.get_attribute("src")
    await page.keyboard.press("ArrowRight")
    await expect(large).not_to_have_attribute("src", first or "")
    await page.keyboard.press("Escape")
    await expect(message.get_by_test_id("attachment").first).to_be_focused()
    await tab_to("[data-testid=button]", "Tab")
    await page.keyboard.press("Enter")
    assert (await gateway.event("INTERACTION_CREATE"))["data"]["custom_id"] == "b1"


async def test_emoji_are_drawn_without_a_font_of_the_system(
    browse: Browse, rest_client: RestClient, ada: Person, ben: Person
) -> None:
    posted = await fill(rest_client, ada, ben)
    page = await browse(f"{rest_client.sandbox.page_url}?as=ada")

    async def without_local_fonts(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=re.sub(r"local\([^)]*\),", "", await answer.text()))

    await page.route("**/base.css", without_local_fonts)
    await page.reload()
    await page.wait_for_selector("[data-ready]")
    await page.evaluate("document.fonts.ready")
    tools = await page.context.new_cdp_session(page)
    await tools.send("DOM.enable")
    await tools.send("CSS.enable")
    root = (await tools.send("DOM.getDocument"))["root"]["nodeId"]
    selector = f"#message-{posted['id']} .content"
    node = (await tools.send("DOM.querySelector", {"nodeId": root, "selector": selector}))["nodeId"]
    fonts = (await tools.send("CSS.getPlatformFontsForNode", {"nodeId": node}))["fonts"]
    drawn = {font["familyName"]: font["glyphCount"] for font in fonts if font["isCustomFont"]}
    assert sum(drawn.values()) >= len(EMOJI.split()), fonts
    blanks = sum(font["glyphCount"] for font in fonts if not font["isCustomFont"])
    assert blanks == EMOJI.count(" "), fonts
