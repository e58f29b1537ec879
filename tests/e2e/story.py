"""What stories are told with: people ask, wait for what is shown, and look at pictures."""

import re

from guidance.io.picture import request_of
from guidance.request.request import Request
from tests.e2e.service import HANG_S
from tests.sandbox.person import Message, Person

LONG = 250
"""Steps of a run that is not over before it is stopped."""


def card_text(message: Message) -> str:
    """What the message's card says."""
    return "\n".join(embed.get("description", "") for embed in message["embeds"])


def title(message: Message) -> str:
    """Of a message's first card."""
    return next((str(embed.get("title", "")) for embed in message["embeds"]), "")


def buttons(message: Message) -> set[str]:
    """Labels of the message's buttons."""
    return {button["label"] for row in message["components"] for button in row["components"]}


def step_of(message: Message) -> int:
    """How far the message's card says that the run is; 0 if it says nothing."""
    found = re.search(rf"(\d+)/{LONG}", card_text(message))
    return int(found[1]) if found else 0


def number_of(message: Message) -> str:
    """The number of the job that a message shows."""
    footer: str = message["embeds"][0]["footer"]["text"]
    return footer.partition(" ")[0].removeprefix("#")


async def imagine(person: Person, prompt: str, **options: object) -> Message:
    """Uses /imagine, and returns the message that answers."""
    return await person.answer_to(await person.invoke("imagine", {"prompt": prompt, **options}))


async def showing(person: Person, message: Message, words: str, *, but: str = "") -> Message:
    """Waits until a message's card says these words, and says something else than before."""
    return await person.wait_for(
        lambda now: now["id"] == message["id"] and words in card_text(now) and card_text(now) != but, HANG_S
    )


async def finished(person: Person, message: Message) -> Message:
    """Waits until the job of a message is done."""
    return await showing(person, message, "Done")


async def announced(person: Person, message: Message) -> None:
    """Waits until the requester is told that a message's picture is ready."""
    await person.wait_for(
        lambda now: (
            "your picture is ready" in now["content"] and now["message_reference"]["message_id"] == message["id"]
        ),
        HANG_S,
    )


async def private(person: Person, interaction: str) -> str:
    """What only this person reads in answer."""
    message = await person.answer_to(interaction)
    assert message["flags"] & 64, f"everybody reads {message['content']!r}"
    return str(message["content"])


async def png_of(person: Person, message: Message) -> tuple[bytes, Request]:
    """The picture of a finished message, and the request in it."""
    (attachment,) = message["attachments"]
    data = await person.read(attachment["url"])
    return data, request_of(data)
