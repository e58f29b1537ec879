"""The live sandbox: the world, and the parts through which it changes. Everything else is a function of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox import permissions
from bot.sandbox.errors import missing_access, missing_permissions, unknown_channel, unknown_message
from bot.sandbox.events import Events
from bot.sandbox.interactions import Interactions

if TYPE_CHECKING:
    from bot.sandbox.archive import Archive
    from bot.sandbox.cdn import Cdn
    from bot.sandbox.clock import Clock
    from bot.sandbox.permissions import Permission
    from bot.sandbox.ratelimit import RateLimits
    from bot.sandbox.snowflake import Snowflakes
    from bot.sandbox.world import Attachment, Channel, Message, World


@dataclass(slots=True)
class Realm:
    """What handlers work with.

    `message_content` tells whether the bot's application has that privileged intent. `pings` records whom a message
    notified when it was posted, in order, as (message id, user id): a page shows them, a test counts them.
    `option_files` are the files that members gave to commands; they belong to no message.
    """

    world: World
    clock: Clock
    snowflakes: Snowflakes
    archive: Archive
    cdn: Cdn
    limits: RateLimits
    bot_token: str
    message_content: bool = False
    bot_online: bool = False
    events: Events = field(default_factory=Events)
    interactions: Interactions = field(default_factory=Interactions)
    pings: list[tuple[int, int]] = field(default_factory=list)
    option_files: dict[int, Attachment] = field(default_factory=dict)

    def permissions(self, user_id: int, channel: Channel) -> Permission:
        """Return what a member may do in a channel."""
        return permissions.in_channel(self.world, user_id, channel)

    def channel(self, channel_id: int | None) -> Channel:
        """Return a channel or a thread, or raise 10003."""
        channel = None if channel_id is None else self.world.channel(channel_id)
        if channel is None:
            raise unknown_channel()
        return channel

    def require(self, user_id: int, channel: Channel, needed: Permission) -> None:
        """Raise 50001 if a member cannot see a channel, 50013 if the member may not do all of `needed` in it."""
        granted = self.permissions(user_id, channel)
        if not granted & permissions.Permission.VIEW_CHANNEL:
            raise missing_access()
        if needed & ~granted:
            raise missing_permissions()

    def message(self, channel: Channel, message_id: int | None) -> Message:
        """Return a message that everybody in the channel sees, or raise 10008."""
        message = None if message_id is None else self.world.message(channel.id, message_id)
        if message is None or message.ephemeral_for is not None:
            raise unknown_message()
        return message
