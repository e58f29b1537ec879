"""Steps of the end-to-end tests: submit jobs, wait for messages, and read pictures."""

import io
import re

from PIL import Image

from guidance.io.picture import request_of
from guidance.request.request import Request
from tests.e2e.service import HANG_S
from tests.sandbox.person import Message, Person

LONG = 250
"""Optimisation steps of a run that a test stops before its end."""


def card_text(message: Message) -> str:
    """The descriptions of the message's embeds."""
    return "\n".join(embed.get("description", "") for embed in message["embeds"])


def title(message: Message) -> str:
    """The title of the message's first embed, or an empty string."""
    return next((str(embed.get("title", "")) for embed in message["embeds"]), "")


def buttons(message: Message) -> set[str]:
    """The labels of the message's buttons."""
    return {button["label"] for row in message["components"] for button in row["components"]}


def step_of(message: Message) -> int:
    """The step that the message shows for a run of `LONG` steps; 0 if it shows none."""
    found = re.search(rf"(\d+)/{LONG}", card_text(message))
    return int(found[1]) if found else 0


def number_of(message: Message) -> str:
    """The number of the job that a message shows."""
    footer: str = message["embeds"][0]["footer"]["text"]
    return footer.partition(" ")[0].removeprefix("#")


async def imagine(person: Person, prompt: str, **options: object) -> Message:
    """Uses /imagine and returns the response, which shows the job."""
    message = await person.answer_to(await person.invoke("imagine", {"prompt": prompt, **options}))
    assert not message["flags"] & 64, f"refused: {message['content']!r}"
    return message


async def showing(person: Person, message: Message, words: str, *, but: str = "") -> Message:
    """Waits until a message's embeds contain `words` and differ from `but`."""
    return await person.wait_for(
        lambda now: now["id"] == message["id"] and words in card_text(now) and card_text(now) != but, HANG_S
    )


async def finished(person: Person, message: Message) -> Message:
    """Waits until the job of a message is done."""
    return await showing(person, message, "Done")


async def announced(person: Person, message: Message) -> None:
    """Waits for the reply that the picture of a message is ready."""
    await person.wait_for(
        lambda now: (
            "your picture is ready" in now["content"] and now["message_reference"]["message_id"] == message["id"]
        ),
        HANG_S,
    )


async def private(person: Person, interaction: str) -> str:
    """The content of the response, which must be ephemeral."""
    message = await person.answer_to(interaction)
    assert message["flags"] & 64, f"not ephemeral: {message['content']!r}"
    return str(message["content"])


def pixels_of(data: bytes) -> bytes:
    """The pixels of an image file, without its metadata."""
    with Image.open(io.BytesIO(data)) as image:
        return image.tobytes()


async def png_of(person: Person, message: Message) -> tuple[bytes, Request]:
    """The picture of a finished job's message, and the request in its metadata."""
    (attachment,) = message["attachments"]
    data = await person.read(attachment["url"])
    return data, request_of(data)
