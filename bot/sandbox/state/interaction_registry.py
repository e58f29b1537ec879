"""The interactions of this run. The bot has 3 s to acknowledge one; its token is valid for 15 minutes.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.sandbox.errors import already_acknowledged, invalid_webhook_token, unknown_interaction, unknown_webhook
from bot.sandbox.models.interaction import Interaction, InteractionKind, State
from bot.sandbox.state.events import InteractionUpdated

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock
    from bot.sandbox.models.guild import Channel, Message
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.snowflake import Snowflakes
    from bot.sandbox.state.events import Events
    from bot.sandbox.state.timers import Timers

ACKNOWLEDGE_S = 3.0
TOKEN_S = 15 * 60.0


class InteractionRegistry:
    """Interactions by id and by token. `acknowledge_s` is how many seconds the bot has to acknowledge one."""

    def __init__(
        self,
        clock: Clock,
        timers: Timers,
        snowflakes: Snowflakes,
        events: Events,
        application_id: int,
        acknowledge_s: float,
    ) -> None:
        self._clock = clock
        self._timers = timers
        self._snowflakes = snowflakes
        self._events = events
        self._application_id = application_id
        self._acknowledge_s = acknowledge_s
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def open(
        self,
        kind: InteractionKind,
        user_id: int,
        channel: Channel,
        data: Payload,
        *,
        message: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Add an interaction, which fails unless it is acknowledged in time."""
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
        self._timers.after(self._acknowledge_s, lambda: self._expire(interaction))
        return interaction

    def begin_callback(self, interaction_id: int | None, token: str) -> Interaction:
        """Return an interaction that can be answered now.

        Raises:
            DiscordError: 10062 if it does not exist or is too old, 40060 if it was already answered.
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
        """Record that the bot answered an interaction with a callback of this type."""
        interaction.state = State.ACKNOWLEDGED
        interaction.callback_type = callback_type
        interaction.settled.set()
        self._events.publish(InteractionUpdated(interaction))

    def by_webhook(self, application_id: int | None, token: str) -> Interaction:
        """Return the interaction of a token in a webhook request.

        Raises:
            DiscordError: 10015 for an unknown token or an interaction that is not acknowledged, 50027 after 15 minutes.
        """
        interaction = self._by_token.get(token)
        if interaction is None or application_id != self._application_id or interaction.state is not State.ACKNOWLEDGED:
            raise unknown_webhook()
        if self._clock.time() - interaction.created > TOKEN_S:
            raise invalid_webhook_token()
        return interaction

    def get(self, interaction_id: int | None) -> Interaction | None:
        """Return an interaction by its id, or None."""
        return None if interaction_id is None else self._by_id.get(interaction_id)

    def _forget(self, before: float) -> None:
        """Drop interactions created before a moment. The registry is in the order of creation."""
        while self._by_id:
            oldest = next(iter(self._by_id.values()))
            if oldest.created >= before:
                return
            del self._by_id[oldest.id], self._by_token[oldest.token]

    def _expire(self, interaction: Interaction) -> None:
        if interaction.state is State.PENDING:
            interaction.state = State.FAILED
            interaction.settled.set()
            self._events.publish(InteractionUpdated(interaction))
