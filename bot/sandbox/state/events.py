"""Events of the sandbox, published to gateway sessions and pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.models.interaction import Interaction
    from bot.sandbox.models.payload import Payload


@dataclass(frozen=True, slots=True)
class MessageCreated:
    """A message was posted."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """A message is different from before."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message is gone."""

    message: Message


@dataclass(frozen=True, slots=True)
class ReactionAdded:
    """Somebody put an emoji under a message."""

    message: Message
    user_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class ReactionRemoved:
    """Somebody's emoji was taken away."""

    message: Message
    user_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class ReactionsCleared:
    """All reactions, or all with one emoji, were taken away."""

    message: Message
    emoji: str | None


@dataclass(frozen=True, slots=True)
class TypingStarted:
    """Somebody is typing."""

    channel_id: int
    user_id: int
    at: float


@dataclass(frozen=True, slots=True)
class ThreadCreated:
    """A thread was begun."""

    thread: Channel


@dataclass(frozen=True, slots=True)
class ThreadUpdated:
    """A thread has another name or state."""

    thread: Channel


@dataclass(frozen=True, slots=True)
class ThreadDeleted:
    """A thread is gone, and every message in it."""

    thread: Channel


@dataclass(frozen=True, slots=True)
class ThreadMembership:
    """Somebody joined a thread, or left it."""

    thread: Channel
    user_id: int


@dataclass(frozen=True, slots=True)
class InteractionOpened:
    """A member used a command, a component or a modal; the bot has three seconds."""

    interaction: Interaction
    payload: Payload


@dataclass(frozen=True, slots=True)
class InteractionUpdated:
    """An interaction was acknowledged, or failed; the gateway does not tell, the page does."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class CommandsChanged:
    """The bot registered commands."""


@dataclass(frozen=True, slots=True)
class BotPresence:
    """The bot came online or went away."""

    online: bool


MessageEvent: TypeAlias = (
    MessageCreated | MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved | ReactionsCleared
)
ThreadEvent: TypeAlias = ThreadCreated | ThreadUpdated | ThreadDeleted | ThreadMembership
Event: TypeAlias = (
    MessageEvent | ThreadEvent | TypingStarted | InteractionOpened | InteractionUpdated | CommandsChanged | BotPresence
)
Listener: TypeAlias = Callable[[Event], None]


class Events:
    """Tells every listener every event, in order, at once."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` from now on, until the function that is returned is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        """Tell everybody."""
        for listener in list(self._listeners):
            listener(event)
