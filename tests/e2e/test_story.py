"""The unmodified bot over the wire: what people do, and what they see."""

import asyncio
import io
import os
import signal
import time

from PIL import Image

from guidance.picture import request_of
from guidance.request import Request
from tests.e2e.service import Service
from tests.sandbox.person import Message, Person

RENDER_S = 120.0


def shown(message: Message) -> str:
    """What the message's card says."""
    return "\n".join(embed.get("description", "") for embed in message["embeds"])


def buttons(message: Message) -> dict[str, str]:
    """Labels of the message's buttons, with their custom_ids."""
    return {button["label"]: button["custom_id"] for row in message["components"] for button in row["components"]}


async def imagine(person: Person, prompt: str, **options: object) -> Message:
    """Uses /imagine, and returns the message that answers."""
    await person.invoke("imagine", {"prompt": prompt, **options})
    return await person.wait_for(lambda message: prompt in shown(message))


async def showing(person: Person, message: Message, words: str) -> Message:
    """Waits until a message's card says these words."""
    return await person.wait_for(lambda now: now["id"] == message["id"] and words in shown(now), RENDER_S)


async def finished(person: Person, message: Message) -> Message:
    """Waits until the job of a message is done."""
    return await showing(person, message, "Done")


async def png_of(person: Person, message: Message) -> tuple[bytes, Request]:
    """The picture of a finished message, and the request in it."""
    (attachment,) = message["attachments"]
    data = await person.read(attachment["url"])
    return data, request_of(data)


async def test_a_picture_forms_in_place_and_a_reaction_brings_another(
    service: Service, ada: Person, ben: Person
) -> None:
    asked = await imagine(ada, "a lighthouse in a storm", steps=40)
    assert "Queued" in shown(asked) or "Starting" in shown(asked)
    forming = await ada.wait_for(
        lambda now: now["id"] == asked["id"] and "█" in shown(now) and bool(now["attachments"]), RENDER_S
    )
    preview = Image.open(io.BytesIO(await ada.read(forming["attachments"][0]["url"])))
    assert preview.format == "JPEG"
    assert "Cancel" in buttons(forming)

    done = await finished(ada, asked)
    data, request = await png_of(ada, done)
    assert (request.prompt, request.width, request.height, request.steps) == ("a lighthouse in a storm", 96, 64, 40)
    assert Image.open(io.BytesIO(data)).size == (96, 64)
    assert done["attachments"][0]["description"] == "a lighthouse in a storm"
    assert str(request.seed) in done["embeds"][0]["footer"]["text"]
    await ada.wait_for(lambda now: "your picture is ready" in now["content"])
    assert len(await ada.pings()) == 1

    await ben.react(done, "🔁")
    again = await ben.wait_for(lambda now: f"<@{ben.id}>" in shown(now) and "Done" in shown(now), RENDER_S)
    _, second = await png_of(ben, again)
    assert again["id"] != done["id"]
    assert second.seed != request.seed
    assert second.prompt == request.prompt

    await ben.unreact(done, "🔁")
    await ben.react(done, "🔁")
    await ben.wait_for(lambda now: "have rerun this picture by reaction before" in now["content"])


async def test_the_button_reruns_for_whoever_presses_it_and_refusals_are_private(
    service: Service, ada: Person, ben: Person
) -> None:
    first = await finished(ada, await imagine(ada, "a red apple", steps=2, seed=5))
    await ben.click(first, buttons(first)["New seed"])
    rerun = await ben.wait_for(lambda now: f"for <@{ben.id}>" in shown(now))
    assert "from #1" in shown(rerun)
    await finished(ben, rerun)

    slow = [await imagine(ada, f"number {number}", steps=250) for number in range(2)]
    await ada.invoke("imagine", {"prompt": "one too many"})
    await ada.wait_for(lambda now: "as many as one person may have" in now["content"])
    assert not any("as many as one person may have" in now["content"] for now in await ben.messages())
    for message in slow:
        await ada.click(message, buttons(message)["Cancel"])
    for message in slow:
        await showing(ada, message, "Cancelled")


async def test_flags_in_the_prompt_count_unless_an_option_beats_them_and_a_wrong_one_is_pointed_at(
    service: Service, ada: Person, ben: Person
) -> None:
    await ada.invoke("imagine", {"prompt": "castle::2 rock --seed 5 --ar 1:1 --no fog --steps 9", "steps": 2})
    asked = await ada.wait_for(lambda now: "castle::2 rock" in shown(now))
    assert "--" not in shown(asked)
    _, request = await png_of(ada, await finished(ada, asked))
    assert (request.prompt, request.negative, request.seed, request.steps) == ("castle::2 rock", "fog", 5, 2)
    assert (request.width, request.height) == (72, 72)
    await ada.invoke("imagine", {"prompt": "a castle --sed 5"})
    await ada.wait_for(lambda now: "column 10: --sed is unknown; did you mean --seed?" in now["content"])
    assert not any("--sed" in now["content"] for now in await ben.messages())


async def test_only_the_requester_and_moderators_can_cancel(
    service: Service, ada: Person, ben: Person, mo: Person
) -> None:
    running = await imagine(ada, "a very long job", steps=250)
    waiting = await imagine(ada, "a job that waits", steps=250)
    await showing(ada, running, "█")
    await ben.click(running, buttons(running)["Cancel"])
    await ben.wait_for(lambda now: "Only the person who asked" in now["content"])
    await mo.click(running, buttons(running)["Cancel"])
    await showing(ada, running, "Cancelled")
    # The engine is free at once: the next job runs, and is its own requester's to cancel.
    await showing(ada, waiting, "█")
    await ada.click(waiting, buttons(waiting)["Cancel"])
    await showing(ada, waiting, "Cancelled")


async def test_a_bot_that_is_killed_while_it_renders_finishes_the_job_once_after_its_next_start(
    service: Service, ada: Person
) -> None:
    asked = await imagine(ada, "a phoenix", steps=60, seed=11)
    await showing(ada, asked, "█")
    await service.stop(signal.SIGKILL)
    await service.start()
    done = await finished(ada, asked)
    _, request = await png_of(ada, done)
    assert request.seed == 11
    await ada.wait_for(lambda now: "your picture is ready" in now["content"])
    await asyncio.sleep(2)  # in which whatever would come twice would come
    cards = [message for message in await ada.messages() if "a phoenix" in shown(message)]
    assert [card["id"] for card in cards] == [asked["id"]]
    assert len(await ada.pings()) == 1


async def test_an_engine_that_dies_costs_one_attempt_and_a_poison_job_does_not_block_the_queue(
    service: Service, ada: Person, ben: Person
) -> None:
    asked = await imagine(ada, "an unlucky job", steps=250)
    for _ in range(2):
        await showing(ada, asked, "█")
        (engine,) = service.children()
        os.kill(engine, signal.SIGKILL)
        await ada.wait_for(lambda now: now["id"] == asked["id"] and "█" not in shown(now))
    failed = await showing(ada, asked, "Failed")
    assert "crashed twice" in shown(failed)
    await finished(ben, await imagine(ben, "a lucky job", steps=2))


async def test_sigterm_ends_it_cleanly_and_the_picture_goes_on_after_the_next_start_to_the_same_bytes(
    service: Service, ada: Person
) -> None:
    asked = await imagine(ada, "interrupted", steps=80, seed=3)
    await showing(ada, asked, "█")
    began = time.monotonic()
    assert await service.stop() == 0
    assert time.monotonic() - began < 10
    assert "put aside after" in service.log()
    assert "Traceback" not in service.log()
    await service.start()
    resumed, _ = await png_of(ada, await finished(ada, asked))
    await ada.invoke("imagine", {"prompt": "interrupted", "steps": 80, "seed": 3})
    again = await ada.wait_for(
        lambda now: now["id"] != asked["id"] and "interrupted" in shown(now) and "Done" in shown(now), RENDER_S
    )
    straight, _ = await png_of(ada, again)
    assert resumed == straight


async def test_a_run_that_is_finished_early_keeps_what_it_has_and_a_film_shows_how_it_came(
    service: Service, ada: Person, ben: Person
) -> None:
    asked = await imagine(ada, "a slow phoenix", steps=250)
    running = await showing(ada, asked, "█")
    await ben.press(running, "Finish now")
    await ben.wait_for(lambda now: "Only the person who asked" in now["content"])
    await ada.press(running, "Finish now")
    done = await finished(ada, asked)
    _, request = await png_of(ada, done)
    assert request.steps == 250
    assert 0 < len(request.span()) < 250
    film = await ada.answer_to(await ada.press(done, "Time-lapse"))
    (attachment,) = film["attachments"]
    data = await ada.read(attachment["url"])
    assert (attachment["filename"], data[4:8]) == ("job-1.mp4", b"ftyp")


async def test_an_image_that_somebody_brings_is_where_the_run_begins(service: Service, ada: Person) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (192, 128), (200, 30, 30)).save(buffer, "JPEG")
    await ada.invoke("imagine", {"prompt": "a rose", "strength": 0.0}, files={"image": ("red.jpg", buffer.getvalue())})
    asked = await ada.wait_for(lambda now: "a rose" in shown(now))
    data, request = await png_of(ada, await finished(ada, asked))
    assert request.init is not None
    red, green, blue = Image.open(io.BytesIO(data)).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert (red > 150, green < 80, blue < 80) == (True, True, True)
    refused = await ada.invoke("imagine", {"prompt": "a rose"}, files={"image": ("notes.png", b"only text")})
    assert "not a PNG, JPEG or WebP" in (await ada.answer_to(refused))["content"]
