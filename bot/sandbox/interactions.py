"""Interactions and their lives: three seconds to be acknowledged, fifteen minutes in which the token is good.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from bot.sandbox import wire, wire_message
from bot.sandbox.errors import already_acknowledged, invalid_webhook_token, unknown_interaction, unknown_webhook
from bot.sandbox.events import InteractionMoved, InteractionOpened
from bot.sandbox.interaction import Interaction, Kind, State

if TYPE_CHECKING:
    from bot.sandbox.payload import Payload
    from bot.sandbox.realm import Realm
    from bot.sandbox.world import Channel, Message

ACKNOWLEDGE_S = 3.0
TOKEN_S = 15 * 60.0


class Interactions:
    """All interactions of this run, by id and by token. `acknowledge_s` is how long the bot may take to answer one."""

    def __init__(self, acknowledge_s: float = ACKNOWLEDGE_S) -> None:
        self._acknowledge_s = acknowledge_s
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
        if interaction.state is State.FAILED or realm.clock.time() - interaction.created > self._acknowledge_s:
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
        await realm.clock.sleep(self._acknowledge_s)
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
