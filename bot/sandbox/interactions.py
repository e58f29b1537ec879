"""Interactions and their lives: three seconds to be acknowledged, fifteen minutes in which the token is good.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from bot.sandbox import wire, wire_message
from bot.sandbox.errors import already_acknowledged, invalid_webhook_token, unknown_interaction, unknown_webhook
from bot.sandbox.events import InteractionMoved, InteractionOpened

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel, Message

ACKNOWLEDGE_S = 3.0
TOKEN_S = 15 * 60.0
CHAT_INPUT_REPLY, CONTEXT_MENU_REPLY, REPLY = 20, 23, 19


class Kind(IntEnum):
    """Discord's interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class State(Enum):
    """Where an interaction stands."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"


@dataclass(slots=True)
class Interaction:
    """Something that a member did and the bot answers.

    `message_id` is the message whose component or menu was used. `original_id` is what `@original` means, once there
    is such a message. `answer` is the callback's data where it is for the member's client: a modal, or choices.
    """

    id: int
    token: str
    kind: Kind
    user_id: int
    channel_id: int
    created: float
    data: Payload
    message_id: int | None = None
    trigger: Interaction | None = None
    state: State = State.PENDING
    callback_type: int | None = None
    original_id: int | None = None
    answer: Payload | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def reply_type(self) -> int:
        """Return the message type of a response."""
        if self.kind is Kind.COMMAND:
            return CHAT_INPUT_REPLY if self.data.get("type", 1) == 1 else CONTEXT_MENU_REPLY
        return REPLY if self.message_id is not None else 0

    def answers(self) -> int | None:
        """Return the message that a new response refers to: the one with the component, or the first response."""
        return self.original_id if self.original_id is not None else self.message_id

    def metadata(self) -> Payload:
        """Return what a response remembers of the interaction."""
        body: Payload = {"id": str(self.id), "type": int(self.kind), "user_id": self.user_id}
        if self.kind is Kind.COMMAND:
            body["name"] = self.data["name"]
            kind = {2: "target_user_id", 3: "target_message_id"}.get(self.data.get("type", 1))
            if kind is not None:
                body[kind] = str(self.data["target_id"])
        elif self.kind is Kind.COMPONENT:
            body["interacted_message_id"] = str(self.message_id)
        elif self.trigger is not None:
            body["triggering_interaction_metadata"] = self.trigger.metadata()
        return body


class Interactions:
    """All interactions of this run, by id and by token."""

    def __init__(self) -> None:
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._timers: set[asyncio.Task[None]] = set()

    def open(
        self,
        realm: Realm,
        kind: Kind,
        user_id: int,
        channel: Channel,
        data: Payload,
        *,
        message: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Begin an interaction, tell the bot, and start its three seconds."""
        interaction = Interaction(
            id=realm.snowflakes.next(),
            token=secrets.token_urlsafe(96),
            kind=kind,
            user_id=user_id,
            channel_id=channel.id,
            created=realm.clock.time(),
            data=data,
            message_id=None if message is None else message.id,
            trigger=trigger,
        )
        self._forget(realm.clock.time() - 2 * TOKEN_S)
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        timer = asyncio.get_running_loop().create_task(self._expire(realm, interaction))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)
        realm.events.publish(InteractionOpened(interaction, _payload(realm, interaction, channel, message)))
        return interaction

    def begin_callback(self, realm: Realm, interaction_id: int | None, token: str) -> Interaction:
        """Return an interaction that may be answered now.

        Raises:
            DiscordError: 10062 for one that does not exist or is too old, 40060 for one that was answered.
        """
        interaction = None if interaction_id is None else self._by_id.get(interaction_id)
        if interaction is None or not secrets.compare_digest(interaction.token.encode(), token.encode()):
            raise unknown_interaction()
        if interaction.state is State.ACKNOWLEDGED:
            raise already_acknowledged()
        if interaction.state is State.FAILED or realm.clock.time() - interaction.created > ACKNOWLEDGE_S:
            raise unknown_interaction()
        return interaction

    def acknowledge(self, realm: Realm, interaction: Interaction, callback_type: int) -> None:
        """Note that an interaction was answered."""
        interaction.state = State.ACKNOWLEDGED
        interaction.callback_type = callback_type
        interaction.settled.set()
        realm.events.publish(InteractionMoved(interaction))

    def by_webhook(self, realm: Realm, application_id: int | None, token: str) -> Interaction:
        """Return the interaction whose token a webhook request names.

        Raises:
            DiscordError: 10015 for an unknown token or one not acknowledged, 50027 for one older than 15 minutes.
        """
        interaction = self._by_token.get(token)
        if interaction is None or application_id != realm.world.bot.id or interaction.state is not State.ACKNOWLEDGED:
            raise unknown_webhook()
        if realm.clock.time() - interaction.created > TOKEN_S:
            raise invalid_webhook_token()
        return interaction

    def get(self, interaction_id: int | None) -> Interaction | None:
        """Return an interaction by its id."""
        return None if interaction_id is None else self._by_id.get(interaction_id)

    def _forget(self, before: float) -> None:
        """Drop interactions whose token has long expired; ids, and so the registry, are in the order of time."""
        while self._by_id:
            oldest = next(iter(self._by_id.values()))
            if oldest.created >= before:
                return
            del self._by_id[oldest.id], self._by_token[oldest.token]

    async def close(self) -> None:
        """Stop every timer."""
        timers = list(self._timers)
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)

    async def _expire(self, realm: Realm, interaction: Interaction) -> None:
        await realm.clock.sleep(ACKNOWLEDGE_S)
        if interaction.state is State.PENDING:
            interaction.state = State.FAILED
            interaction.settled.set()
            realm.events.publish(InteractionMoved(interaction))


def _payload(realm: Realm, interaction: Interaction, channel: Channel, message: Message | None) -> Payload:
    """Return the interaction object that the bot receives."""
    world = realm.world
    actor = world.members[interaction.user_id]
    guild_id = str(world.guild.id)
    granted = int(realm.permissions(interaction.user_id, channel))
    body: Payload = {
        "id": str(interaction.id),
        "application_id": str(world.bot.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": world.guild.preferred_locale, "features": []},
        "guild_locale": world.guild.preferred_locale,
        "channel_id": str(channel.id),
        "channel": wire.interaction_channel(realm, channel, interaction.user_id),
        "member": wire.member(actor) | {"permissions": str(granted)},
        "locale": actor.user.locale,
        "app_permissions": str(int(realm.permissions(world.bot.id, channel))),
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": {"0": guild_id},
        "context": 0,
        "attachment_size_limit": 10 * 1024 * 1024,
        "data": interaction.data,
    }
    if message is not None and interaction.kind in (Kind.COMPONENT, Kind.MODAL):
        body["message"] = wire_message.message(realm, message)
    return body
