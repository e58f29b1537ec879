"""The fields that only some types of channels have: voice and stage channels, and forums.

https://discord.com/developers/docs/resources/channel#modify-channel-json-params-guild-channel
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.models.payload import Payload, snowflake
from bot.sandbox.validate.select import check_emoji
from bot.sandbox.validate.thread import MAX_SLOW_MODE_S, MINUTES

if TYPE_CHECKING:
    from bot.sandbox.validate.form import Form, Path

VOICE_KINDS, FORUM_KINDS = (2, 13), (15, 16)
REQUIRE_TAG = 1 << 4
# of a guild without boosts
MAX_BITRATE, MAX_USERS, MAX_TAGS = 96_000, 99, 20


def check_typed(form: Form, body: Payload, kind: int) -> Payload:
    """Return the checked fields of a channel of a type, those of `_OF_TYPE` in the serializer; others are ignored."""
    checked: Payload = {}
    if kind in VOICE_KINDS:
        for key, least, most in (("bitrate", 8000, MAX_BITRATE), ("user_limit", 0, MAX_USERS)):
            if body.get(key) is not None:
                checked[key] = form.integer((key,), body[key], least, most)
        if body.get("video_quality_mode") is not None:
            form.choice(("video_quality_mode",), body["video_quality_mode"], (1, 2))
            checked["video_quality_mode"] = body["video_quality_mode"]
        if "rtc_region" in body:
            checked["rtc_region"] = body["rtc_region"]
    if body.get("default_auto_archive_duration") is not None:
        form.choice(("default_auto_archive_duration",), body["default_auto_archive_duration"], MINUTES)
        checked["default_auto_archive_duration"] = body["default_auto_archive_duration"]
    slow = "default_thread_rate_limit_per_user"
    if body.get(slow) is not None:
        checked[slow] = form.integer((slow,), body[slow], 0, MAX_SLOW_MODE_S)
    if kind in FORUM_KINDS:
        checked |= _forum(form, body)
    return checked


def _forum(form: Form, body: Payload) -> Payload:
    checked: Payload = {}
    for key, allowed in (("default_sort_order", (0, 1, None)), ("default_forum_layout", (0, 1, 2))):
        if key in body:
            form.choice((key,), body[key], allowed)
            checked[key] = body[key]
    if "default_reaction_emoji" in body:
        entry = body["default_reaction_emoji"]
        checked["default_reaction_emoji"] = entry and _reaction(form, ("default_reaction_emoji",), entry)
    return checked


def _reaction(form: Form, path: Path, value: object) -> Payload:
    emoji = form.mapping(path, value)
    named = check_emoji(form, path, {"id": emoji.get("emoji_id"), "name": emoji.get("emoji_name")})
    return {"emoji_id": None, "emoji_name": named["name"]}


def check_tags(form: Form, value: object) -> list[Payload]:
    """Return a forum's checked tags; new ones have the id None."""
    path = ("available_tags",)
    tags: list[Payload] = []
    for index, entry in enumerate(form.array(path, value, MAX_TAGS)):
        tag = form.mapping((*path, index), entry)
        name = form.text((*path, index, "name"), tag.get("name", ""), 20, 1)
        emoji = tag.get("emoji_name")
        if emoji is not None:
            check_emoji(form, (*path, index), {"name": emoji})
        tags.append(
            {
                "id": snowflake(tag.get("id")),
                "name": name,
                "moderated": bool(tag.get("moderated")),
                "emoji_id": None,
                "emoji_name": emoji,
            }
        )
    return tags
