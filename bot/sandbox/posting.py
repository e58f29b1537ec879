"""Messages come, change and go.

In a thread they wake it, and what is archived or locked has its say first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import threads, wire_message
from bot.sandbox.attachments import assemble
from bot.sandbox.errors import DiscordError, empty_message, system_message
from bot.sandbox.events import MessageCreated, MessageDeleted, MessageEdited
from bot.sandbox.notifying import REPLY, mention, ping
from bot.sandbox.permissions import Permission, to_write
from bot.sandbox.validate.form import Form
from bot.sandbox.validate.message import SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS
from bot.sandbox.world import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.body import Upload
    from bot.sandbox.realm import Realm
    from bot.sandbox.validate.message import Draft
    from bot.sandbox.world import Channel

NAME_CHANGE = 4
# what somebody wrote; Discord itself writes all other types
ORDINARY = (0, REPLY, 20, 23)
NONCE_LIFETIME_S = 300


def needed_to_post(channel: Channel, draft: Draft, uploads: Mapping[int, Upload]) -> Permission:
    """Return the permissions without which a channel message is refused."""
    needed = to_write(channel)
    if draft.embeds:
        needed |= Permission.EMBED_LINKS
    if uploads:
        needed |= Permission.ATTACH_FILES
    return needed


def post(realm: Realm, author_id: int, channel: Channel, draft: Draft, uploads: Mapping[int, Upload]) -> Message:
    """Post a channel message; with `enforce_nonce`, return the one that already carries the nonce instead.

    Raises:
        DiscordError: 50001, 50013, 50006, 50083 or 160005 in a locked thread, or 50035 for a reply to a message that is
            not there.
    """
    realm.require(author_id, channel, needed_to_post(channel, draft, uploads))
    threads.require_unlocked(realm, author_id, channel)
    if draft.enforce_nonce and draft.nonce is not None:
        earlier = _with_nonce(realm, author_id, channel, draft.nonce)
        if earlier is not None:
            return earlier
    reference_id = _reference(realm, author_id, channel, draft)
    message = Message(
        id=realm.snowflakes.next(),
        channel_id=channel.id,
        author_id=author_id,
        timestamp=realm.clock.time(),
        type=0 if reference_id is None else REPLY,
        reference_id=reference_id,
        nonce=draft.nonce,
    )
    fill(realm, message, channel, draft, uploads)
    publish(realm, message)
    # who writes in a thread has joined it
    threads.join(realm, author_id, channel)
    return message


def edit(realm: Realm, message: Message, draft: Draft, uploads: Mapping[int, Upload]) -> Message:
    """Change what a draft names; a message that was "thinking" becomes a real one.

    Raises:
        DiscordError: 50006, 50021 for a system message, 50083 in an archived thread, 160005 in a locked one.
    """
    channel = realm.channel(message.channel_id)
    threads.require_active(channel)
    threads.require_unlocked(realm, message.author_id, channel)
    if message.type not in ORDINARY:
        raise system_message()
    was_thinking = bool(message.flags & wire_message.LOADING)
    files = assemble(realm, channel.id, message.attachments, draft.attachments, uploads)
    content = message.content if draft.content is None else draft.content
    embeds = message.embeds if draft.embeds is None else draft.embeds
    components = message.components if draft.components is None else draft.components
    if not (content or embeds or files or components):
        raise empty_message()
    message.content, message.embeds, message.components, message.attachments = content, embeds, components, files
    message.flags &= ~wire_message.LOADING
    if draft.flags is not None:
        message.flags = message.flags & ~SUPPRESS_EMBEDS | draft.flags & SUPPRESS_EMBEDS
    if draft.content is not None:
        mention(realm, message, channel, draft)
    if was_thinking:
        ping(realm, message)
    else:
        message.edited_at = realm.clock.time()
    realm.archive.put_message(message)
    realm.events.publish(MessageEdited(message))
    return message


def delete(realm: Realm, message: Message) -> None:
    """Delete a message and its files; a thread that was begun from it lives on.

    Raises:
        DiscordError: 50021 for a message of Discord's that stays.
    """
    if message.type in (threads.STARTER, NAME_CHANGE):
        raise system_message()
    del realm.world.messages[message.channel_id][message.id]
    realm.archive.drop_message(message)
    realm.events.publish(MessageDeleted(message))


def _with_nonce(realm: Realm, author_id: int, channel: Channel, nonce: str | int) -> Message | None:
    since = realm.clock.time() - NONCE_LIFETIME_S
    for message in reversed(realm.world.messages.get(channel.id, {}).values()):
        if message.timestamp < since:
            return None
        if message.author_id == author_id and message.nonce is not None and str(message.nonce) == str(nonce):
            return message
    return None


def _reference(realm: Realm, author_id: int, channel: Channel, draft: Draft) -> int | None:
    if draft.reference is None:
        return None
    if not realm.permissions(author_id, channel) & Permission.READ_MESSAGE_HISTORY:
        raise DiscordError(400, 160002, "Cannot reply without permission to read message history")
    original = realm.world.message(channel.id, draft.reference.message_id)
    if original is not None and original.ephemeral_for is None:
        return original.id
    if draft.reference.fail_if_not_exists:
        form = Form()
        form.error(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        form.finish()
    return None


def fill(realm: Realm, message: Message, channel: Channel, draft: Draft, uploads: Mapping[int, Upload]) -> None:
    """Make a new message say what a draft says, or raise 50006 if that is nothing."""
    if not (draft.content or draft.embeds or draft.components or uploads):
        raise empty_message()
    message.content = draft.content or ""
    message.embeds = draft.embeds or []
    message.components = draft.components or []
    message.attachments = assemble(realm, channel.id, [], draft.attachments, uploads)
    message.flags |= (draft.flags or 0) & (SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS)
    message.tts = draft.tts
    mention(realm, message, channel, draft)
    ping(realm, message)


def publish(realm: Realm, message: Message) -> Message:
    """Put a finished message into its channel, waking a thread that sleeps, and tell everybody."""
    channel = realm.channel(message.channel_id)
    threads.wake(realm, channel)
    if channel.thread is not None:
        channel.thread.sent += message.type != threads.STARTER
        realm.archive.put_thread(channel)
    realm.world.messages.setdefault(message.channel_id, {})[message.id] = message
    realm.archive.put_message(message)
    realm.events.publish(MessageCreated(message))
    return message
