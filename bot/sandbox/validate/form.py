"""Discord's nested error report for a request body.

https://discord.com/developers/docs/reference#error-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from bot.sandbox.errors import invalid_form, not_served

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload

Path: TypeAlias = tuple[str | int, ...]


def refuse_fields(body: Payload, *names: str) -> None:
    """Raise 40006 for a field that Discord has and the sandbox does not, lest it seem to have an effect."""
    for name in names:
        if body.get(name):
            raise not_served(f"the field {name}")


class Form:
    """Collects errors field by field, so that one response names all of them.

    The checks add an error where a value breaks the rule, and return a value of the right type in any case.
    """

    def __init__(self) -> None:
        self._errors: Payload = {}

    def error(self, path: Path, code: str, message: str) -> None:
        """Add one error at a path such as `("embeds", 0, "title")`."""
        node = self._errors
        for key in path:
            node = node.setdefault(str(key), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self) -> None:
        """Raise 50035 if there are errors."""
        if self._errors:
            raise invalid_form(self._errors)

    def text(self, path: Path, value: object, most: int, least: int = 0) -> str:
        """Check a string of `least` to `most` characters. Numbers are converted."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.error(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return ""
        text = str(value)
        if least and not text:
            self.error(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(text) <= most:
            if least:
                code, words = "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."
            else:
                code, words = "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
            self.error(path, code, words)
        return text

    def integer(self, path: Path, value: object, least: int, most: int) -> int:
        """Check an integer from `least` to `most`, which may be written as 2.0."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.error(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return least
        if value < least:
            self.error(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        elif value > most:
            self.error(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        return value

    def array(self, path: Path, value: object, most: int, least: int = 0) -> list[Any]:
        """Check a list of `least` to `most` items."""
        if not isinstance(value, list):
            self.error(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            self.error(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return value

    def mapping(self, path: Path, value: object) -> Payload:
        """Check a JSON object."""
        if isinstance(value, dict):
            return value
        self.error(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return {}

    def required(self, path: Path) -> None:
        """Add the error of a missing field."""
        self.error(path, "BASE_TYPE_REQUIRED", "This field is required")

    def choice(self, path: Path, value: object, allowed: tuple[object, ...]) -> None:
        """Check that a value is one of those allowed."""
        if value not in allowed or isinstance(value, bool):
            names = ", ".join(str(entry) for entry in allowed)
            self.error(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{names}}}.")
