"""Fields that SimCord's payloads lack: users' locales, age-restricted channels, and authors of reacted messages."""

import contextlib
from collections.abc import Container, Iterator, Mapping
from typing import Any
from unittest.mock import patch

import simcord.interactions
from simcord.backend import serializers
from simcord.env import Env


@contextlib.contextmanager
def filled_in(env: Env, locales: Mapping[int, str], restricted: Container[int]) -> Iterator[None]:
    """Adds the fields while the context is open.

    Args:
        env: SimCord's environment.
        locales: By user id; "en-US" for others.
        restricted: The ids of age-restricted channels.
    """
    plain_payload, plain_channel = simcord.interactions.base_payload, serializers.channel_payload
    backend = env.backend
    plain_emit = backend.emit

    def payload(*args: Any, **options: Any) -> Any:
        record, data = plain_payload(*args, **options)
        data["locale"] = locales.get(options["user_id"], "en-US")
        return record, data

    def channel_payload(backend: Any, channel: Any) -> Any:
        return {**plain_channel(backend, channel), "nsfw": channel.id in restricted}

    def emit(event: str, data: Any) -> None:
        if event == "MESSAGE_REACTION_ADD":
            message = backend.get_message(int(data["channel_id"]), int(data["message_id"]))
            data["message_author_id"] = str(message.author_id)
        plain_emit(event, data)

    with (
        patch.object(backend, "emit", emit),
        patch.object(simcord.interactions, "base_payload", payload),
        patch.object(serializers, "channel_payload", channel_payload),
    ):
        yield
