"""Application commands as a bot registers them.

https://discord.com/developers/docs/interactions/application-commands#application-command-object
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.models.payload import snowflake
from bot.sandbox.validate.limits import check_limits
from bot.sandbox.validate.localization import check_localizations

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

# Discord's pattern is ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$, in lower case where that exists
_NAME = re.compile(r"[-_'\w]{1,32}")
CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
OPTION_TYPES = tuple(range(1, 12))
# the limit for all names, descriptions and values together, including those of options and choices
MAX_CHARACTERS = 8000


def check_command(form: Form, path: Path, value: object) -> Payload:
    """Return a checked command. Errors are added to `form`."""
    body = form.mapping(path, value)
    kind = body.get("type", CHAT_INPUT)
    form.choice((*path, "type"), kind, (CHAT_INPUT, USER, MESSAGE))
    checked: Payload = {"type": kind, "nsfw": bool(body.get("nsfw", False))}
    if kind == CHAT_INPUT:
        checked |= _name_and_description(form, path, body)
        checked["options"] = check_options(form, (*path, "options"), body.get("options") or [])
    else:
        checked["name"] = _menu_name(form, (*path, "name"), body.get("name", ""))
        checked["description"] = ""
        field_path = (*path, "name_localizations")
        checked["name_localizations"] = check_localizations(
            form, field_path, body.get("name_localizations"), _menu_name
        )
        if body.get("description"):
            words = "Context menu commands cannot have description"
            form.error((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_CANNOT_BE_SET", words)
    permissions = body.get("default_member_permissions")
    if permissions is not None and snowflake(permissions) is None:
        form.error((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", "Not a permission bit set.")
    checked["default_member_permissions"] = None if permissions is None else str(permissions)
    for key, allowed, default in (("contexts", (0, 1, 2), None), ("integration_types", (0, 1), [0])):
        listed = default if body.get(key) is None else form.array((*path, key), body[key], 3, 1)
        for index, entry in enumerate(listed or []):
            form.choice((*path, key, index), entry, allowed)
        checked[key] = listed
    checked["dm_permission"] = checked["contexts"] is None or 1 in checked["contexts"]
    if _characters(checked) > MAX_CHARACTERS:
        words = f"Command exceeds maximum size ({MAX_CHARACTERS})"
        form.error(path, "APPLICATION_COMMAND_TOO_LARGE", words)
    return checked


def _name_and_description(form: Form, path: Path, body: Payload) -> Payload:
    """Return the checked name and description of a slash command or an option, with translations."""
    checked: Payload = {
        "name": _name(form, (*path, "name"), body.get("name", "")),
        "description": _description(form, (*path, "description"), body.get("description", "")),
    }
    for key, check in (("name_localizations", _name), ("description_localizations", _description)):
        checked[key] = check_localizations(form, (*path, key), body.get(key), check)
    return checked


def _name(form: Form, path: Path, value: object) -> str:
    text = form.text(path, value, 32, 1)
    if text and (_NAME.fullmatch(text) is None or text != text.lower()):
        form.error(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return text


def _menu_name(form: Form, path: Path, value: object) -> str:
    return form.text(path, value, 32, 1)


def _description(form: Form, path: Path, value: object) -> str:
    return form.text(path, value, 100, 1)


def _characters(body: Payload) -> int:
    """Count the characters of a command; of each text's translations the longest counts."""
    count = 0
    for key in ("name", "description"):
        words = [str(body.get(key) or ""), *map(str, (body.get(f"{key}_localizations") or {}).values())]
        count += max(map(len, words))
    if isinstance(body.get("value"), str):
        count += len(body["value"])
    return count + sum(_characters(entry) for key in ("options", "choices") for entry in body.get(key) or [])


def check_options(form: Form, path: Path, value: object, inside: int | None = None) -> list[Payload]:
    """Return checked options. `inside` is the type of the option that contains them: a group, a sub-command or None."""
    checked: list[Payload] = []
    names: set[str] = set()
    optional_seen = False
    for index, entry in enumerate(form.array(path, value, 25)):
        path_to = (*path, index)
        option = form.mapping(path_to, entry)
        kind = option.get("type")
        form.choice((*path_to, "type"), kind, OPTION_TYPES)
        item: Payload = {"type": kind} | _name_and_description(form, path_to, option)
        if item["name"] in names:
            form.error(path_to, "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", "Option names must be unique")
        names.add(item["name"])
        if kind in (SUBCOMMAND, GROUP):
            if inside == SUBCOMMAND or (inside == GROUP and kind == GROUP):
                form.error((*path_to, "type"), "BASE_TYPE_CHOICES", "Sub-commands can be nested only one level")
            else:
                field_path = (*path_to, "options")
                item["options"] = check_options(form, field_path, option.get("options") or [], int(str(kind)))
        elif inside == GROUP:
            form.error((*path_to, "type"), "BASE_TYPE_CHOICES", "A group holds sub-commands only")
        else:
            item["required"] = bool(option.get("required", False))
            if item["required"] and optional_seen:
                words = "Required options must be placed before non-required options"
                form.error(path_to, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
            optional_seen = optional_seen or not item["required"]
            item |= check_limits(form, path_to, option)
        checked.append(item)
    nesting = [entry["type"] in (SUBCOMMAND, GROUP) for entry in checked]
    if any(nesting) and not all(nesting):
        words = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.error(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words)
    return checked
