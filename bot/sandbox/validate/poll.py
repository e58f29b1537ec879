"""The poll of a new message.

https://discord.com/developers/docs/resources/poll#poll-create-request-object
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.validate.select import check_emoji

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

MAX_HOURS = 768


@dataclass(frozen=True, slots=True)
class NewPoll:
    """A checked poll that lasts for `hours`; the answers are poll media objects."""

    question: str
    answers: list[Payload]
    hours: int
    multiselect: bool


def check_poll(form: Form, path: Path, value: object) -> NewPoll:
    """Return a checked poll: a question of 1 to 300 characters, 1 to 10 answers of 1 to 55. Errors go to `form`."""
    body = form.mapping(path, value)
    question = form.mapping((*path, "question"), body.get("question"))
    answers: list[Payload] = []
    for index, entry in enumerate(form.array((*path, "answers"), body.get("answers"), 10, 1)):
        place = (*path, "answers", index, "poll_media")
        media = form.mapping(place, form.mapping(place[:-1], entry).get("poll_media"))
        checked: Payload = {"text": form.text((*place, "text"), media.get("text", ""), 55, 1)}
        if media.get("emoji") is not None:
            checked["emoji"] = {"id": None} | check_emoji(form, (*place, "emoji"), media["emoji"])
        answers.append(checked)
    hours = 24 if body.get("duration") is None else body["duration"]
    if body.get("layout_type") is not None:
        form.choice((*path, "layout_type"), body["layout_type"], (1,))
    return NewPoll(
        form.text((*path, "question", "text"), question.get("text", ""), 300, 1),
        answers,
        form.integer((*path, "duration"), hours, 1, MAX_HOURS),
        bool(body.get("allow_multiselect")),
    )
