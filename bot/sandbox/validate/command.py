"""Application commands as a bot registers them.

https://discord.com/developers/docs/interactions/application-commands#application-command-object
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.payload import snowflake

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.validate.form import Form, Path

# Discord's pattern is ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$, in lower case where that exists
_NAME = re.compile(r"[-_'\w]{1,32}")
CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, NUMBER = 1, 2, 3, 4, 5, 10
CHOOSABLE = (STRING, INTEGER, NUMBER)
OPTION_TYPES = tuple(range(1, 12))
_COPIED = ("name_localizations", "description_localizations")


def check_command(form: Form, path: Path, value: object) -> Payload:
    """Return a command as it will be kept, noting every broken rule."""
    body = form.mapping(path, value)
    kind = body.get("type", CHAT_INPUT)
    form.choice((*path, "type"), kind, (CHAT_INPUT, USER, MESSAGE))
    kept: Payload = {"type": kind, "nsfw": bool(body.get("nsfw", False))}
    if kind == CHAT_INPUT:
        kept["name"] = _name(form, (*path, "name"), body.get("name", ""))
        kept["description"] = form.text((*path, "description"), body.get("description", ""), 100, 1)
        kept["options"] = _options(form, (*path, "options"), body.get("options") or [], depth=0)
    else:
        kept["name"] = form.text((*path, "name"), body.get("name", ""), 32, 1)
        kept["description"] = ""
        if body.get("description"):
            words = "Context menu commands cannot have description"
            form.error((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_CANNOT_BE_SET", words)
    permissions = body.get("default_member_permissions")
    if permissions is not None and snowflake(permissions) is None:
        form.error((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", "Not a permission bit set.")
    kept["default_member_permissions"] = None if permissions is None else str(permissions)
    for key, allowed, default in (("contexts", (0, 1, 2), None), ("integration_types", (0, 1), [0])):
        listed = default if body.get(key) is None else form.array((*path, key), body[key], 3, 1)
        for index, entry in enumerate(listed or []):
            form.choice((*path, key, index), entry, allowed)
        kept[key] = listed
    kept["dm_permission"] = kept["contexts"] is None or 1 in kept["contexts"]
    kept |= {key: body.get(key) for key in _COPIED}
    return kept


def _name(form: Form, path: Path, value: object) -> str:
    text = form.text(path, value, 32, 1)
    if text and (_NAME.fullmatch(text) is None or text != text.lower()):
        form.error(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return text


def _options(form: Form, path: Path, value: object, depth: int) -> list[Payload]:
    kept: list[Payload] = []
    names: set[str] = set()
    optional_seen = False
    for index, entry in enumerate(form.array(path, value, 25)):
        place = (*path, index)
        option = form.mapping(place, entry)
        kind = option.get("type")
        form.choice((*place, "type"), kind, OPTION_TYPES)
        name = _name(form, (*place, "name"), option.get("name", ""))
        if name in names:
            form.error(place, "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", "Option names must be unique")
        names.add(name)
        description = form.text((*place, "description"), option.get("description", ""), 100, 1)
        checked: Payload = {"type": kind, "name": name, "description": description}
        checked |= {key: option[key] for key in _COPIED if option.get(key) is not None}
        if kind in (SUBCOMMAND, GROUP):
            if depth > 1 or (kind == GROUP and depth > 0):
                form.error((*place, "type"), "BASE_TYPE_CHOICES", "Sub-commands can be nested only one level")
            else:
                checked["options"] = _options(form, (*place, "options"), option.get("options") or [], depth + 1)
        else:
            checked["required"] = bool(option.get("required", False))
            if checked["required"] and optional_seen:
                words = "Required options must be placed before non-required options"
                form.error(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
            optional_seen = optional_seen or not checked["required"]
            checked |= _limits(form, place, option)
        kept.append(checked)
    return kept


def _limits(form: Form, path: Path, option: Payload) -> Payload:
    kind = option.get("type")
    kept: Payload = {}
    if option.get("choices"):
        if kind not in CHOOSABLE:
            form.error((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This type has no choices")
        kept["choices"] = [
            _choice(form, (*path, "choices", index), entry, kind)
            for index, entry in enumerate(form.array((*path, "choices"), option["choices"], 25))
        ]
    if option.get("autocomplete"):
        if kept.get("choices") or kind not in CHOOSABLE:
            words = "Autocomplete needs a string or number option without choices"
            form.error((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", words)
        kept["autocomplete"] = True
    for key in ("min_value", "max_value"):
        if option.get(key) is not None:
            value = option[key]
            whole = kind == INTEGER and not isinstance(value, int)
            if kind not in (INTEGER, NUMBER) or not isinstance(value, int | float) or whole:
                form.error((*path, key), "NUMBER_TYPE_COERCE", f'Value "{value}" does not fit the option.')
            kept[key] = value
    for key, least in (("min_length", 0), ("max_length", 1)):
        if option.get(key) is not None:
            if kind != STRING:
                form.error((*path, key), "APPLICATION_COMMAND_OPTIONS_LENGTH_INVALID", "Only strings have a length")
            kept[key] = form.integer((*path, key), option[key], least, 6000)
    if option.get("channel_types") is not None:
        kept["channel_types"] = form.array((*path, "channel_types"), option["channel_types"], 20)
    return kept


def _choice(form: Form, path: Path, value: object, kind: object) -> Payload:
    choice = form.mapping(path, value)
    name = form.text((*path, "name"), choice.get("name", ""), 100, 1)
    picked = choice.get("value")
    if kind == STRING:
        picked = form.text((*path, "value"), "" if picked is None else picked, 100, 1)
    elif isinstance(picked, bool) or not isinstance(picked, int | float):
        form.error((*path, "value"), "NUMBER_TYPE_COERCE", f'Value "{picked}" is not a number.')
    return {"name": name, "value": picked}
