"""Components V2: the tree of components that a message with the flag has instead of content and embeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.models.payload import Payload

ACTION_ROW, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 1, 9, 10, 11, 12, 13, 14, 17


def walk(components: list[Payload]) -> Iterator[Payload]:
    """Yield every component of a tree, each before those in it."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if "accessory" in component:
            yield component["accessory"]


def rows(layout: list[Payload]) -> list[Payload]:
    """Return the action rows of a tree; a button beside a section counts as a row of its own."""
    found: list[Payload] = []
    for component in walk(layout):
        if component["type"] == ACTION_ROW:
            found.append(component)
        elif "custom_id" in component.get("accessory", {}):
            found.append({"type": ACTION_ROW, "id": component["id"], "components": [component["accessory"]]})
    return found


def text(layout: list[Payload]) -> str:
    """Return the text of a tree, one line for each text display."""
    return "\n".join(component["content"] for component in walk(layout) if component["type"] == TEXT)
