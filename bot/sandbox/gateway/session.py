"""A gateway session: numbers its events, and replays missed ones after a lost connection."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.gateway.frame import Frame

if TYPE_CHECKING:
    import asyncio

    from bot.sandbox.gateway.intents import Intent
    from bot.sandbox.models.payload import Payload

# Discord documents no number; after more missed events than this the client has to identify again
REPLAY = 1000
# seconds for which a session without a connection can be resumed
LIFETIME_S = 180.0


@dataclass(slots=True)
class GatewaySession:
    """One session. `outbox` is the queue of its connection, None without one; `lost_at` is when the last one ended.

    A `forgotten` session cannot be resumed. `shard` is the number of its shard, and how many there are.
    """

    id: str
    intents: Intent
    sequence: int = 0
    buffer: deque[tuple[int, Frame]] = field(default_factory=lambda: deque(maxlen=REPLAY))
    outbox: asyncio.Queue[Frame] | None = None
    lost_at: float | None = None
    forgotten: bool = False
    shard: tuple[int, int] = (0, 1)

    def has_guild(self, guild_id: int) -> bool:
        """Return whether a guild's events go to this session.

        https://discord.com/developers/docs/events/gateway#sharding
        """
        number, count = self.shard
        return (guild_id >> 22) % count == number

    def dispatch(self, name: str, data: Payload) -> None:
        """Number an event, keep it for a replay, and send it if there is a connection."""
        self.sequence += 1
        text = json.dumps({"op": 0, "s": self.sequence, "t": name, "d": data}, ensure_ascii=False)
        frame = Frame(name, text)
        self.buffer.append((self.sequence, frame))
        if self.outbox is not None:
            self.outbox.put_nowait(frame)

    def can_replay(self, sequence: int) -> bool:
        """Return whether every event after `sequence` is still kept."""
        oldest = self.buffer[0][0] if self.buffer else self.sequence + 1
        return sequence + 1 >= oldest

    def replay(self, sequence: int) -> None:
        """Send every event after `sequence` again."""
        assert self.outbox is not None, "a replay needs a connection"  # noqa: S101  a programming error, not input
        for number, frame in self.buffer:
            if number > sequence:
                self.outbox.put_nowait(frame)
