"""Interactions and their lives: three seconds to be acknowledged, fifteen minutes in which the token is good.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from bot.sandbox.errors import already_acknowledged, invalid_webhook_token, unknown_interaction, unknown_webhook
from bot.sandbox.models.interaction import Interaction, Kind, State
from bot.sandbox.state.events import InteractionUpdated

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.snowflake import Snowflakes
    from bot.sandbox.state.clock import Clock
    from bot.sandbox.state.events import Events

ACKNOWLEDGE_S = 3.0
TOKEN_S = 15 * 60.0


class InteractionRegistry:
    """All interactions of this run, by id and by token. `acknowledge_s` is how long the bot may take to answer one."""

    def __init__(
        self, clock: Clock, snowflakes: Snowflakes, events: Events, application_id: int, acknowledge_s: float
    ) -> None:
        self._clock = clock
        self._snowflakes = snowflakes
        self._events = events
        self._application_id = application_id
        self._acknowledge_s = acknowledge_s
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._timers: set[asyncio.Task[None]] = set()

    def open(
        self,
        kind: Kind,
        user_id: int,
        channel: Channel,
        data: Payload,
        *,
        message: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Add an interaction and start its three seconds."""
        interaction = Interaction(
            id=self._snowflakes.next(),
            token=secrets.token_urlsafe(96),
            kind=kind,
            user_id=user_id,
            channel_id=channel.id,
            created=self._clock.time(),
            data=data,
            message_id=None if message is None else message.id,
            trigger=trigger,
        )
        self._forget(self._clock.time() - 2 * TOKEN_S)
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        timer = asyncio.get_running_loop().create_task(self._expire(interaction))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)
        return interaction

    def begin_callback(self, interaction_id: int | None, token: str) -> Interaction:
        """Return an interaction that may be answered now.

        Raises:
            DiscordError: 10062 for one that does not exist or is too old, 40060 for one that was answered.
        """
        interaction = None if interaction_id is None else self._by_id.get(interaction_id)
        if interaction is None or not secrets.compare_digest(interaction.token.encode(), token.encode()):
            raise unknown_interaction()
        if interaction.state is State.ACKNOWLEDGED:
            raise already_acknowledged()
        if interaction.state is State.FAILED or self._clock.time() - interaction.created > self._acknowledge_s:
            raise unknown_interaction()
        return interaction

    def acknowledge(self, interaction: Interaction, callback_type: int) -> None:
        """Note that an interaction was answered."""
        interaction.state = State.ACKNOWLEDGED
        interaction.callback_type = callback_type
        interaction.settled.set()
        self._events.publish(InteractionUpdated(interaction))

    def by_webhook(self, application_id: int | None, token: str) -> Interaction:
        """Return the interaction whose token a webhook request names.

        Raises:
            DiscordError: 10015 for an unknown token or one not acknowledged, 50027 for one older than 15 minutes.
        """
        interaction = self._by_token.get(token)
        if interaction is None or application_id != self._application_id or interaction.state is not State.ACKNOWLEDGED:
            raise unknown_webhook()
        if self._clock.time() - interaction.created > TOKEN_S:
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

    async def _expire(self, interaction: Interaction) -> None:
        await self._clock.sleep(self._acknowledge_s)
        if interaction.state is State.PENDING:
            interaction.state = State.FAILED
            interaction.settled.set()
            self._events.publish(InteractionUpdated(interaction))
