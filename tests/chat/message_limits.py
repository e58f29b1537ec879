"""Checks payloads against the limits of Discord that SimCord does not enforce."""

from collections.abc import Iterator, Mapping
from typing import Any

from simcord.env import Env

EMBED = {"title": 256, "description": 4096}
FIELD = {"name": 256, "value": 1024}


def broken(env: Env) -> list[str]:
    """What Discord would refuse in any sent payload, and mentions that are not restricted."""
    found = []
    for entry in env.http_requests:
        if isinstance(entry.json, dict):
            body = entry.json.get("data", entry.json) if entry.path.endswith("/callback") else entry.json
            if isinstance(body, dict) and {"content", "embeds", "components"} & body.keys():
                found += [f"{entry.method} {entry.path}: {fault}" for fault in faults(body)]
    return found


def faults(body: Mapping[str, Any]) -> Iterator[str]:
    """The same for one payload."""
    if len(body.get("content") or "") > 2000:
        yield f"content of {len(body['content'])} characters"
    embeds = body.get("embeds") or []
    if len(embeds) > 10:
        yield f"{len(embeds)} embeds"
    total = 0
    for embed in embeds:
        for name, most in EMBED.items():
            total += len(embed.get(name, ""))
            if len(embed.get(name, "")) > most:
                yield f"an embed's {name} of {len(embed[name])} characters"
        total += len(embed.get("footer", {}).get("text", ""))
        for field in embed.get("fields", []):
            for name, most in FIELD.items():
                total += len(field[name])
                if not 1 <= len(field[name]) <= most:
                    yield f"a field's {name} of {len(field[name])} characters"
    if total > 6000:
        yield f"embeds of {total} characters in all"
    for file in body.get("attachments") or []:
        if len(file.get("description") or "") > 1024:
            yield f"an alt text of {len(file['description'])} characters"
    yield from _component_faults(body)
    mentions = body.get("allowed_mentions")
    if body.get("content") and mentions is not None and mentions.get("parse"):
        yield f"it may mention {mentions['parse']}"
    if body.get("content") and mentions is None:
        yield "it may mention anybody"


def _component_faults(body: Mapping[str, Any]) -> Iterator[str]:
    rows = body.get("components") or []
    if len(rows) > 5:
        yield f"{len(rows)} rows"
    known = set()
    for row in rows:
        children = row.get("components", [row["component"]] if "component" in row else [])
        if row.get("type") == 1 and not 1 <= len(children) <= 5:
            yield f"{len(children)} buttons in a row"
        for child in children:
            name = child.get("custom_id", "")
            if not 1 <= len(name) <= 100:
                yield f"a custom_id of {len(name)} characters"
            if name in known:
                yield f"two components called {name}"
            known.add(name)
