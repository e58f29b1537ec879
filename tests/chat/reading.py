"""What users see of a message: its texts, buttons and forms."""

from collections.abc import Mapping
from typing import Any

import discord
from simcord.results import InteractionResult, ResponseMessage

ANSWER = discord.Message | ResponseMessage


def read_out(message: ANSWER) -> str:
    """All text of a message, without buttons and files."""
    lines = [message.content]
    for embed in message.embeds:
        lines += [embed.title or "", embed.description or ""]
        lines += [f"{entry.name}: {entry.value}" for entry in embed.fields]
        lines.append(embed.footer.text or "")
    return "\n".join(line for line in lines if line)


def card(message: discord.Message) -> str:
    """The descriptions of a message's embeds."""
    return "\n".join(embed.description or "" for embed in message.embeds)


def buttons(message: ANSWER) -> list[Mapping[str, Any]]:
    """A message's buttons, as in Discord's payload."""
    plain: list[Any] = [row if isinstance(row, dict) else row.to_dict() for row in message.components]
    return [child for row in plain for child in row.get("components", [])]


def labels(message: ANSWER) -> list[str]:
    """The labels of a message's enabled buttons."""
    return [str(button.get("label")) for button in buttons(message) if not button.get("disabled")]


def private(result: InteractionResult) -> ResponseMessage:
    """The last private message of an interaction."""
    messages = [message for message in (result.response, *result.followups) if message is not None]
    ephemeral = [message for message in messages if message.ephemeral]
    assert ephemeral, f"no private message: {[message.content for message in messages]}"
    return ephemeral[-1]


def answer(result: InteractionResult) -> str:
    """The text of the last private message of an interaction."""
    return read_out(private(result))


def fields(result: InteractionResult) -> dict[str, dict[str, Any]]:
    """The fields of the form that an interaction opened, by name."""
    assert result.modal is not None, "no form was shown"
    return {row["component"]["custom_id"]: row["component"] for row in result.modal["components"]}
