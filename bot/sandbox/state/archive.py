"""Stores messages, threads, files and commands in a directory, so that they survive a restart.

Each message is a file of its own, so that a change writes little. Files are renamed into place: after a kill there is
either the old file or the new one.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.sandbox.models.guild import (
    Attachment,
    Channel,
    Command,
    Emoji,
    Member,
    Message,
    Overwrite,
    Reaction,
    Role,
    User,
)
from bot.sandbox.models.poll import Poll, PollAnswer
from bot.sandbox.models.thread import Thread, ThreadMember

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.models.guild import GuildData
    from bot.sandbox.models.payload import Payload


class Archive:
    """Stores everything in a directory. Without one it keeps only the content of files, in memory."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._bytes: dict[int, bytes] = {}
        if directory is not None:
            for name in ("messages", "files", "threads"):
                (directory / name).mkdir(parents=True, exist_ok=True)

    def created_at(self, now: float) -> float:
        """Return when the archive was created, in seconds since the Unix epoch: `now` for a new one."""
        if self._directory is None:
            return now
        path = self._directory / "founded"
        if not path.is_file():
            _replace(path, repr(now).encode())
        return float(path.read_bytes())

    def put_file(self, file_id: int, data: bytes) -> None:
        """Store the content of a file."""
        if self._directory is None:
            self._bytes[file_id] = data
        else:
            _replace(self._directory / "files" / str(file_id), data)

    def file(self, file_id: int) -> bytes | None:
        """Return the content of a file, or None if there is no such file."""
        if self._directory is None:
            return self._bytes.get(file_id)
        path = self._directory / "files" / str(file_id)
        return path.read_bytes() if path.is_file() else None

    def drop_file(self, file_id: int) -> None:
        """Delete a file."""
        self._bytes.pop(file_id, None)
        if self._directory is not None:
            (self._directory / "files" / str(file_id)).unlink(missing_ok=True)

    def put_message(self, message: Message) -> None:
        """Store a message. Ephemeral ones are not stored: they are lost at a restart."""
        if self._directory is not None and message.ephemeral_for is None:
            data = json.dumps(asdict(message), ensure_ascii=False).encode()
            _replace(self._directory / "messages" / f"{message.id}.json", data)

    def drop_message(self, message: Message) -> None:
        """Delete a message and its files."""
        forwarded = [] if message.forwarded is None else message.forwarded.attachments
        for attachment in [*message.attachments, *forwarded]:
            self.drop_file(attachment.id)
        if self._directory is not None:
            (self._directory / "messages" / f"{message.id}.json").unlink(missing_ok=True)

    def put_thread(self, thread: Channel) -> None:
        """Store a thread without its messages."""
        if self._directory is not None:
            data = json.dumps(asdict(thread), ensure_ascii=False).encode()
            _replace(self._directory / "threads" / f"{thread.id}.json", data)

    def drop_thread(self, thread: Channel) -> None:
        """Delete a thread without its messages."""
        if self._directory is not None:
            (self._directory / "threads" / f"{thread.id}.json").unlink(missing_ok=True)

    def put_guild(self, guild_data: GuildData) -> None:
        """Store the channels, roles, emoji, members, former members and bans."""
        if self._directory is not None:
            stored = {
                "channels": [asdict(channel) for channel in guild_data.channels.values()],
                "roles": [asdict(role) for role in guild_data.roles.values()],
                "emojis": [asdict(emoji) for emoji in guild_data.emojis.values()],
                "people": [asdict(member) for member in guild_data.members.values()],
                "former": [asdict(user) for user in guild_data.former.values()],
                "bans": {str(user_id): reason for user_id, reason in guild_data.bans.items()},
            }
            _replace(self._directory / "guild.json", json.dumps(stored, ensure_ascii=False).encode())

    def put_commands(self, commands: list[Command]) -> None:
        """Store the registered commands."""
        if self._directory is not None:
            _replace(self._directory / "commands.json", json.dumps([asdict(command) for command in commands]).encode())

    def restore(self, guild_data: GuildData) -> int:
        """Add everything that is stored to the data. Return the largest id in it, 0 if nothing is stored."""
        if self._directory is None:
            return 0
        commands = self._directory / "commands.json"
        if commands.is_file():
            guild_data.commands = [Command(**entry) for entry in json.loads(commands.read_bytes())]
        largest = max((command.version for command in guild_data.commands), default=0)
        stored = self._directory / "guild.json"
        if stored.is_file():
            _restore_guild(guild_data, json.loads(stored.read_bytes()))
            largest = max([largest, *guild_data.channels, *guild_data.roles, *guild_data.emojis, *guild_data.members])
        for path in (self._directory / "threads").glob("*.json"):
            thread = _thread(json.loads(path.read_bytes()))
            guild_data.threads[thread.id] = thread
            largest = max(largest, thread.id)
        messages = [_message(json.loads(path.read_bytes())) for path in (self._directory / "messages").glob("*.json")]
        for message in sorted(messages, key=lambda message: message.id):
            guild_data.messages.setdefault(message.channel_id, {})[message.id] = message
            largest = max([largest, message.id, *(attachment.id for attachment in message.attachments)])
        return largest


def _restore_guild(guild_data: GuildData, stored: Payload) -> None:
    for channel in stored["channels"]:
        channel["overwrites"] = [Overwrite(**overwrite) for overwrite in channel["overwrites"]]
    guild_data.channels = {channel["id"]: Channel(**channel) for channel in stored["channels"]}
    guild_data.roles = {role["id"]: Role(**role) for role in stored["roles"]}
    if "people" in stored:
        # a directory of an earlier version has none
        guild_data.emojis = {emoji["id"]: Emoji(**emoji) for emoji in stored["emojis"]}
        people = [Member(**member | {"user": User(**member["user"])}) for member in stored["people"]]
        guild_data.members = {member.user.id: member for member in people}
        guild_data.former = {user["id"]: User(**user) for user in stored["former"]}
        guild_data.bans = {int(user_id): reason for user_id, reason in stored["bans"].items()}
        guild_data.bot = guild_data.members[guild_data.bot.id].user


def _message(entry: Payload) -> Message:
    entry["attachments"] = [Attachment(**attachment) for attachment in entry["attachments"]]
    entry["reactions"] = [Reaction(**reaction) for reaction in entry["reactions"]]
    if entry.get("poll") is not None:
        answers = [PollAnswer(**answer) for answer in entry["poll"]["answers"]]
        entry["poll"] = Poll(**entry["poll"] | {"answers": answers})
    if entry.get("forwarded") is not None:
        entry["forwarded"] = _message(entry["forwarded"])
    return Message(**entry)


def _thread(entry: Payload) -> Channel:
    members = [ThreadMember(**member) for member in entry["thread"]["members"]]
    return Channel(**entry | {"thread": Thread(**entry["thread"] | {"members": members})})


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    beside.replace(path)
