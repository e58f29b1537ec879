"""Takes the documentation's screenshots: `python -m tests.e2e.screens FOLDER` (see `make screenshots`).

The unmodified bot renders pictures in a sandbox, whose page is open in a browser. Takes about five minutes.
"""

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Error, Locator, Page, async_playwright

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, Service
from tests.e2e.steps import card_text, finished, imagine, showing
from tests.sandbox.browser import CHROMIUM, FLAGS
from tests.sandbox.person import Message, Person

QUALITY = 82
SETTINGS = """
[moderation]
blocklist = ["gore*"]
[[concept]]
name = "spiders"
texts = ["a spider", "a tarantula"]
threshold = 0.5
[limits]
waiting_per_member = 6
"""


class Camera:
    """Takes screenshots of the page in a browser."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page = page
        self._folder = folder

    async def view_as(self, person: Person, test_id: str = "channel-imagine") -> None:
        """Switches to a member and opens a channel or a thread."""
        await self._page.get_by_test_id(f"be-{person.name.lower()}").click()
        await self._page.get_by_test_id(test_id).click()
        await self._page.wait_for_timeout(400)

    async def message(self, message: Message, name: str) -> None:
        """Takes a screenshot of one message."""
        await self._shoot(self._page.locator(f"#message-{message['id']}"), name)

    async def page(self, name: str) -> None:
        """Takes a screenshot of the whole page."""
        await self._page.wait_for_timeout(300)
        await self._page.screenshot(path=self._folder / f"{name}.jpg", quality=QUALITY)

    async def press(self, message: Message, label: str) -> None:
        """Clicks a button of a message."""
        await self._page.locator(f"#message-{message['id']}").get_by_role("button", name=label).first.click()

    async def modal(self, name: str) -> None:
        """Takes a screenshot of the open modal, and closes it."""
        form = self._page.locator("dialog[open]")
        await self._shoot(form, name)
        await form.get_by_role("button", name="Cancel").click()

    async def _shoot(self, element: Locator, name: str) -> None:
        for _ in range(10):
            try:
                await element.scroll_into_view_if_needed()
                await self._page.wait_for_timeout(300)
                await element.screenshot(path=self._folder / f"{name}.jpg", quality=QUALITY)
            except Error:  # the page replaced the element meanwhile
                await self._page.wait_for_timeout(300)
            else:
                return
        raise RuntimeError(f"no screenshot of {name}: the page replaces it too often")


async def main(folder: Path) -> None:
    """Takes all screenshots."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        async with (
            Sandbox() as sandbox,
            Service(sandbox, Path(data), settings=SETTINGS) as service,
            Person(sandbox.page_url, "Ada") as ada,
            Person(sandbox.page_url, "Ben") as ben,
            Person(sandbox.page_url, "Chiyo") as chiyo,
            Person(sandbox.page_url, "Mo") as mo,
            Person(sandbox.page_url, "Olive") as olive,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = await browser.new_page(viewport={"width": 1000, "height": 1400}, color_scheme="dark")
            await page.goto(f"{sandbox.page_url}?as=ada")
            await page.wait_for_selector("[data-ready]")
            camera = Camera(page, folder)
            await _jobs(camera, ada, ben)
            await _ends(camera, service, ada, ben)
            await _moderation(camera, ada, mo, olive)
            await _session(camera, ada, ben, chiyo)
            await browser.close()


async def _jobs(camera: Camera, ada: Person, ben: Person) -> None:
    # Long, so that it still runs once the first screenshot is taken.
    running = await imagine(ada, "a lighthouse in a storm", seed=7, steps=250)
    for prompt in ("a volcano", "a castle"):
        await imagine(ben, prompt, steps=20)
    queued = await imagine(ada, "a goldfish", count=4, seed=3)
    await camera.message(queued, "queued")
    forming = await ada.wait_for(
        lambda now: now["id"] == running["id"] and card_text(now).count("█") > 5 and bool(now["attachments"]), HANG_S
    )
    await camera.message(forming, "running")
    done = await finished(ada, running)
    await camera.message(done, "done")
    await camera.press(done, "Edit")
    await camera.modal("edit")
    await ada.wait_for(
        lambda now: now["id"] == queued["id"] and "Done" in card_text(now) and "█" in card_text(now), HANG_S
    )
    await camera.message(queued, "batch-running")
    batch = await ada.wait_for(lambda now: now["id"] == queued["id"] and card_text(now).count("Done") == 4, HANG_S)
    await camera.message(batch, "batch-done")
    await camera.page("channel")
    for command, name in (("history", "history"), ("queue", "queue"), ("me", "me"), ("help", "help")):
        await camera.message(await ada.answer_to(await ada.invoke(command)), name)
    parameters = await ada.answer_to(await ada.press(done, "Parameters"))
    await camera.message(parameters, "parameters")


async def _ends(camera: Camera, service: Service, ada: Person, ben: Person) -> None:
    cancelled = await imagine(ada, "a whale", steps=250)
    await showing(ada, cancelled, "█")
    await ada.press(cancelled, "Cancel")
    await camera.message(await showing(ada, cancelled, "Cancelled"), "cancelled")
    failed = await imagine(ada, "a clock made of ice", steps=250)
    engine = 0
    for _ in range(2):
        await showing(ada, failed, "█")
        engine = await service.new_engine(engine)
        os.kill(engine, signal.SIGKILL)
        await ada.wait_for(lambda now: now["id"] == failed["id"] and "█" not in card_text(now), HANG_S)
    await camera.message(await showing(ada, failed, "Failed"), "failed")
    await finished(ben, await imagine(ben, "a balloon", steps=8))
    await camera.message(await ada.answer_to(await ada.invoke("imagine", {"prompt": "gore"})), "refused")
    covered = await finished(ada, await imagine(ada, "a jellyfish", spoiler=True))
    await camera.message(covered, "spoiler")


async def _moderation(camera: Camera, ada: Person, mo: Person, olive: Person) -> None:
    await olive.answer_to(await olive.invoke("config screening", {"mode": "hold"}))
    held = await imagine(ada, "a tarantula", seed=2)
    held = await showing(ada, held, "Waiting for a moderator")
    await camera.view_as(mo)
    await camera.message(held, "held")
    await mo.answer_to(await mo.press(held, "View"))
    await mo.press(held, "Approve")
    await finished(ada, held)
    await mo.answer_to(await mo.invoke("mod blocklist add", {"pattern": "kraken*"}))
    await camera.message(await mo.answer_to(await mo.invoke("mod log")), "mod-log")
    await camera.view_as(olive)
    await camera.message(await olive.answer_to(await olive.invoke("config show")), "config")


async def _session(camera: Camera, ada: Person, ben: Person, chiyo: Person) -> None:
    theme = "creatures of the deep"
    await ada.invoke("session start", {"theme": theme, "minutes": 30})
    thread = await ada.wait_for_thread(lambda found: found["name"] == theme)
    entries = {}
    for person, prompt in ((ada, "a jellyfish"), (ben, "a shark"), (chiyo, "a sea star"), (ben, "an octopus")):
        there = person.at(thread.channel_id)
        entries[prompt] = await imagine(there, prompt)
    for prompt, message in entries.items():
        await showing(thread, message, "Done")
        for voter in {"a shark": (ada, chiyo), "an octopus": (chiyo,), "a jellyfish": (ben,)}.get(prompt, ()):
            await voter.at(thread.channel_id).react(message, "👍")
    await asyncio.sleep(1)
    await thread.invoke("session end")
    results = await thread.wait_for(
        lambda now: any("Results" in str(embed.get("title")) for embed in now["embeds"]), HANG_S
    )
    await camera.view_as(ben, f"thread-{theme}")
    await camera.page("session")
    assert results["attachments"]
    await camera.message(results, "session-results")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
