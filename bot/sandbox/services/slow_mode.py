"""Slow mode: each member writes one message and starts one thread in so many seconds.

https://discord.com/developers/docs/resources/channel#channel-object-channel-structure
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.error_codes import error_of
from bot.sandbox.models.permissions import Permission

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Channel
    from bot.sandbox.state.sandbox_state import SandboxState

SLOWED = 20016


def require_patience(state: SandboxState, user_id: int, channel: Channel, *, starts_thread: bool = False) -> None:
    """Raise 20016 with the seconds that a member has to wait. Bots and Bypass Slowmode are not affected."""
    slow_s = channel.slow_mode_s if channel.thread is None else channel.thread.slow_mode_s
    last = state.slowed.get((channel.id, user_id, starts_thread))
    if not slow_s or last is None or state.permissions(user_id, channel) & Permission.BYPASS_SLOWMODE:
        return
    wait = last + slow_s - state.clock.time()
    if wait > 0:
        raise error_of(SLOWED, retry_after=wait)


def begin(state: SandboxState, user_id: int, channel: Channel, *, starts_thread: bool = False) -> None:
    """Record that a member wrote or started a thread now."""
    state.slowed[channel.id, user_id, starts_thread] = state.clock.time()
