"""What exists in the sandbox: a guild, its roles, channels and members, the messages, and the bot's commands.

Plain data; `bot.sandbox.services` changes it, `bot.sandbox.serializers` turns it into JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.thread import Thread


@dataclass(slots=True)
class User:
    """A person or the bot. `avatar` is an avatar hash, as Discord calls it."""

    id: int
    username: str
    global_name: str | None
    avatar: str
    bot: bool = False
    locale: str = "en-US"


@dataclass(slots=True)
class Role:
    """A role; the one whose id is the guild's is @everyone."""

    id: int
    name: str
    permissions: int
    color: int = 0
    position: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot_id: int | None = None


@dataclass(slots=True)
class Member:
    """A user in the guild, with role ids (without @everyone)."""

    user: User
    roles: list[int]
    joined_at: float
    nick: str | None = None


@dataclass(slots=True)
class Overwrite:
    """What a channel changes for a role (type 0) or a member (type 1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Channel:
    """A text channel, or a thread in one (`thread` and `parent_id` say which)."""

    id: int
    name: str
    topic: str | None = None
    position: int = 0
    nsfw: bool = False
    overwrites: list[Overwrite] = field(default_factory=list)
    type: int = 0
    parent_id: int | None = None
    thread: Thread | None = None


@dataclass(slots=True)
class Guild:
    """The server."""

    id: int
    name: str
    owner_id: int
    preferred_locale: str = "en-US"


@dataclass(slots=True)
class Attachment:
    """A file of a message; its bytes are in the `Archive` under its id."""

    id: int
    channel_id: int
    filename: str
    size: int
    content_type: str | None
    width: int | None = None
    height: int | None = None
    description: str | None = None


@dataclass(slots=True)
class Reaction:
    """An emoji under a message and who put it there, in order."""

    emoji: str
    user_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """A message as it is kept. Embeds keep `attachment://` addresses; they are resolved when they are read.

    `reference_channel_id` is None where the message refers to one in its own channel.
    """

    id: int
    channel_id: int
    author_id: int
    timestamp: float
    content: str = ""
    edited_at: float | None = None
    type: int = 0
    flags: int = 0
    tts: bool = False
    nonce: str | int | None = None
    mentions: list[int] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[Payload] = field(default_factory=list)
    components: list[Payload] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    reference_id: int | None = None
    reference_channel_id: int | None = None
    interaction_id: int | None = None
    interaction: Payload | None = None
    ephemeral_for: int | None = None

    def reaction(self, emoji: str) -> Reaction | None:
        """Return the reaction with this emoji, if anybody has left one."""
        return next((reaction for reaction in self.reactions if reaction.emoji == emoji), None)


@dataclass(slots=True)
class Command:
    """An application command as the bot registered it; `guild_id` is None for a global one."""

    id: int
    version: int
    guild_id: int | None
    definition: Payload

    @property
    def name(self) -> str:
        """The name by which people call it."""
        return str(self.definition["name"])

    @property
    def type(self) -> int:
        """1 for a slash command, 2 for a member's menu, 3 for a message's menu."""
        return int(self.definition.get("type", 1))


@dataclass(slots=True)
class GuildData:
    """Everything that exists."""

    guild: Guild
    bot: User
    roles: dict[int, Role]
    channels: dict[int, Channel]
    members: dict[int, Member]
    threads: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)

    def channel(self, channel_id: int) -> Channel | None:
        """Return a channel or a thread."""
        return self.channels.get(channel_id) or self.threads.get(channel_id)

    def root(self, channel: Channel) -> Channel:
        """Return the channel that a thread is in, or the channel itself."""
        return channel if channel.parent_id is None else self.channels[channel.parent_id]

    def message(self, channel_id: int, message_id: int) -> Message | None:
        """Return a message, ephemeral ones included."""
        return self.messages.get(channel_id, {}).get(message_id)

    def people(self) -> list[Member]:
        """Return the members that are not bots, in the order in which they were added."""
        return [member for member in self.members.values() if not member.user.bot]
