"""The mentions of a message, by its content and its `allowed_mentions`.

https://discord.com/developers/docs/resources/message#allowed-mentions-object
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.models.payload import snowflake
from bot.sandbox.models.permissions import Permission

if TYPE_CHECKING:
    from bot.sandbox.models.guild import GuildData
    from bot.sandbox.validate.form import Form, Path

_USER = re.compile(r"<@!?(\d{1,20})>")
_ROLE = re.compile(r"<@&(\d{1,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
KINDS = ("roles", "users", "everyone")


@dataclass(frozen=True, slots=True)
class AllowedMentions:
    """What a message may mention: all of a kind by `parse`, single users and roles by id."""

    parse: frozenset[str] = frozenset(KINDS)
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    replied_user: bool = True


# the default of a message or an edit without `allowed_mentions`
EVERYTHING = AllowedMentions()


def check_allowed_mentions(form: Form, path: Path, value: object) -> AllowedMentions:
    """Return checked `allowed_mentions`. Errors are added to `form`."""
    body = form.mapping(path, value)
    parse = form.array((*path, "parse"), body["parse"], 3) if body.get("parse") is not None else []
    for index, kind in enumerate(parse):
        form.choice((*path, "parse", index), kind, KINDS)
    ids: dict[str, frozenset[int]] = {}
    for kind in ("users", "roles"):
        listed = form.array((*path, kind), body[kind], 100) if body.get(kind) is not None else []
        if listed and kind in parse:
            exclusive = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.error(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", exclusive)
        found = [snowflake(entry) for entry in listed]
        for index, entry in enumerate(found):
            if entry is None:
                form.error((*path, kind, index), "NUMBER_TYPE_COERCE", f'Value "{listed[index]}" is not snowflake.')
        ids[kind] = frozenset(entry for entry in found if entry is not None)
    return AllowedMentions(
        frozenset(str(kind) for kind in parse), ids["users"], ids["roles"], bool(body.get("replied_user", False))
    )


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a message mentions; the ids are in the order of the text."""

    users: list[int]
    roles: list[int]
    everyone: bool


def mentioned(
    guild_data: GuildData, content: str, allowed: AllowedMentions, granted: Permission, replied_to: int | None
) -> Mentions:
    """Return the mentions of a message whose author has the permissions `granted` in its channel."""
    users = [
        user_id
        for user_id in dict.fromkeys(int(match) for match in _USER.findall(content))
        if user_id in guild_data.members and ("users" in allowed.parse or user_id in allowed.users)
    ]
    if replied_to is not None and allowed.replied_user and replied_to not in users:
        users.append(replied_to)
    any_role = bool(granted & Permission.MENTION_EVERYONE)
    roles = [
        role_id
        for role_id in dict.fromkeys(int(match) for match in _ROLE.findall(content))
        if role_id in guild_data.roles
        and (any_role or guild_data.roles[role_id].mentionable)
        and ("roles" in allowed.parse or role_id in allowed.roles)
    ]
    everyone = any_role and "everyone" in allowed.parse and _EVERYONE.search(content) is not None
    return Mentions(users, roles, everyone)
