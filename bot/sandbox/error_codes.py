"""Discord's JSON error codes with the status and the message that come with each.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import DiscordError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The messages are documented. Discord documents no status for most codes; these were observed.
ERROR_CODES: Mapping[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10006: (404, "Unknown Invite"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown permission overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10026: (404, "Unknown Ban"),
    10057: (404, "Unknown guild template"),
    10060: (404, "Unknown sticker"),
    10061: (404, "Unknown sticker pack"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10065: (404, "Unknown Voice State"),
    10066: (404, "Unknown application command permissions"),
    10067: (404, "Unknown Stage Instance"),
    10069: (404, "Unknown guild Welcome Screen"),
    10070: (404, "Unknown Guild Scheduled Event"),
    10097: (404, "Unknown sound"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    20022: (429, "This message cannot be edited due to announcement rate limits"),
    20028: (429, "The write action you are performing on the channel has hit the write rate limit"),
    20029: (429, "The write action you are performing on the server has hit the write rate limit"),
    30003: (400, "Maximum number of pins reached for the channel (250)"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30008: (400, "Maximum number of emojis reached"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30013: (400, "Maximum number of guild channels reached (500)"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40001: (401, "Unauthorized. Provide a valid token and try again"),
    40002: (403, "You need to verify your account in order to perform this action"),
    40004: (403, "Send messages has been temporarily disabled"),
    40005: (413, "Request entity too large. Try sending something smaller in size"),
    40006: (400, "This feature has been temporarily disabled server-side"),
    40032: (400, "Target user is not connected to voice"),
    40033: (400, "This message has already been crossposted"),
    40060: (400, "Interaction has already been acknowledged"),
    40062: (429, "Service resource is being rate limited"),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50009: (403, "Channel verification level is too high for you to gain access"),
    50013: (403, "You lack permissions to perform that action"),
    50014: (401, "Invalid authentication token provided"),
    50021: (400, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid webhook token provided"),
    50034: (400, "You can only bulk delete messages that are under 14 days old."),
    50035: (400, "Invalid Form Body"),
    50045: (400, "File uploaded exceeds the maximum size"),
    50055: (403, "Invalid Guild"),
    50068: (400, "Invalid message type"),
    50081: (400, "Invalid sticker sent"),
    50083: (400, "Thread is archived"),
    50101: (400, "This server needs more boosts to perform this action"),
    50109: (400, "The request body contains invalid JSON"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    90001: (403, "Reaction was blocked"),
    110001: (403, "Application not available yet. Try again later"),
    130000: (503, "API resource is currently overloaded. Try again a little later"),
    160002: (400, "Cannot reply without permission to read message history"),
    160005: (403, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    160011: (400, "Cannot forward a message whose content you cannot read"),
    200000: (400, "Message was blocked by automatic moderation"),
    200001: (400, "Title was blocked by automatic moderation"),
    220001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
    220002: (400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"),
    220003: (400, "Webhooks can only create threads in forum channels"),
    240000: (400, "Message blocked by harmful links filter"),
    500000: (400, "Failed to ban users"),
    520001: (400, "Poll expired"),
    520003: (400, "Cannot edit a poll message"),
    520006: (400, "Cannot expire a non-poll message"),
}


def error_of(
    code: int, status: int | None = None, message: str | None = None, retry_after: float | None = None
) -> DiscordError:
    """Return the error with a code, with the table's status and message unless others are given.

    A code that is not in the table, such as 0, has the status 400 and no words of its own. Every 429 has a
    `retry_after`, 1 s by default.
    """
    known_status, known_message = ERROR_CODES.get(code, (400, f"{status or 400}: Error"))
    final = known_status if status is None else status
    wait = 1.0 if final == 429 and retry_after is None else retry_after
    return DiscordError(final, code, known_message if message is None else message, retry_after=wait)
