"""The request bodies that start and change threads.

https://discord.com/developers/docs/resources/channel#start-thread-from-message
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.thread import ANNOUNCEMENT_THREAD, PRIVATE_THREAD, PUBLIC_THREAD
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload

# Discord's default: three days
DEFAULT_MINUTES = 4320


@dataclass(frozen=True, slots=True)
class NewThread:
    """A checked request to start a thread."""

    name: str
    auto_archive_minutes: int = DEFAULT_MINUTES
    slow_mode_s: int = 0
    kind: int = PUBLIC_THREAD
    invitable: bool = True
    tags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadUpdate:
    """A checked request to change a thread. Fields that do not change are None."""

    name: str | None = None
    archived: bool | None = None
    locked: bool | None = None
    auto_archive_minutes: int | None = None
    slow_mode_s: int | None = None
    tags: list[int] | None = None
    pinned: bool | None = None
    invitable: bool | None = None


MINUTES = (60, 1440, 4320, 10080)
MAX_SLOW_MODE_S = 21600
MAX_POST_TAGS = 5
PINNED = 1 << 1


def check_new_thread(body: Payload, *, with_message: bool) -> NewThread:
    """Check a request to start a thread, from a message or without one.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule.
    """
    form = Form()
    name = _name(form, body.get("name", ""))
    minutes = body.get("auto_archive_duration")
    if minutes is not None:
        form.choice(("auto_archive_duration",), minutes, MINUTES)
    # without a message, threads are private by default
    kind = PUBLIC_THREAD if with_message else body.get("type", PRIVATE_THREAD)
    form.choice(("type",), kind, (ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD))
    slow = _slow_mode(form, body)
    tags = () if body.get("applied_tags") is None else tuple(check_tags_of_post(form, body["applied_tags"]))
    form.finish()
    invitable = body.get("invitable") is not False
    return NewThread(name, DEFAULT_MINUTES if minutes is None else minutes, slow or 0, kind, invitable, tags)


def check_thread_update(body: Payload) -> ThreadUpdate:
    """Check a request to change a thread.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule.
    """
    form = Form()
    flags: dict[str, bool | None] = {}
    for key in ("archived", "locked", "invitable"):
        flags[key] = body.get(key)
        if flags[key] is not None and not isinstance(flags[key], bool):
            form.error((key,), "BOOLEAN_TYPE_CONVERT", f'Value "{body[key]}" is not boolean.')
    minutes = body.get("auto_archive_duration")
    if minutes is not None:
        form.choice(("auto_archive_duration",), minutes, MINUTES)
    name = _name(form, body["name"]) if body.get("name") is not None else None
    slow = _slow_mode(form, body)
    tags = None if body.get("applied_tags") is None else check_tags_of_post(form, body["applied_tags"])
    pinned = body.get("flags")
    if pinned is not None:
        pinned = bool(form.integer(("flags",), pinned, 0, 2**31 - 1) & PINNED)
    form.finish()
    return ThreadUpdate(name, flags["archived"], flags["locked"], minutes, slow, tags, pinned, flags["invitable"])


def check_tags_of_post(form: Form, value: object) -> list[int]:
    """Return the ids of the tags that a post gets."""
    listed = form.array(("applied_tags",), value, MAX_POST_TAGS)
    return [snowflake(entry) or 0 for entry in listed]


def _name(form: Form, value: object) -> str:
    return form.text(("name",), value.strip() if isinstance(value, str) else value, 100, 1)


def _slow_mode(form: Form, body: Payload) -> int | None:
    value = body.get("rate_limit_per_user")
    return None if value is None else form.integer(("rate_limit_per_user",), value, 0, MAX_SLOW_MODE_S)
