"""The bodies with which threads are begun and changed.

https://discord.com/developers/docs/resources/channel#start-thread-from-message
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.changing import Change
from bot.sandbox.starting import DEFAULT_MINUTES, PRIVATE_THREAD, PUBLIC_THREAD, Beginning
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload

MINUTES = (60, 1440, 4320, 10080)
LONGEST_SLOW_MODE_S = 21600


def check_beginning(body: Payload, *, with_message: bool) -> Beginning:
    """Return what a thread is to be.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule.
    """
    form = Form()
    name = _name(form, body.get("name", ""))
    minutes = body.get("auto_archive_duration")
    if minutes is not None:
        form.choice(("auto_archive_duration",), minutes, MINUTES)
    # without a message, Discord takes a thread for a private one unless the request says otherwise
    kind = PUBLIC_THREAD if with_message else body.get("type", PRIVATE_THREAD)
    form.choice(("type",), kind, (PUBLIC_THREAD, PRIVATE_THREAD))
    if kind == PRIVATE_THREAD:
        form.error(("type",), "SANDBOX_UNSUPPORTED", "The sandbox does not know private threads")
    slow = _slow_mode(form, body)
    form.finish()
    return Beginning(name, DEFAULT_MINUTES if minutes is None else minutes, slow or 0)


def check_change(body: Payload) -> Change:
    """Return what is to be different about a thread.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule.
    """
    form = Form()
    flags: dict[str, bool | None] = {}
    for key in ("archived", "locked"):
        flags[key] = body.get(key)
        if flags[key] is not None and not isinstance(flags[key], bool):
            form.error((key,), "BOOLEAN_TYPE_CONVERT", f'Value "{body[key]}" is not boolean.')
    minutes = body.get("auto_archive_duration")
    if minutes is not None:
        form.choice(("auto_archive_duration",), minutes, MINUTES)
    name = _name(form, body["name"]) if body.get("name") is not None else None
    slow = _slow_mode(form, body)
    form.finish()
    return Change(name, flags["archived"], flags["locked"], minutes, slow)


def _name(form: Form, value: object) -> str:
    return form.text(("name",), value.strip() if isinstance(value, str) else value, 100, 1)


def _slow_mode(form: Form, body: Payload) -> int | None:
    value = body.get("rate_limit_per_user")
    return None if value is None else form.integer(("rate_limit_per_user",), value, 0, LONGEST_SLOW_MODE_S)
