"""Embeds: https://discord.com/developers/docs/resources/message#embed-object-embed-limits."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.models.guild import EMBED_MEDIA

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Form, Path

TOTAL = 6000


def check_embeds(form: Form, path: Path, value: object) -> list[Payload]:
    """Return checked embeds. Errors are added to `form`."""
    total = 0
    checked = []
    for index, entry in enumerate(form.array(path, value, 10)):
        embed, length = _check(form, (*path, index), form.mapping((*path, index), entry))
        checked.append(embed)
        total += length
    if total > TOTAL:
        form.error(path, "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {TOTAL}")
    return checked


def _check(form: Form, path: Path, embed: Payload) -> tuple[Payload, int]:
    checked: Payload = {"type": "rich"}
    length = 0
    for key, most in (("title", 256), ("description", 4096)):
        if embed.get(key) is not None:
            checked[key] = form.text((*path, key), embed[key], most)
            length += len(checked[key])
    if embed.get("url") is not None:
        checked["url"] = _url(form, (*path, "url"), embed["url"], ("http", "https"))
    if embed.get("color") is not None:
        checked["color"] = form.integer((*path, "color"), embed["color"], 0, 0xFFFFFF)
    if embed.get("timestamp") is not None:
        checked["timestamp"] = _moment(form, (*path, "timestamp"), embed["timestamp"])
    for part, name, most in (("footer", "text", 2048), ("author", "name", 256)):
        if embed.get(part) is not None:
            holder = form.mapping((*path, part), embed[part])
            checked[part] = {name: form.text((*path, part, name), holder.get(name, ""), most, 1)}
            length += len(checked[part][name])
            if part == "author" and holder.get("url") is not None:
                checked[part]["url"] = _url(form, (*path, part, "url"), holder["url"], ("http", "https"))
    for part, key in EMBED_MEDIA:
        address = form.mapping((*path, part), embed[part]).get(key) if embed.get(part) is not None else None
        if address is not None:
            schemes = ("http", "https", "attachment")
            checked.setdefault(part, {})[key] = _url(form, (*path, part, key), address, schemes)
    if embed.get("fields") is not None:
        checked["fields"] = _fields(form, (*path, "fields"), embed["fields"])
        length += sum(len(item["name"]) + len(item["value"]) for item in checked["fields"])
    if not checked.keys() - {"type", "url", "color", "timestamp"}:
        # Discord names the description, although another field would be enough
        form.required((*path, "description"))
    return checked, length


def _fields(form: Form, path: Path, value: object) -> list[Payload]:
    checked = []
    for index, entry in enumerate(form.array(path, value, 25)):
        path_to = (*path, index)
        item = form.mapping(path_to, entry)
        name = form.text((*path_to, "name"), item.get("name", ""), 256, 1)
        words = form.text((*path_to, "value"), item.get("value", ""), 1024, 1)
        checked.append({"name": name, "value": words, "inline": bool(item.get("inline", False))})
    return checked


def _url(form: Form, path: Path, value: object, schemes: tuple[str, ...]) -> str:
    text = form.text(path, value, 2048, 1)
    scheme = urlsplit(text).scheme
    if text and scheme not in schemes:
        names = ", ".join(f"'{name}'" for name in schemes)
        form.error(
            path, "URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" is not supported. Scheme must be one of ({names}).'
        )
    return text


def _moment(form: Form, path: Path, value: object) -> str:
    text = form.text(path, value, 64, 1)
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        form.error(path, "DATE_TIME_TYPE_PARSE", f'Could not parse "{text}". Should be ISO8601.')
    return text
