"""The request bodies that create and change channels.

https://discord.com/developers/docs/resources/guild#create-guild-channel
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import unknown_channel
from bot.sandbox.models.guild import Overwrite
from bot.sandbox.models.payload import snowflake
from bot.sandbox.validate.channel_types import FORUM_KINDS, REQUIRE_TAG, check_tags, check_typed
from bot.sandbox.validate.form import Form, refuse_fields
from bot.sandbox.validate.thread import MAX_SLOW_MODE_S

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, GuildData
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.validate.form import Path

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
KINDS = (TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA)


def check_channel(guild_data: GuildData, body: Payload, channel: Channel | None = None) -> Payload:
    """Return the properties of a `Channel` that a body gives, for a new one or for changes of `channel`.

    Raises:
        DiscordError: 50035, naming every field that breaks a rule; 40006 for what the sandbox does not serve.
    """
    refuse_fields(body, "icon", "default_tag_setting")
    form = Form()
    checked: Payload = {}
    new = channel is None
    if new or "name" in body:
        checked["name"] = form.text(("name",), body.get("name", ""), 100, 1)
    if body.get("type") is not None:
        form.choice(("type",), body["type"], KINDS if new else (TEXT, ANNOUNCEMENT))
        checked["type"] = body["type"]
    kind = checked.get("type", 0 if channel is None else channel.type)
    most = 4096 if kind in FORUM_KINDS else 1024
    if "topic" in body:
        checked["topic"] = None if body["topic"] is None else form.text(("topic",), body["topic"], most)
    if body.get("nsfw") is not None:
        checked["nsfw"] = bool(body["nsfw"])
    if body.get("position") is not None:
        checked["position"] = form.integer(("position",), body["position"], 0, 2**31 - 1)
    if body.get("rate_limit_per_user") is not None:
        slow = form.integer(("rate_limit_per_user",), body["rate_limit_per_user"], 0, MAX_SLOW_MODE_S)
        checked["slow_mode_s"] = slow
    if "parent_id" in body:
        checked["parent_id"] = _category(form, guild_data, ("parent_id",), body["parent_id"])
    if body.get("permission_overwrites") is not None:
        path = ("permission_overwrites",)
        checked["overwrites"] = [
            _overwrite(form, guild_data, (*path, index), entry)
            for index, entry in enumerate(form.array(path, body["permission_overwrites"], 1000))
        ]
    checked["typed"] = ({} if channel is None else channel.typed) | check_typed(form, body, kind)
    if kind in FORUM_KINDS:
        if body.get("available_tags") is not None:
            checked["tags"] = check_tags(form, body["available_tags"])
        if body.get("flags") is not None:
            checked["flags"] = form.integer(("flags",), body["flags"], 0, 2**31 - 1) & REQUIRE_TAG
    form.finish()
    return checked


def _category(form: Form, guild_data: GuildData, path: Path, value: object) -> int | None:
    category = guild_data.channels.get(snowflake(value) or 0)
    if value is not None and (category is None or category.type != CATEGORY):
        form.error(path, "CHANNEL_PARENT_INVALID", "Category does not exist")
    return None if category is None else category.id


def check_moves(guild_data: GuildData, value: object) -> list[tuple[int, Payload]]:
    """Return which channels move: their ids with the properties that change, and `lock_permissions`.

    Raises:
        DiscordError: 10003 for a channel that does not exist, 50035 with every field that breaks a rule.
    """
    form = Form()
    moves: list[tuple[int, Payload]] = []
    for index, entry in enumerate(form.array((), value, 1000)):
        body = form.mapping((index,), entry)
        channel_id = snowflake(body.get("id"))
        if channel_id not in guild_data.channels:
            raise unknown_channel()
        wanted: Payload = {"lock_permissions": bool(body.get("lock_permissions"))}
        if body.get("position") is not None:
            wanted["position"] = form.integer((index, "position"), body["position"], 0, 2**31 - 1)
        if "parent_id" in body:
            wanted["parent_id"] = _category(form, guild_data, (index, "parent_id"), body["parent_id"])
        moves.append((channel_id, wanted))
    form.finish()
    return moves


def check_overwrite(guild_data: GuildData, body: Payload) -> Overwrite:
    """Return a checked permission overwrite, or raise 50035."""
    form = Form()
    found = _overwrite(form, guild_data, (), body)
    form.finish()
    return found


def _overwrite(form: Form, guild_data: GuildData, path: Path, value: object) -> Overwrite:
    body = form.mapping(path, value)
    form.choice((*path, "type"), body.get("type"), (0, 1))
    target_id = snowflake(body.get("id"))
    known = guild_data.roles if body.get("type") == 0 else guild_data.members
    if target_id not in known:
        form.error((*path, "id"), "NOT_FOUND", "Unknown role or member")
    bits = {key: check_bits(form, (*path, key), body.get(key)) for key in ("allow", "deny")}
    return Overwrite(target_id or 0, 1 if body.get("type") == 1 else 0, **bits)


def check_bits(form: Form, path: Path, value: object) -> int:
    """Return a permission bit set, which is a string of digits or a number; 0 for none."""
    bits = 0 if value is None else snowflake(value)
    if bits is None:
        form.error(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not a permission bit set.')
    return bits or 0
