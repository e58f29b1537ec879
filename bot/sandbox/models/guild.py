"""The guild, its roles, channels, members and messages, and the bot's commands.

`bot.sandbox.services` changes this data, `bot.sandbox.serializers` converts it to JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.poll import Poll
    from bot.sandbox.models.thread import Thread

EMBED_MEDIA = (("image", "url"), ("thumbnail", "url"), ("footer", "icon_url"), ("author", "icon_url"))
"""The parts of an embed that can hold a picture, each with the key of its address."""


@dataclass(slots=True)
class User:
    """A person or the bot. `avatar` is an avatar hash, which selects a colour."""

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
    """A user in the guild, with role ids (without @everyone). `timed_out_until` is in seconds since the Unix epoch."""

    user: User
    roles: list[int]
    joined_at: float
    nick: str | None = None
    timed_out_until: float | None = None


@dataclass(slots=True)
class Overwrite:
    """A permission overwrite of a channel for a role (type 0) or a member (type 1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Channel:
    """A channel of any type, or a thread. `parent_id` is a channel's category, or the channel that a thread is in.

    `tags` are a forum's available tags. `typed` are the fields that only some types have, such as `bitrate`.
    """

    id: int
    name: str
    topic: str | None = None
    position: int = 0
    nsfw: bool = False
    overwrites: list[Overwrite] = field(default_factory=list)
    type: int = 0
    parent_id: int | None = None
    thread: Thread | None = None
    slow_mode_s: int = 0
    flags: int = 0
    tags: list[Payload] = field(default_factory=list)
    typed: Payload = field(default_factory=dict)


@dataclass(slots=True)
class Emoji:
    """An emoji of the guild. The `Archive` keeps its picture under its id."""

    id: int
    name: str
    user_id: int
    content_type: str
    roles: list[int] = field(default_factory=list)

    @property
    def animated(self) -> bool:
        """Whether its picture is a GIF."""
        return self.content_type == "image/gif"


@dataclass(slots=True)
class Guild:
    """The guild's own properties."""

    id: int
    name: str
    owner_id: int
    preferred_locale: str = "en-US"


@dataclass(slots=True)
class Attachment:
    """A file of a message. The `Archive` keeps its content under its id."""

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
    """An emoji under a message, `name:id` if it is one of the guild's, and the ids of its users, in order."""

    emoji: str
    user_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """A message as it is stored. `attachment://` addresses in embeds are resolved when the message is serialized.

    A webhook's message has the webhook's id as author, and the name and the avatar that it used. `forwarded` is a copy
    of the message that it forwards. A message of Components V2 has its tree in `layout`, and its action rows in
    `components` too.
    `reference_channel_id` is None if the referenced message is in the same channel.
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
    pinned_at: float | None = None
    webhook_name: str | None = None
    webhook_avatar: str | None = None
    poll: Poll | None = None
    forwarded: Message | None = None
    layout: list[Payload] = field(default_factory=list)

    def reaction(self, emoji: str) -> Reaction | None:
        """Return the reaction with this emoji, or None."""
        return next((reaction for reaction in self.reactions if reaction.emoji == emoji), None)


@dataclass(slots=True)
class Webhook:
    """A webhook of a channel, with the hash of its avatar. It is lost when the sandbox stops."""

    id: int
    channel_id: int
    name: str
    token: str
    avatar: str | None = None


@dataclass(slots=True)
class Command:
    """An application command as the bot registered it. `guild_id` is None for a global command."""

    id: int
    version: int
    guild_id: int | None
    definition: Payload

    @property
    def name(self) -> str:
        """The command's name."""
        return str(self.definition["name"])

    @property
    def type(self) -> int:
        """1 for a slash command, 2 for a user command, 3 for a message command."""
        return int(self.definition.get("type", 1))


@dataclass(slots=True)
class GuildData:
    """The guild and everything in it, by id. `messages` maps channel ids to messages by id, oldest first.

    `direct` are the bot's direct message channels, by the user's id. `former` are users who left or never were there,
    `bans` the reasons of bans, `presences` the statuses of those who are not offline, all by the user's id.
    """

    guild: Guild
    bot: User
    roles: dict[int, Role]
    channels: dict[int, Channel]
    members: dict[int, Member]
    threads: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    direct: dict[int, Channel] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    emojis: dict[int, Emoji] = field(default_factory=dict)
    former: dict[int, User] = field(default_factory=dict)
    bans: dict[int, str | None] = field(default_factory=dict)
    presences: dict[int, str] = field(default_factory=dict)

    def known_user(self, user_id: int) -> User | None:
        """Return a member or a former member, or None."""
        member = self.members.get(user_id)
        return self.former.get(user_id) if member is None else member.user

    def user(self, user_id: int) -> User:
        """Return a member or a former member; KeyError if there is neither."""
        member = self.members.get(user_id)
        return self.former[user_id] if member is None else member.user

    def channel(self, channel_id: int) -> Channel | None:
        """Return a channel or a thread, or None."""
        return self.channels.get(channel_id) or self.threads.get(channel_id)

    def root(self, channel: Channel) -> Channel:
        """Return the channel that a thread is in, or the channel itself."""
        return channel if channel.thread is None or channel.parent_id is None else self.channels[channel.parent_id]

    def message(self, channel_id: int, message_id: int) -> Message | None:
        """Return a message, also an ephemeral one, or None."""
        return self.messages.get(channel_id, {}).get(message_id)

    def people(self) -> list[Member]:
        """Return the members that are not bots, in the order in which they were added."""
        return [member for member in self.members.values() if not member.user.bot]
