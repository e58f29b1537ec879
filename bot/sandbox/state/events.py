"""Events of the sandbox. The gateway and the page subscribe to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, Member, Message, Role, User
    from bot.sandbox.models.interaction import Interaction
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.audit_log import AuditEntry


@dataclass(frozen=True, slots=True)
class MessageCreated:
    """A message was posted."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """A message was changed."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message was deleted."""

    message: Message


@dataclass(frozen=True, slots=True)
class ReactionAdded:
    """A user added a reaction to a message."""

    message: Message
    user_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class ReactionRemoved:
    """A user's reaction was removed."""

    message: Message
    user_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class ReactionsCleared:
    """All reactions were removed, or all with one emoji."""

    message: Message
    emoji: str | None


@dataclass(frozen=True, slots=True)
class PollVoted:
    """A vote for the answer with this number was added to a poll or removed."""

    message: Message
    user_id: int
    answer: int
    added: bool


@dataclass(frozen=True, slots=True)
class TypingStarted:
    """A user started to type, at a time in seconds since the Unix epoch."""

    channel_id: int
    user_id: int
    at: float


@dataclass(frozen=True, slots=True)
class ThreadCreated:
    """A thread was created; or, if not `newly`, a member was added to a private one."""

    thread: Channel
    newly: bool = True


@dataclass(frozen=True, slots=True)
class ThreadUpdated:
    """The name or the state of a thread changed."""

    thread: Channel


@dataclass(frozen=True, slots=True)
class ThreadDeleted:
    """A thread was deleted with its messages."""

    thread: Channel


@dataclass(frozen=True, slots=True)
class ThreadMembership:
    """A user joined or left a thread."""

    thread: Channel
    user_id: int


class Change(Enum):
    """What happened to a channel or a role."""

    CREATED = "CREATE"
    UPDATED = "UPDATE"
    DELETED = "DELETE"


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """A channel that is not a thread was created, changed or deleted."""

    channel: Channel
    change: Change


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A role was created, changed or deleted."""

    role: Role
    change: Change


@dataclass(frozen=True, slots=True)
class MessagesDeleted:
    """Several messages of a channel were deleted at once."""

    channel: Channel
    messages: list[Message]


@dataclass(frozen=True, slots=True)
class PinsChanged:
    """A message was pinned or unpinned; `last` is when the newest pin was made, 0 without any."""

    channel: Channel
    last: float


@dataclass(frozen=True, slots=True)
class WebhooksChanged:
    """A webhook of a channel was created, changed or deleted."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class MemberUpdated:
    """The roles or the nickname of a member changed."""

    member: Member


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """A user joined the guild."""

    member: Member


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A member left the guild, or was kicked or banned."""

    user: User


@dataclass(frozen=True, slots=True)
class BanChanged:
    """A user was banned or unbanned."""

    user: User
    banned: bool


@dataclass(frozen=True, slots=True)
class EmojisChanged:
    """The guild's own emoji changed."""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A member's status changed."""

    user_id: int


@dataclass(frozen=True, slots=True)
class AuditEntryAdded:
    """The audit log got an entry."""

    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class InteractionOpened:
    """A member used a command, a component or a modal. `payload` is the interaction object for the bot."""

    interaction: Interaction
    payload: Payload


@dataclass(frozen=True, slots=True)
class InteractionUpdated:
    """An interaction was acknowledged or has failed. The page shows this; the gateway sends no event."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class CommandsChanged:
    """The bot changed its commands."""


@dataclass(frozen=True, slots=True)
class BotPresence:
    """The bot went online or offline."""

    online: bool


MessageEvent: TypeAlias = (
    MessageCreated | MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved | ReactionsCleared | PollVoted
)
ThreadEvent: TypeAlias = ThreadCreated | ThreadUpdated | ThreadDeleted | ThreadMembership
PeopleEvent: TypeAlias = MemberJoined | MemberLeft | MemberUpdated | BanChanged | PresenceChanged
GuildEvent: TypeAlias = (
    PeopleEvent
    | ChannelChanged
    | RoleChanged
    | MessagesDeleted
    | PinsChanged
    | WebhooksChanged
    | EmojisChanged
    | AuditEntryAdded
)
Event: TypeAlias = (
    MessageEvent
    | ThreadEvent
    | GuildEvent
    | TypingStarted
    | InteractionOpened
    | InteractionUpdated
    | CommandsChanged
    | BotPresence
)
Listener: TypeAlias = Callable[[Event], None]


class Events:
    """Calls every listener with every event, in order."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Add a listener. Call the returned function to remove it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        """Call every listener."""
        for listener in list(self._listeners):
            listener(event)
