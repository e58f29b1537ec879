"""Components V2: containers, sections, text, pictures and files.

https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.models.layout import (
    ACTION_ROW,
    CONTAINER,
    FILE,
    GALLERY,
    SECTION,
    SEPARATOR,
    TEXT,
    THUMBNAIL,
    walk,
)
from bot.sandbox.validate.component import BUTTON, check_button, check_row

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

MAX_COMPONENTS, MAX_TEXT = 40, 4000
IN_CONTAINER = (ACTION_ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)


def check_layout(form: Form, path: Path, value: object) -> list[Payload]:
    """Return a message's checked tree of components: at most 40 with 4000 characters of text in all."""
    checks = _Layout(form)
    tree = checks.components(path, form.array(path, value, MAX_COMPONENTS, 1), (*IN_CONTAINER, CONTAINER))
    found = list(walk(tree))
    if len(found) > MAX_COMPONENTS:
        words = f"The total number of components in the message exceeds the maximum of {MAX_COMPONENTS}."
        form.error(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", words)
    if sum(len(component.get("content", "")) for component in found) > MAX_TEXT:
        words = f"The total text of all components exceeds the maximum of {MAX_TEXT} characters."
        form.error(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)
    taken = {component["id"] for component in found if component["id"]}
    free = (number for number in range(1, 2 * MAX_COMPONENTS + 100) if number not in taken)
    for component in found:
        component["id"] = component["id"] or next(free)
    return tree


class _Layout:
    """The checks of one message's tree, which share the custom ids and the component ids that were used."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()

    def components(self, path: Path, listed: list[object], allowed: tuple[int, ...]) -> list[Payload]:
        return [self._component((*path, index), entry, allowed) for index, entry in enumerate(listed)]

    def _component(self, path: Path, value: object, allowed: tuple[int, ...]) -> Payload:
        body = self._form.mapping(path, value)
        kind = body.get("type")
        self._form.choice((*path, "type"), kind, allowed)
        checks = {
            SECTION: self._section,
            TEXT: self._text,
            THUMBNAIL: self._thumbnail,
            GALLERY: self._gallery,
            FILE: self._file,
            SEPARATOR: self._separator,
            CONTAINER: self._container,
        }
        if kind == ACTION_ROW:
            checked = check_row(self._form, path, body, self._custom_ids)
            for button in checked["components"]:
                button["id"] = 0
        elif kind == BUTTON:
            checked = check_button(self._form, path, body, self._custom_ids)
        elif kind in checks and kind in allowed:
            checked = checks[kind](path, body)
        else:
            checked = {}
        return {"type": kind, "id": self._id(path, body.get("id"))} | checked

    def _id(self, path: Path, value: object) -> int:
        """Return a component's own id, 0 if it has none."""
        if not value:
            return 0
        number = self._form.integer((*path, "id"), value, 0, 2**31 - 1)
        if number in self._ids:
            self._form.error((*path, "id"), "COMPONENT_DUPLICATED_ID", "Component id cannot be duplicated")
        self._ids.add(number)
        return number

    def _container(self, path: Path, body: Payload) -> Payload:
        listed = self._form.array((*path, "components"), body.get("components"), MAX_COMPONENTS, 1)
        color = body.get("accent_color")
        if color is not None:
            color = self._form.integer((*path, "accent_color"), color, 0, 0xFFFFFF)
        return {
            "components": self.components((*path, "components"), listed, IN_CONTAINER),
            "accent_color": color,
            "spoiler": bool(body.get("spoiler")),
        }

    def _section(self, path: Path, body: Payload) -> Payload:
        listed = self._form.array((*path, "components"), body.get("components"), 3, 1)
        return {
            "components": self.components((*path, "components"), listed, (TEXT,)),
            "accessory": self._component((*path, "accessory"), body.get("accessory"), (BUTTON, THUMBNAIL)),
        }

    def _text(self, path: Path, body: Payload) -> Payload:
        return {"content": self._form.text((*path, "content"), body.get("content", ""), MAX_TEXT, 1)}

    def _thumbnail(self, path: Path, body: Payload) -> Payload:
        return self._item(path, body)

    def _gallery(self, path: Path, body: Payload) -> Payload:
        listed = self._form.array((*path, "items"), body.get("items"), 10, 1)
        places = [(*path, "items", index) for index in range(len(listed))]
        return {
            "items": [
                self._item(place, self._form.mapping(place, entry)) for place, entry in zip(places, listed, strict=True)
            ]
        }

    def _item(self, path: Path, body: Payload) -> Payload:
        description = body.get("description")
        if description is not None:
            description = self._form.text((*path, "description"), description, 1024)
        schemes = ("http", "https", "attachment")
        media = self._media((*path, "media"), body.get("media"), schemes)
        return {"media": media, "description": description, "spoiler": bool(body.get("spoiler"))}

    def _file(self, path: Path, body: Payload) -> Payload:
        media = self._media((*path, "file"), body.get("file"), ("attachment",))
        return {"file": media, "spoiler": bool(body.get("spoiler"))}

    def _media(self, path: Path, value: object, schemes: tuple[str, ...]) -> Payload:
        url = self._form.text((*path, "url"), self._form.mapping(path, value).get("url", ""), 2048, 1)
        scheme = urlsplit(url).scheme
        if url and scheme not in schemes:
            words = f'Scheme "{scheme}" is not supported. Scheme must be one of {schemes}.'
            self._form.error((*path, "url"), "URL_TYPE_INVALID_SCHEME", words)
        return {"url": url}

    def _separator(self, path: Path, body: Payload) -> Payload:
        spacing = 1 if body.get("spacing") is None else body["spacing"]
        self._form.choice((*path, "spacing"), spacing, (1, 2))
        return {"spacing": spacing, "divider": body.get("divider") is not False}
