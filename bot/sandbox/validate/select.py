"""Selects of messages and modals: options, defaults, and how many values can be chosen.

https://discord.com/developers/docs/components/reference#string-select
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.emoji import is_emoji
from bot.sandbox.models.payload import snowflake
from bot.sandbox.validate.limits import check_channel_types

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 3, 5, 6, 7, 8
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
# the types of default values
_DEFAULT_TYPES = {
    USER_SELECT: ("user",),
    ROLE_SELECT: ("role",),
    MENTIONABLE_SELECT: ("user", "role"),
    CHANNEL_SELECT: ("channel",),
}


def check_select(form: Form, path: Path, select: Payload) -> Payload:
    """Return the checked bounds, options and defaults of a select."""
    checked: Payload = {}
    for key, least in (("min_values", 0), ("max_values", 1)):
        checked[key] = form.integer((*path, key), 1 if select.get(key) is None else select[key], least, 25)
    if checked["min_values"] > checked["max_values"]:
        words = f"int value should be less than or equal to {checked['max_values']}."
        form.error((*path, "min_values"), "NUMBER_TYPE_MAX", words)
    if select.get("type") == STRING_SELECT:
        # if max_values exceeds the number of options, Discord reports the options
        listed = form.array((*path, "options"), select.get("options"), 25, max(1, checked["max_values"]))
        checked["options"] = [
            check_option(form, (*path, "options", index), entry) for index, entry in enumerate(listed)
        ]
        _check_string_options(form, path, checked)
        return checked
    if select.get("type") == CHANNEL_SELECT and select.get("channel_types") is not None:
        checked["channel_types"] = check_channel_types(form, (*path, "channel_types"), select["channel_types"])
    if select.get("default_values"):
        checked["default_values"] = _defaults(form, (*path, "default_values"), select, checked)
    return checked


def _check_string_options(form: Form, path: Path, checked: Payload) -> None:
    values = [option["value"] for option in checked["options"]]
    for index, value in enumerate(values):
        if value in values[:index]:
            duplicate = "The specified option value is already used"
            form.error((*path, "options", index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", duplicate)
    if sum(bool(option.get("default")) for option in checked["options"]) > checked["max_values"]:
        # Discord is known to refuse this; the code is a guess
        words = "The number of default options is greater than max_values"
        form.error((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", words)


def _defaults(form: Form, path: Path, select: Payload, checked: Payload) -> list[Payload]:
    """Return checked default values: `min_values` to `max_values`, each of a type that fits the select."""
    found = []
    listed = form.array(path, select["default_values"], checked["max_values"], checked["min_values"])
    for index, entry in enumerate(listed):
        default = form.mapping((*path, index), entry)
        form.choice((*path, index, "type"), default.get("type"), _DEFAULT_TYPES.get(int(str(select["type"])), ()))
        if snowflake(default.get("id")) is None:
            form.error((*path, index, "id"), "NUMBER_TYPE_COERCE", f'Value "{default.get("id")}" is not snowflake.')
        found.append({"id": str(default.get("id")), "type": default.get("type")})
    return found


def check_option(form: Form, path: Path, value: object) -> Payload:
    """Return a checked option of a string select."""
    option = form.mapping(path, value)
    checked: Payload = {key: form.text((*path, key), option.get(key, ""), 100, 1) for key in ("label", "value")}
    if option.get("description") is not None:
        checked["description"] = form.text((*path, "description"), option["description"], 100)
    if option.get("emoji") is not None:
        checked["emoji"] = check_emoji(form, (*path, "emoji"), option["emoji"])
    if option.get("default"):
        checked["default"] = True
    return checked


def check_emoji(form: Form, path: Path, value: object) -> Payload:
    """Return a component's checked emoji: a Unicode emoji, because the guild has no custom ones."""
    emoji = form.mapping(path, value)
    if emoji.get("id") is not None or not is_emoji(str(emoji.get("name"))):
        form.error((*path, "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")
    return {"name": str(emoji.get("name"))}
