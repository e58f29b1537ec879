"""The limits of a command option: choices, bounds, lengths, and channel types.

https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.validate.localization import check_localizations

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

STRING, INTEGER, BOOLEAN, CHANNEL, NUMBER = 3, 4, 5, 7, 10
CHOOSABLE = (STRING, INTEGER, NUMBER)
CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)
# the largest integer that a double represents exactly; Discord accepts none beyond it
SAFE_INTEGER = 2**53 - 1


def check_limits(form: Form, path: Path, option: Payload) -> Payload:
    """Return the checked limits of an option."""
    kind = option.get("type")
    checked: Payload = {}
    if option.get("choices"):
        if kind not in CHOOSABLE:
            form.error((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This type has no choices")
        checked["choices"] = [
            check_choice(form, (*path, "choices", index), entry, kind)
            for index, entry in enumerate(form.array((*path, "choices"), option["choices"], 25))
        ]
    if option.get("autocomplete"):
        if checked.get("choices") or kind not in CHOOSABLE:
            words = "Autocomplete needs a string or number option without choices"
            form.error((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", words)
        checked["autocomplete"] = True
    checked |= _bounds(form, path, option)
    if option.get("channel_types") is not None:
        checked["channel_types"] = check_channel_types(form, (*path, "channel_types"), option["channel_types"])
        if kind != CHANNEL:
            words = "Only channel options have channel types"
            form.error((*path, "channel_types"), "APPLICATION_COMMAND_OPTIONS_CHANNEL_TYPES_INVALID", words)
    return checked


def _bounds(form: Form, path: Path, option: Payload) -> Payload:
    checked: Payload = {}
    for key in ("min_value", "max_value"):
        if option.get(key) is not None:
            checked[key] = check_number(form, (*path, key), option[key], option.get("type"))
    for key, least in (("min_length", 0), ("max_length", 1)):
        if option.get(key) is not None:
            if option.get("type") != STRING:
                form.error((*path, key), "APPLICATION_COMMAND_OPTIONS_LENGTH_INVALID", "Only strings have a length")
            checked[key] = form.integer((*path, key), option[key], least, 6000)
    for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
        if low in checked and high in checked and checked[low] > checked[high]:
            form.error((*path, low), "NUMBER_TYPE_MAX", f"{low} is greater than {high}")
    return checked


def check_channel_types(form: Form, path: Path, value: object) -> list[object]:
    """Return a checked list of channel types."""
    types = form.array(path, value, len(CHANNEL_TYPES))
    for index, kind in enumerate(types):
        form.choice((*path, index), kind, CHANNEL_TYPES)
    return types


def check_choice(form: Form, path: Path, value: object, kind: object) -> Payload:
    """Return a checked choice for an option of type `kind`: a name of 1 to 100 characters, translations, a value."""
    choice = form.mapping(path, value)
    checked: Payload = {"name": _name(form, (*path, "name"), choice.get("name", ""))}
    field_path = (*path, "name_localizations")
    translated = check_localizations(form, field_path, choice.get("name_localizations"), _name)
    if translated is not None:
        checked["name_localizations"] = translated
    picked = choice.get("value")
    if kind == STRING:
        checked["value"] = form.text((*path, "value"), "" if picked is None else picked, 100, 1)
    else:
        checked["value"] = check_number(form, (*path, "value"), picked, kind)
    return checked


def check_number(form: Form, path: Path, value: object, kind: object) -> object:
    """Check a value for an integer or number option, and return it unchanged."""
    types = {INTEGER: int, NUMBER: int | float}
    if isinstance(value, bool) or kind not in types or not isinstance(value, types[int(str(kind))]):
        form.error(path, "NUMBER_TYPE_COERCE", f'Value "{value}" does not fit the option.')
    elif not -SAFE_INTEGER <= value <= SAFE_INTEGER:
        form.error(path, "NUMBER_TYPE_RANGE", f"Must be between {-SAFE_INTEGER} and {SAFE_INTEGER}.")
    return value


def _name(form: Form, path: Path, value: object) -> str:
    return form.text(path, value, 100, 1)
