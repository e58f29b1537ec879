"""The state of the running sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.errors import missing_access, missing_permissions, unknown_channel, unknown_message
from bot.sandbox.models import permissions
from bot.sandbox.state.content_filter import ContentFilter
from bot.sandbox.state.events import Events
from bot.sandbox.state.faults import Faults
from bot.sandbox.state.identify_limit import IdentifyLimit
from bot.sandbox.state.interaction_registry import ACKNOWLEDGE_S, InteractionRegistry
from bot.sandbox.state.observers import Observers
from bot.sandbox.state.timers import Timers
from bot.sandbox.state.traffic import Traffic

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock
    from bot.sandbox.models.guild import Attachment, Channel, GuildData, Message
    from bot.sandbox.models.permissions import Permission
    from bot.sandbox.models.snowflake import Snowflakes
    from bot.sandbox.state.archive import Archive
    from bot.sandbox.state.audit_log import AuditEntry
    from bot.sandbox.state.cdn_urls import CdnUrls
    from bot.sandbox.state.ratelimit import RateLimits


@dataclass(slots=True)
class SandboxState:
    """The state that every request handler gets.

    Attributes:
        message_content: Whether the bot's application has the privileged intent MESSAGE_CONTENT.
        member_list: Whether it has the privileged intent GUILD_MEMBERS.
        presences: Whether it has the privileged intent GUILD_PRESENCES.
        acknowledge_s: Seconds that the bot has to acknowledge an interaction.
        pings: Whom each message notified when it was posted, in order, as (message id, user id).
        slowed: When each user last wrote, or started a thread, by channel, user and which of the two it was.
        option_files: The files that members gave to commands, by id. They belong to no message.
    """

    guild_data: GuildData
    clock: Clock
    snowflakes: Snowflakes
    archive: Archive
    cdn: CdnUrls
    limits: RateLimits
    bot_token: str
    message_content: bool = False
    member_list: bool = False
    presences: bool = False
    acknowledge_s: float = ACKNOWLEDGE_S
    bot_online: bool = False
    events: Events = field(default_factory=Events)
    faults: Faults = field(default_factory=Faults)
    observers: Observers = field(default_factory=Observers)
    content_filter: ContentFilter = field(default_factory=ContentFilter)
    timers: Timers = field(init=False)
    interactions: InteractionRegistry = field(init=False)
    identifies: IdentifyLimit = field(init=False)
    traffic: Traffic = field(init=False)
    pings: list[tuple[int, int]] = field(default_factory=list)
    slowed: dict[tuple[int, int, bool], float] = field(default_factory=dict)
    option_files: dict[int, Attachment] = field(default_factory=dict)
    audit_log: list[AuditEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        bot_id = self.guild_data.bot.id
        self.timers = Timers(self.clock)
        self.interactions = InteractionRegistry(
            self.clock, self.timers, self.snowflakes, self.events, bot_id, self.acknowledge_s
        )
        self.identifies = IdentifyLimit(self.clock)
        self.traffic = Traffic(self.clock)

    def permissions(self, user_id: int, channel: Channel) -> Permission:
        """Return a member's permissions in a channel; during a timeout a member can only read."""
        granted = permissions.in_channel(self.guild_data, user_id, channel)
        member = self.guild_data.members.get(user_id)
        until = None if member is None else member.timed_out_until
        if until is None or until <= self.clock.time() or granted & permissions.Permission.ADMINISTRATOR:
            return granted
        return granted & (permissions.Permission.VIEW_CHANNEL | permissions.Permission.READ_MESSAGE_HISTORY)

    def channel(self, channel_id: int | None) -> Channel:
        """Return a channel or a thread, or raise 10003."""
        channel = None if channel_id is None else self.guild_data.channel(channel_id)
        if channel is None:
            raise unknown_channel()
        return channel

    def require(self, user_id: int, channel: Channel, needed: Permission) -> None:
        """Raise 50001 if a member cannot see a channel, 50013 if the member lacks any of the `needed` permissions."""
        granted = self.permissions(user_id, channel)
        if not granted & permissions.Permission.VIEW_CHANNEL:
            raise missing_access()
        if needed & ~granted:
            raise missing_permissions()

    def message(self, channel: Channel, message_id: int | None) -> Message:
        """Return a message that is not ephemeral, or raise 10008."""
        message = None if message_id is None else self.guild_data.message(channel.id, message_id)
        if message is None or message.ephemeral_for is not None:
            raise unknown_message()
        return message
