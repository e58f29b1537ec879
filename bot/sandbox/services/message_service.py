"""Posts, edits and deletes messages.

A message in an archived thread unarchives it, unless the thread is locked.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.errors import (
    DiscordError,
    empty_message,
    legacy_fields,
    missing_permissions,
    not_a_text_channel,
    poll_not_editable,
    system_message,
)
from bot.sandbox.models.guild import Message
from bot.sandbox.models.layout import text as layout_text
from bot.sandbox.models.message_constants import (
    COMPONENTS_V2,
    LOADING,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    WRITTEN,
    MessageType,
)
from bot.sandbox.models.permissions import Permission, to_write
from bot.sandbox.models.poll import Poll, PollAnswer
from bot.sandbox.services import thread_lifecycle
from bot.sandbox.services.attachment_service import assemble
from bot.sandbox.services.mention_service import notify, record_mentions
from bot.sandbox.state.events import MessageCreated, MessageDeleted, MessageEdited, MessagesDeleted
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.models.guild import Channel
    from bot.sandbox.models.upload import Upload
    from bot.sandbox.state.sandbox_state import SandboxState
    from bot.sandbox.validate.message import Draft

NONCE_LIFETIME_S = 300
# text, voice, announcement, the three kinds of threads, and stage
WITH_MESSAGES = (0, 2, 5, 10, 11, 12, 13)


def needed_to_post(channel: Channel, draft: Draft, uploads: Mapping[int, Upload]) -> Permission:
    """Return the permissions that posting a message needs."""
    needed = to_write(channel)
    if draft.embeds:
        needed |= Permission.EMBED_LINKS
    if uploads:
        needed |= Permission.ATTACH_FILES
    if draft.poll is not None:
        needed |= Permission.SEND_POLLS
    return needed


def require_writable(state: SandboxState, author_id: int, channel: Channel, needed: Permission) -> None:
    """Raise 50001, 50013, 50008, or 50083 or 160005 in a locked thread, unless a member can post in a channel."""
    state.require(author_id, channel, needed)
    if channel.type not in WITH_MESSAGES:
        raise not_a_text_channel()
    thread_lifecycle.require_unlocked(state, author_id, channel)


def post(state: SandboxState, author_id: int, channel: Channel, draft: Draft, uploads: Mapping[int, Upload]) -> Message:
    """Post a channel message; with `enforce_nonce`, return the recent message with the same nonce instead, if any.

    Raises:
        DiscordError: 50001, 50013, 50006 for an empty message, 50083 or 160005 in a locked thread, or 50035 for a
            reply to a message that does not exist.
    """
    require_writable(state, author_id, channel, needed_to_post(channel, draft, uploads))
    if draft.enforce_nonce and draft.nonce is not None:
        earlier = _with_nonce(state, author_id, channel, draft.nonce)
        if earlier is not None:
            return earlier
    reference_id = _reference(state, author_id, channel, draft)
    message = Message(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        author_id=author_id,
        timestamp=state.clock.time(),
        type=MessageType.DEFAULT if reference_id is None else MessageType.REPLY,
        reference_id=reference_id,
        nonce=draft.nonce,
    )
    fill(state, message, channel, draft, uploads)
    publish(state, message)
    # writing in a thread joins it
    thread_lifecycle.join(state, author_id, channel)
    thread_lifecycle.add_mentioned(state, channel, message.mentions)
    return message


def edit(state: SandboxState, message: Message, draft: Draft, uploads: Mapping[int, Upload]) -> Message:
    """Change the fields that a draft contains; a deferred response ("is thinking…") becomes an ordinary message.

    Raises:
        DiscordError: 50006 if the message would be empty, 50021 for a system message, 50083 in an archived thread,
            160005 in a locked one, 520003 for a poll.
    """
    channel = state.channel(message.channel_id)
    thread_lifecycle.require_active(channel)
    if message.webhook_name is None:
        thread_lifecycle.require_unlocked(state, message.author_id, channel)
    if message.type not in WRITTEN:
        raise system_message()
    if message.poll is not None:
        raise poll_not_editable()
    check_content(state, message.author_id, draft)
    was_thinking = bool(message.flags & LOADING)
    files = assemble(state, channel.id, message.attachments, draft.attachments, uploads)
    v2 = bool((message.flags | (draft.flags or 0)) & COMPONENTS_V2)
    content = message.content if draft.content is None else draft.content
    embeds = message.embeds if draft.embeds is None else draft.embeds
    components = message.components if draft.components is None else draft.components
    layout = message.layout if draft.layout is None else draft.layout
    if not (layout if v2 else content or embeds or files or components):
        raise empty_message()
    if v2 and (content or embeds):
        raise legacy_fields()
    message.content, message.embeds, message.components, message.attachments = content, embeds, components, files
    message.layout = layout
    message.flags = message.flags & ~LOADING | (COMPONENTS_V2 if v2 else 0)
    if draft.flags is not None:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | draft.flags & SUPPRESS_EMBEDS
    if draft.content is not None or draft.layout is not None:
        record_mentions(state, message, channel, draft)
    if was_thinking:
        notify(state, message)
    else:
        message.edited_at = state.clock.time()
    state.archive.put_message(message)
    state.events.publish(MessageEdited(message))
    return message


def delete(state: SandboxState, message: Message) -> None:
    """Delete a message and its files. A thread that was started from it stays.

    Raises:
        DiscordError: 50021 for a system message that cannot be deleted.
    """
    if message.type in (MessageType.THREAD_STARTER_MESSAGE, MessageType.CHANNEL_NAME_CHANGE):
        raise system_message()
    del state.guild_data.messages[message.channel_id][message.id]
    state.archive.drop_message(message)
    state.events.publish(MessageDeleted(message))


def delete_many(state: SandboxState, channel: Channel, messages: list[Message]) -> None:
    """Delete messages of a channel at once."""
    for message in messages:
        del state.guild_data.messages[channel.id][message.id]
        state.archive.drop_message(message)
    state.events.publish(MessagesDeleted(channel, messages))


def delete_as(state: SandboxState, user_id: int, channel: Channel, message: Message) -> None:
    """Delete a message on behalf of a member or the bot.

    Raises:
        DiscordError: 50013 for another author's message without Manage Messages, 50083 in an archived and locked
            thread, 50021 for a system message that cannot be deleted.
    """
    if channel.thread is not None and channel.thread.archived:
        thread_lifecycle.require_unlocked(state, user_id, channel)
    if message.author_id != user_id and not state.permissions(user_id, channel) & Permission.MANAGE_MESSAGES:
        raise missing_permissions()
    delete(state, message)


def _with_nonce(state: SandboxState, author_id: int, channel: Channel, nonce: str | int) -> Message | None:
    since = state.clock.time() - NONCE_LIFETIME_S
    for message in reversed(state.guild_data.messages.get(channel.id, {}).values()):
        if message.timestamp < since:
            return None
        if message.author_id == author_id and message.nonce is not None and str(message.nonce) == str(nonce):
            return message
    return None


def _reference(state: SandboxState, author_id: int, channel: Channel, draft: Draft) -> int | None:
    if draft.reference is None:
        return None
    if not state.permissions(author_id, channel) & Permission.READ_MESSAGE_HISTORY:
        raise DiscordError(400, 160002, "Cannot reply without permission to read message history")
    original = state.guild_data.message(channel.id, draft.reference.message_id)
    if original is not None and original.ephemeral_for is None:
        return original.id
    if draft.reference.fail_if_not_exists:
        form = Form()
        form.error(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        form.finish()
    return None


def fill(state: SandboxState, message: Message, channel: Channel, draft: Draft, uploads: Mapping[int, Upload]) -> None:
    """Set the content of a new message from a draft, or raise 50006 if it is empty."""
    if not (draft.content or draft.embeds or draft.components or uploads or draft.poll or draft.layout):
        raise empty_message()
    check_content(state, message.author_id, draft)
    message.content = draft.content or ""
    message.embeds = draft.embeds or []
    message.components = draft.components or []
    message.layout = draft.layout or []
    message.attachments = assemble(state, channel.id, [], draft.attachments, uploads)
    message.flags |= (draft.flags or 0) & (SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2)
    message.tts = draft.tts
    if draft.poll is not None:
        answers = [PollAnswer(media) for media in draft.poll.answers]
        ends = state.clock.time() + draft.poll.hours * 3600.0
        message.poll = Poll(draft.poll.question, answers, ends, draft.poll.multiselect)
    record_mentions(state, message, channel, draft)
    notify(state, message)


def check_content(state: SandboxState, author_id: int, draft: Draft) -> None:
    """Raise the error of a content filter that refuses what the bot writes."""
    if author_id == state.guild_data.bot.id or author_id in state.guild_data.webhooks:
        embeds = json.dumps(draft.embeds or [], ensure_ascii=False)
        state.content_filter.check(draft.content or "", embeds, layout_text(draft.layout or []))


def publish(state: SandboxState, message: Message) -> Message:
    """Add a message to its channel, unarchive its thread if needed, store it and publish it."""
    channel = state.channel(message.channel_id)
    thread_lifecycle.unarchive(state, channel)
    if channel.thread is not None:
        channel.thread.sent += message.type != MessageType.THREAD_STARTER_MESSAGE
        state.archive.put_thread(channel)
    state.guild_data.messages.setdefault(message.channel_id, {})[message.id] = message
    state.archive.put_message(message)
    state.events.publish(MessageCreated(message))
    return message
