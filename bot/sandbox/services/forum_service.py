"""Posts in forums: threads that start with a message of the same id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.errors import wrong_channel_type
from bot.sandbox.models.guild import Message
from bot.sandbox.models.permissions import Permission
from bot.sandbox.models.thread import PUBLIC_THREAD
from bot.sandbox.services import message_service, thread_service
from bot.sandbox.services.forum_tags import known_tags
from bot.sandbox.validate.channel_types import FORUM_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.upload import Upload
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.message import Draft
    from bot.sandbox.validate.thread import NewThread


def start_post(
    state: SandboxState,
    user_id: int,
    forum: Channel,
    wanted: NewThread,
    draft: Draft,
    uploads: Mapping[int, Upload],
) -> tuple[Channel, Message]:
    """Start a post; return its thread and its first message. It needs Send Messages, not Create Public Threads.

    Raises:
        DiscordError: 50001, 50013, 50024 outside of a forum, 50006 for an empty message, and those of `known_tags`.
    """
    needed = message_service.needed_to_post(forum, draft, uploads) | Permission.SEND_MESSAGES
    state.require(user_id, forum, needed)
    if forum.type not in FORUM_KINDS:
        raise wrong_channel_type()
    message = Message(state.snowflakes.next(), forum.id, user_id, state.clock.time(), nonce=draft.nonce)
    return add_post(state, message, forum, wanted, draft, uploads), message


def add_post(
    state: SandboxState,
    message: Message,
    forum: Channel,
    wanted: NewThread,
    draft: Draft,
    uploads: Mapping[int, Upload],
) -> Channel:
    """Start a post with a message that has no content yet; no permission is checked. Return its thread.

    Raises:
        DiscordError: 50006 for an empty message, and those of `known_tags`.
    """
    tags = tuple(known_tags(state, message.author_id, forum, wanted.tags))
    message.channel_id = message.id
    # the message is checked first, so that a refused one leaves no empty thread
    message_service.fill(state, message, forum, draft, uploads)
    kept = replace(wanted, kind=PUBLIC_THREAD, tags=tags)
    thread = thread_service.start(state, message.id, message.author_id, forum, kept)
    for file in message.attachments:
        file.channel_id = thread.id
    message_service.publish(state, message)
    return thread
