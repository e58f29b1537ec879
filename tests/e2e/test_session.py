"""An evening in a server: five members, a moderator and the owner, one session, over the wire."""

import asyncio
import io
from typing import Any

from PIL import Image

from tests.e2e.service import Service
from tests.e2e.test_story import RENDER_S, finished, png_of, showing, shown
from tests.sandbox.person import Message, Person


async def private(person: Person, interaction: str) -> str:
    """What only this person reads in answer."""
    message = await person.answer_to(interaction)
    assert message["flags"] & 64, f"everybody reads {message['content']!r}"
    return str(message["content"])


async def submit(person: Person, prompt: str, **options: object) -> Message:
    """Submits to the session in whose thread the person is; returns the message."""
    await person.invoke("imagine", {"prompt": prompt, **options})
    return await person.wait_for(lambda now: prompt in shown(now))


async def test_an_evening_with_a_session(
    service: Service,
    ada: Person,
    ben: Person,
    chiyo: Person,
    dan: Person,
    eve: Person,
    mo: Person,
    olive: Person,
) -> None:
    channels = {channel["name"]: channel["id"] for channel in await olive.channels()}

    # The owner arranges the server; a member may not, and does not even see how.
    assert "config" not in await ada.commands()
    await private(olive, await olive.invoke("config gallery", {"channel": channels["gallery"], "stars": 2}))
    await private(olive, await olive.invoke("config log", {"channel": channels["mod-log"]}))
    assert "mod" not in await ada.commands()
    assert "blocked" in await private(mo, await mo.invoke("mod blocklist add", {"pattern": "kraken*"}))

    # Ada starts a session; everybody goes into its thread.
    await ada.invoke("session start", {"theme": "creatures of the deep", "minutes": 30, "per_person": 2})
    thread = await ada.wait_for_thread(lambda found: found["name"] == "creatures of the deep")
    there = {person.name: person.at(thread.channel_id) for person in (ada, ben, chiyo, dan, eve, mo)}
    await there["Ada"].wait_for(lambda now: "The theme is" in now["content"])

    # Ada is quick, and asks for two at once; the others' first pictures still come before her second.
    mine = [await submit(there["Ada"], f"a jellyfish {number}", steps=steps) for number, steps in ((1, 250), (2, 30))]
    theirs = {name: await submit(there[name], f"a fish of {name}", steps=3) for name in ("Ben", "Chiyo", "Dan", "Eve")}
    refused = await there["Ada"].invoke("imagine", {"prompt": "a third"})
    assert "Each person may submit 2 pictures" in await private(there["Ada"], refused)
    assert "does not allow" in await private(there["Ben"], await there["Ben"].invoke("imagine", {"prompt": "Krakens!"}))
    several = await there["Chiyo"].invoke("imagine", {"prompt": "zwei", "count": 2})
    assert "Frag in einer Session" in await private(there["Chiyo"], several)  # in German, as her Discord speaks

    running = await showing(there["Ada"], mine[0], "█")
    await there["Ada"].press(running, "Finish now")
    await finished(there["Ada"], mine[1])
    now = {message["id"]: message for message in await there["Ada"].messages()}
    for name, message in theirs.items():
        assert "Done" in shown(now[message["id"]]), f"{name} waited for Ada's second picture"

    # Mo removes one that waits, and bans Eve for a while; both are written down where moderators read.
    waiting = await submit(there["Dan"], "a very slow whale", steps=250)
    await there["Mo"].press(waiting, "Cancel")
    await there["Dan"].wait_for(lambda found: found["id"] == waiting["id"] and "Cancelled" in shown(found), RENDER_S)
    await private(mo, await mo.invoke("mod ban", {"member": eve.id, "duration": "2h", "reason": "enough for tonight"}))
    banned = await there["Eve"].invoke("imagine", {"prompt": "one more"})
    assert "enough for tonight" in await private(there["Eve"], banned)
    log = mo.at(channels["mod-log"])
    for words in ("blocked a pattern", "cancelled a job", f"banned <@{eve.id}>"):
        await log.wait_for(lambda found, words=words: words in found["content"])  # type: ignore[misc]

    # They vote; one's own vote does not count. Two stars bring a picture into the gallery, once.
    for voter in ("Ada", "Chiyo", "Dan"):
        await there[voter].react(theirs["Ben"], "👍")
    await there["Ben"].react(theirs["Chiyo"], "👍")
    await there["Dan"].react(theirs["Dan"], "👍")
    for fan in ("Ada", "Dan", "Eve"):
        await there[fan].react(theirs["Ben"], "⭐")
    gallery = ada.at(channels["gallery"])
    copy = await gallery.wait_for(lambda found: "a fish of Ben" in shown(found))
    assert copy["attachments"][0]["filename"].endswith(".png")

    # Only who started it, or a moderator, ends it. The results name the winners and how to make theirs again.
    assert "Only the person" in await private(there["Ben"], await there["Ben"].invoke("session end"))
    await there["Ada"].invoke("session end")
    results = await there["Ben"].wait_for(lambda found: "Results" in title(found), RENDER_S)
    ranking = results["embeds"][0]["description"].splitlines()
    assert f"🥇 👍 3 · <@{ben.id}>" in ranking[0]
    assert f"🥈 👍 1 · <@{chiyo.id}>" in ranking[1]
    assert all("👍 0" in line for line in ranking[2:])
    assert len(ranking) == 6
    _, request = await png_of(ben, next(m for m in await there["Ben"].messages() if m["id"] == theirs["Ben"]["id"]))
    assert f"--seed {request.seed}" in results["embeds"][0]["fields"][0]["value"]
    sheet = Image.open(io.BytesIO(await ben.read(results["attachments"][0]["url"])))
    assert sheet.format == "PNG"
    await ada.wait_for(lambda found: "has ended" in found["content"])
    late = await there["Ben"].invoke("imagine", {"prompt": "too late"})
    assert "has ended" in await private(there["Ben"], late)
    await asyncio.sleep(1)
    assert len([m for m in await gallery.messages() if "a fish of Ben" in shown(m)]) == 1
    assert "Traceback" not in service.log()


def title(message: Message) -> str:
    """Of a message's first embed."""
    embeds: list[dict[str, Any]] = message["embeds"]
    return str(embeds[0].get("title", "")) if embeds else ""
