"""The unmodified bot in a sandbox, used by members at the page. All tests share one bot."""

import io
import os
import re
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from bot.sandbox.models.thread import PRIVATE_THREAD
from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, Service
from tests.e2e.steps import (
    LONG,
    announced,
    buttons,
    card_text,
    finished,
    imagine,
    number_of,
    pixels_of,
    png_of,
    private,
    showing,
    step_of,
    title,
)
from tests.sandbox.person import Person

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(2 * HANG_S)]


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_jobs_left(service: Service) -> AsyncIterator[None]:
    """A member who still has a job may be refused another, so each test ends when its jobs have."""
    yield
    await service.idle()


async def test_a_run_shows_previews_in_place_is_finished_early_and_has_a_time_lapse(
    service: Service, ada: Person, ben: Person
) -> None:
    pinged = len(await ada.pings())
    asked = await imagine(ada, "a lighthouse in a storm", steps=LONG)
    assert re.search("Queued|Starting|█", card_text(asked))
    forming = await ada.wait_for(
        lambda now: now["id"] == asked["id"] and "█" in card_text(now) and bool(now["attachments"]), HANG_S
    )
    preview = Image.open(io.BytesIO(await ada.read(forming["attachments"][0]["url"])))
    assert preview.format == "JPEG"
    assert buttons(forming) == {"Cancel", "Finish now"}
    assert "Only the person who asked" in await private(ben, await ben.press(forming, "Finish now"))
    await ada.press(forming, "Finish now")

    done = await finished(ada, asked)
    data, request = await png_of(ada, done)
    assert (request.prompt, request.width, request.height) == ("a lighthouse in a storm", 96, 64)
    assert request.steps == LONG
    assert 0 < len(request.span()) < LONG
    assert Image.open(io.BytesIO(data)).size == (96, 64)
    assert done["attachments"][0]["description"] == "a lighthouse in a storm"
    assert str(request.seed) in done["embeds"][0]["footer"]["text"]
    await announced(ada, asked)
    assert len(await ada.pings()) == pinged + 1

    timelapse = await ada.answer_to(await ada.press(done, "Time-lapse"))
    (attachment,) = timelapse["attachments"]
    data = await ada.read(attachment["url"])
    assert (attachment["filename"], data[4:8]) == (f"job-{number_of(done)}.mp4", b"ftyp")


async def test_a_reaction_and_a_button_rerun_for_the_member_who_uses_them_and_a_reaction_only_once(
    service: Service, ada: Person, ben: Person
) -> None:
    first = await finished(ada, await imagine(ada, "a red apple", steps=2, seed=5))
    _, request = await png_of(ada, first)
    await ben.react(first, "🔁")
    rerun = await ben.wait_for(
        lambda now: (
            f"for <@{ben.id}>" in card_text(now) and "a red apple" in card_text(now) and "Done" in card_text(now)
        ),
        HANG_S,
    )
    _, second = await png_of(ben, rerun)
    assert rerun["id"] != first["id"]
    assert second.seed != request.seed
    assert second.prompt == request.prompt
    await ben.unreact(first, "🔁")
    await ben.react(first, "🔁")
    await ben.wait_for(lambda now: "have already rerun this picture with a reaction" in now["content"])

    rerun = await ben.answer_to(await ben.press(first, "New seed"))
    assert f"from #{number_of(first)}, for <@{ben.id}>" in card_text(rerun)
    await finished(ben, rerun)


async def test_a_refusal_is_private_and_only_the_requester_and_moderators_can_cancel(
    service: Service, ada: Person, ben: Person, mo: Person
) -> None:
    running = await imagine(ada, "a very long job", steps=LONG)
    waiting = await imagine(ada, "a job that waits", steps=LONG)
    await showing(ada, running, "█")
    many = await ada.invoke("imagine", {"prompt": "one too many"})
    assert "unfinished pictures at a time" in await private(ada, many)
    assert not any("unfinished pictures at a time" in now["content"] for now in await ben.messages())
    assert "Only the person who asked" in await private(ben, await ben.press(running, "Cancel"))
    await mo.press(running, "Cancel")
    await showing(ada, running, "Cancelled")
    # The next job starts immediately, and its requester can cancel it.
    await showing(ada, waiting, "█")
    await ada.press(waiting, "Cancel")
    await showing(ada, waiting, "Cancelled")


async def test_in_a_private_thread_the_bot_says_that_it_is_not_in_it_until_somebody_mentions_it(
    service: Service, sandbox: Sandbox, ada: Person
) -> None:
    made = await ada.call("POST", f"/channels/{ada.channel_id}/threads", {"name": "between us", "type": PRIVATE_THREAD})
    there = ada.at(made["id"])
    assert "I am not in this private thread" in await private(there, await there.invoke("imagine", {"prompt": "a cat"}))
    await there.send_message(f"come in, <@{sandbox.guild_data.bot.id}>")
    await finished(there, await imagine(there, "a cat", steps=4))


async def test_flags_in_the_prompt_apply_unless_an_option_overrides_them_and_an_unknown_one_is_reported(
    service: Service, ada: Person, ben: Person
) -> None:
    asked = await imagine(ada, "castle::2 rock --seed 5 --ar 1:1 --no fog --steps 9", steps=2)
    assert "--" not in card_text(asked)
    _, request = await png_of(ada, await finished(ada, asked))
    assert (request.prompt, request.negative, request.seed, request.steps) == ("castle::2 rock", "fog", 5, 2)
    assert (request.width, request.height) == (72, 72)
    wrong = await ada.invoke("imagine", {"prompt": "a castle --sed 5"})
    assert "column 10: --sed is unknown; did you mean --seed?" in await private(ada, wrong)
    assert not any("--sed" in now["content"] for now in await ben.messages())


async def test_a_run_starts_from_an_uploaded_image(service: Service, ada: Person) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (192, 128), (200, 30, 30)).save(buffer, "JPEG")
    files = {"image": ("red.jpg", buffer.getvalue())}
    await ada.invoke("imagine", {"prompt": "a rose", "strength": 0.0}, files=files)
    asked = await ada.wait_for(lambda now: "a rose" in card_text(now), HANG_S)
    data, request = await png_of(ada, await finished(ada, asked))
    assert request.init is not None
    red, green, blue = Image.open(io.BytesIO(data)).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert (red > 150, green < 80, blue < 80) == (True, True, True)
    refused = await ada.invoke("imagine", {"prompt": "a rose"}, files={"image": ("notes.png", b"only text")})
    assert "this is a text, not a picture" in await private(ada, refused)


async def test_a_session_from_start_to_results(
    service: Service,
    ada: Person,
    ben: Person,
    chiyo: Person,
    dan: Person,
    eve: Person,
    mo: Person,
    olive: Person,
) -> None:
    log_start = len(service.log())
    channels = {channel["name"]: channel["id"] for channel in await olive.channels()}

    # The owner configures the server; members do not see the command.
    assert "config" not in await ada.commands()
    await private(olive, await olive.invoke("config gallery", {"channel": channels["gallery"], "stars": 2}))
    await private(olive, await olive.invoke("config log", {"channel": channels["mod-log"]}))
    assert "mod" not in await ada.commands()
    assert "to the blocklist" in await private(mo, await mo.invoke("mod blocklist add", {"pattern": "kraken*"}))

    # Ada starts a session; all members use its thread.
    await ada.invoke("session start", {"theme": "creatures of the deep", "minutes": 30, "per_person": 2})
    thread = await ada.wait_for_thread(lambda found: found["name"] == "creatures of the deep")
    there = {person.name: person.at(thread.channel_id) for person in (ada, ben, chiyo, dan, eve, mo)}
    await there["Ada"].wait_for(lambda now: "The theme is" in now["content"])

    # Ada submits two pictures at once; the first pictures of the others are rendered before her second.
    mine = [await imagine(there["Ada"], f"a jellyfish {number}", steps=steps) for number, steps in ((1, LONG), (2, 12))]
    theirs = {name: await imagine(there[name], f"a fish of {name}", steps=3) for name in ("Ben", "Chiyo", "Dan", "Eve")}
    refused = await there["Ada"].invoke("imagine", {"prompt": "a third"})
    assert "Each member can submit 2 pictures" in await private(there["Ada"], refused)
    assert "on the blocklist" in await private(
        there["Ben"], await there["Ben"].invoke("imagine", {"prompt": "Krakens!"})
    )
    several = await there["Chiyo"].invoke("imagine", {"prompt": "zwei", "count": 2})
    assert "Reiche in einer Session" in await private(there["Chiyo"], several)  # in German, Chiyo's language

    running = await showing(there["Ada"], mine[0], "█")
    await there["Ada"].press(running, "Finish now")
    await finished(there["Ada"], mine[1])
    for name, message in theirs.items():
        await finished(there["Ada"], message)
        assert service.turn(message) < service.turn(mine[1]), f"{name} waited for Ada's second picture"

    # Mo cancels a waiting job and bans Eve; both are posted in the moderation log.
    waiting = await imagine(there["Dan"], "a very slow whale", steps=LONG)
    await there["Mo"].press(waiting, "Cancel")
    await there["Dan"].wait_for(lambda found: found["id"] == waiting["id"] and "Cancelled" in card_text(found), HANG_S)
    await private(mo, await mo.invoke("mod ban", {"member": eve.id, "duration": "2h", "reason": "enough for tonight"}))
    banned = await there["Eve"].invoke("imagine", {"prompt": "one more"})
    assert "enough for tonight" in await private(there["Eve"], banned)
    log = mo.at(channels["mod-log"])
    for words in ("added a pattern to the blocklist", "cancelled a job", f"banned <@{eve.id}>"):
        await log.wait_for(lambda found, words=words: words in found["content"])  # type: ignore[misc]

    # Members vote; a vote for one's own picture does not count. Two stars copy a picture to the gallery, once.
    for voter in ("Ada", "Chiyo", "Dan"):
        await there[voter].react(theirs["Ben"], "👍")
    await there["Ben"].react(theirs["Chiyo"], "👍")
    await there["Dan"].react(theirs["Dan"], "👍")
    for fan in ("Ada", "Dan", "Eve"):
        await there[fan].react(theirs["Ben"], "⭐")
    gallery = ada.at(channels["gallery"])
    copy = await gallery.wait_for(lambda found: "a fish of Ben" in card_text(found))
    assert copy["attachments"][0]["filename"].endswith(".png")

    # Only its starter or a moderator can end the session. The results show the ranking and the winning prompt.
    assert "Only the person" in await private(there["Ben"], await there["Ben"].invoke("session end"))
    await there["Ada"].invoke("session end")
    results = await there["Ben"].wait_for(lambda found: "Results" in title(found), HANG_S)
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
    assert len([m for m in await gallery.messages() if "a fish of Ben" in card_text(m)]) == 1
    assert "Traceback" not in service.log()[log_start:]


@pytest.mark.torture
async def test_a_run_continues_after_a_kill_and_a_clean_stop_is_shown_once_and_gives_the_same_pixels(
    service: Service, ada: Person
) -> None:
    pinged = len(await ada.pings())
    asked = await imagine(ada, "a phoenix", steps=LONG, seed=11)
    before = await showing(ada, asked, "█")
    await service.stop(signal.SIGKILL)
    await service.start()
    before = await showing(ada, asked, "█", but=card_text(before))
    log_start = len(service.log())
    assert await service.stop() == 0
    (steps,) = re.findall(r"suspended after (\d+)", service.log()[log_start:])
    assert "Traceback" not in service.log()[log_start:]
    await service.start()
    # --stop below needs at least one percent, which is three steps.
    least = max(int(steps), 3)
    running = await ada.wait_for(lambda now: now["id"] == asked["id"] and step_of(now) > least, HANG_S)
    await ada.press(running, "Finish now")
    resumed, request = await png_of(ada, await finished(ada, asked))
    assert request.seed == 11
    assert int(steps) < len(request.span()) < LONG
    await announced(ada, asked)

    prompt = f"a phoenix --stop {100 * len(request.span()) / LONG:g}%"
    once_more = await finished(ada, await imagine(ada, prompt, steps=LONG, seed=11))
    straight, _ = await png_of(ada, once_more)
    assert pixels_of(resumed) == pixels_of(straight)
    # A second announcement of the first job would have come before that of the later job.
    await announced(ada, once_more)
    cards = [message["id"] for message in await ada.messages() if "a phoenix" in card_text(message)]
    assert cards == [asked["id"], once_more["id"]]
    assert len(await ada.pings()) == pinged + 2


@pytest.mark.torture
async def test_an_engine_crash_costs_one_attempt_and_a_job_that_crashes_twice_fails_without_blocking_the_queue(
    service: Service, ada: Person, ben: Person
) -> None:
    asked = await imagine(ada, "an unlucky job", steps=LONG)
    before = await showing(ada, asked, "█")
    (engine,) = service.children()
    os.kill(engine, signal.SIGKILL)
    engine = await service.new_engine(engine)
    await showing(ada, asked, "█", but=card_text(before))
    os.kill(engine, signal.SIGKILL)
    failed = await showing(ada, asked, "Failed")
    assert "crashed twice" in card_text(failed)
    await finished(ben, await imagine(ben, "a lucky job", steps=2))
