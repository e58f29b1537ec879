"""The tags of forum posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_permissions, tag_required, wrong_channel_type
from bot.sandbox.models.permissions import Permission
from bot.sandbox.validate.channel_types import FORUM_KINDS, REQUIRE_TAG
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState


def known_tags(state: SandboxState, user_id: int, forum: Channel, tags: Sequence[int]) -> list[int]:
    """Return the tags of a post.

    Raises:
        DiscordError: 50024 outside of a forum, 40067 if it requires a tag, 50035 for a tag that it does not have, 50013
            for one that only moderators can use.
    """
    if forum.type not in FORUM_KINDS:
        raise wrong_channel_type()
    if forum.flags & REQUIRE_TAG and not tags:
        raise tag_required()
    available = {int(tag["id"]): tag for tag in forum.tags}
    form = Form()
    for index, tag in enumerate(tags):
        if tag not in available:
            form.error(("applied_tags", index), "INVALID_FORUM_TAG", "Tag does not exist in this forum")
        elif available[tag]["moderated"] and not state.permissions(user_id, forum) & Permission.MANAGE_THREADS:
            raise missing_permissions()
    form.finish()
    return list(dict.fromkeys(tags))
