"""Discord's errors by name: HTTP status, JSON code and message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload


class DiscordError(Exception):
    """An error response. `code` is Discord's JSON error code, 0 for a general error; `retry_after` is in seconds."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: Payload | None = None,
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after = retry_after

    def payload(self) -> Payload:
        """Return the body of the response."""
        body: Payload = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.retry_after is not None:
            body |= {"retry_after": round(self.retry_after, 3), "global": False}
        return body


def unauthorized() -> DiscordError:
    """No token, or a wrong one."""
    return DiscordError(401, 0, "401: Unauthorized")


def not_found() -> DiscordError:
    """No such route."""
    return DiscordError(404, 0, "404: Not Found")


def method_not_allowed() -> DiscordError:
    """The route exists, with other methods."""
    return DiscordError(405, 0, "405: Method Not Allowed")


def unknown_channel() -> DiscordError:
    """The channel does not exist."""
    return DiscordError(404, 10003, "Unknown Channel")


def unknown_guild() -> DiscordError:
    """The guild does not exist, or the bot is not in it."""
    return DiscordError(404, 10004, "Unknown Guild")


def unknown_member() -> DiscordError:
    """The user is not a member of the guild."""
    return DiscordError(404, 10007, "Unknown Member")


def unknown_message() -> DiscordError:
    """The message does not exist, was deleted, or is hidden from the caller."""
    return DiscordError(404, 10008, "Unknown Message")


def unknown_overwrite() -> DiscordError:
    """The channel has no permission overwrite for the role or member."""
    return DiscordError(404, 10009, "Unknown permission overwrite")


def unknown_role() -> DiscordError:
    """The role does not exist."""
    return DiscordError(404, 10011, "Unknown Role")


def unknown_user() -> DiscordError:
    """The user does not exist."""
    return DiscordError(404, 10013, "Unknown User")


def unknown_emoji() -> DiscordError:
    """Neither a Unicode emoji nor one of the guild's."""
    return DiscordError(400, 10014, "Unknown Emoji")


def unknown_webhook() -> DiscordError:
    """No such webhook, or an interaction that has not been acknowledged yet."""
    return DiscordError(404, 10015, "Unknown Webhook")


def unknown_ban() -> DiscordError:
    """The user is not banned."""
    return DiscordError(404, 10026, "Unknown Ban")


def unknown_interaction() -> DiscordError:
    """The interaction does not exist, or was not acknowledged within three seconds."""
    return DiscordError(404, 10062, "Unknown interaction")


def unknown_command() -> DiscordError:
    """The application command does not exist."""
    return DiscordError(404, 10063, "Unknown application command")


def too_many_pins() -> DiscordError:
    """A channel has at most 250 pinned messages."""
    return DiscordError(400, 30003, "Maximum number of pins reached for the channel (250)")


def too_many_webhooks() -> DiscordError:
    """A channel has at most 15 webhooks."""
    return DiscordError(400, 30007, "Maximum number of webhooks reached (15)")


def too_many_emojis() -> DiscordError:
    """A guild has at most 50 emoji that do not move, and as many that do."""
    return DiscordError(400, 30008, "Maximum number of emojis reached (50)")


def too_many_reactions() -> DiscordError:
    """A message has at most twenty different reactions."""
    return DiscordError(400, 30010, "Maximum number of reactions reached (20)")


def too_many_channels() -> DiscordError:
    """A guild has at most 500 channels."""
    return DiscordError(400, 30013, "Maximum number of guild channels reached (500)")


def old_edits_exhausted(retry_after: float) -> DiscordError:
    """Too many edits of messages older than an hour; the response is a 429, as for a rate limit."""
    words = "Maximum number of edits to messages older than 1 hour reached. Try again later"
    return DiscordError(429, 30046, words, retry_after=retry_after)


def not_served(what: str = "this route") -> DiscordError:
    """A route or a field of Discord's that the sandbox does not serve; the code says that a feature is switched off."""
    words = f"This feature has been temporarily disabled server-side. (The sandbox does not serve {what}.)"
    return DiscordError(400, 40006, words)


def not_in_voice() -> DiscordError:
    """A member can be muted, deafened or moved only in a voice channel. In the sandbox nobody is in one."""
    return DiscordError(400, 40032, "Target user is not connected to voice.")


def already_crossposted() -> DiscordError:
    """The message of an announcement channel has already been published."""
    return DiscordError(400, 40033, "This message has already been crossposted")


def tag_required() -> DiscordError:
    """The forum requires a tag for every post."""
    return DiscordError(400, 40067, "A tag is required to create a forum post in this channel")


def already_acknowledged() -> DiscordError:
    """The interaction has already been answered; each is answered once."""
    return DiscordError(400, 40060, "Interaction has already been acknowledged.")


def entity_too_large() -> DiscordError:
    """A file or the whole request is over the limit."""
    return DiscordError(413, 40005, "Request entity too large")


def missing_access() -> DiscordError:
    """The caller cannot see the channel."""
    return DiscordError(403, 50001, "Missing Access")


def not_the_author() -> DiscordError:
    """Only its author can edit a message."""
    return DiscordError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> DiscordError:
    """A message needs content, an embed, a file, or a component."""
    return DiscordError(400, 50006, "Cannot send an empty message")


def cannot_message_user() -> DiscordError:
    """The user accepts no direct messages. In the sandbox nobody does."""
    return DiscordError(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> DiscordError:
    """The caller sees the channel but lacks a permission in it."""
    return DiscordError(403, 50013, "Missing Permissions")


def system_message() -> DiscordError:
    """Discord wrote the message itself, so it cannot be edited."""
    return DiscordError(400, 50021, "Cannot execute action on a system message")


def not_a_text_channel() -> DiscordError:
    """Categories and forums have no messages of their own."""
    return DiscordError(400, 50008, "Cannot send messages in a non-text channel")


def too_old_to_bulk_delete() -> DiscordError:
    """A bulk deletion takes no messages older than two weeks."""
    return DiscordError(400, 50034, "You can only bulk delete messages that are under 14 days old.")


def wrong_channel_type() -> DiscordError:
    """A thread where a channel is required, or a channel where a thread is required."""
    return DiscordError(400, 50024, "Cannot execute action on this channel type")


def legacy_fields() -> DiscordError:
    """A message of Components V2 would keep its content or its embeds."""
    words = "Content and embeds cannot be used when using MessageFlags.IS_COMPONENTS_V2"
    code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    return invalid_form({"flags": {"_errors": [{"code": code, "message": words}]}})


def invalid_sticker() -> DiscordError:
    """A message names a sticker that does not exist. The sandbox has none."""
    return DiscordError(400, 50081, "Invalid sticker sent")


def thread_archived() -> DiscordError:
    """In an archived thread nobody can edit, react or join; a message unarchives it unless it is locked."""
    words = (
        "Tried to perform an operation on an archived thread, such as editing a message or adding a user to the thread"
    )
    return DiscordError(400, 50083, words)


def thread_exists() -> DiscordError:
    """A message has at most one thread."""
    return DiscordError(400, 160004, "A thread has already been created for this message")


def thread_locked() -> DiscordError:
    """Only members with Manage Threads can write in a locked thread."""
    return DiscordError(403, 160005, "Thread is locked")


def forward_unreadable() -> DiscordError:
    """A bot without MESSAGE_CONTENT cannot forward what it cannot read."""
    return DiscordError(400, 160011, "Cannot forward a message whose content you cannot read")


def bans_failed() -> DiscordError:
    """None of the users of a bulk ban could be banned."""
    return DiscordError(400, 500000, "Failed to ban users")


def poll_expired() -> DiscordError:
    """The poll has ended."""
    return DiscordError(400, 520001, "Poll expired")


def poll_not_editable() -> DiscordError:
    """A message with a poll cannot be edited."""
    return DiscordError(400, 520003, "Cannot edit a poll message")


def not_a_poll() -> DiscordError:
    """The message has no poll."""
    return DiscordError(400, 520006, "Cannot expire a non-poll message")


def unknown_answer(number: int) -> DiscordError:
    """The poll has no answer with this number."""
    entry = {"code": "BASE_TYPE_CHOICES", "message": f"The poll has no answer {number}."}
    return invalid_form({"answer_id": {"_errors": [entry]}})


def invalid_webhook_token() -> DiscordError:
    """The interaction's token has expired."""
    return DiscordError(401, 50027, "Invalid Webhook Token")


def invalid_json() -> DiscordError:
    """The body is not JSON, or not the JSON type that the endpoint takes."""
    return DiscordError(400, 50109, "The request body contains invalid JSON.")


def invalid_form(errors: Payload) -> DiscordError:
    """The body breaks rules; `errors` names them field by field."""
    return DiscordError(400, 50035, "Invalid Form Body", errors)
