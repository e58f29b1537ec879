"""The page's websocket: sends the events that the member of the page would see."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, web

from bot.sandbox.models.permissions import Permission
from bot.sandbox.serializers import message_objects
from bot.sandbox.state.events import (
    BotPresence,
    CommandsChanged,
    GuildEvent,
    InteractionOpened,
    InteractionUpdated,
    MessageDeleted,
    MessagesDeleted,
    ThreadCreated,
    ThreadDeleted,
    ThreadMembership,
    ThreadUpdated,
    TypingStarted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.models.guild import Message
    from bot.sandbox.models.interaction import Interaction
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.events import Event, MessageEvent, ThreadEvent
    from bot.sandbox.state.sandbox_state import SandboxState


_COMMANDS: Payload = {"type": "commands"}


class Live:
    """The websockets of all open pages."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request, user_id: int) -> web.StreamResponse:
        """Send one page the events that its member sees, until it disconnects."""
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        outbox: asyncio.Queue[Payload] = asyncio.Queue()

        def listen(event: Event) -> None:
            payload = event_payload(self._state, user_id, event)
            if payload is not None:
                outbox.put_nowait(payload)

        unsubscribe = self._state.events.subscribe(listen)
        outbox.put_nowait({"type": "hello", "bot_online": self._state.bot_online})
        writer = asyncio.create_task(_write(socket, outbox))
        self._sockets.add(socket)
        try:
            async for _ in socket:
                pass  # the page sends nothing here; it acts through its API
        finally:
            self._sockets.discard(socket)
            unsubscribe()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    async def close(self) -> None:
        """Close every websocket."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)


async def _write(socket: web.WebSocketResponse, outbox: asyncio.Queue[Payload]) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            await socket.send_str(json.dumps(await outbox.get(), ensure_ascii=False))


def event_payload(state: SandboxState, user_id: int, event: Event) -> Payload | None:
    """Return what a member's page receives for an event, or None."""
    if isinstance(event, InteractionUpdated | InteractionOpened):
        return interaction(event.interaction) if event.interaction.user_id == user_id else None
    if isinstance(event, BotPresence):
        return {"type": "presence", "bot_online": state.bot_online}
    if isinstance(event, CommandsChanged | GuildEvent) and not isinstance(event, MessagesDeleted):
        # the page reads everything again
        return _COMMANDS
    if isinstance(event, TypingStarted):
        typing = {"type": "typing", "channel_id": str(event.channel_id), "user_id": str(event.user_id)}
        return typing if _sees(state, user_id, event.channel_id) else None
    if isinstance(event, ThreadCreated | ThreadUpdated | ThreadMembership | ThreadDeleted):
        return _thread(state, user_id, event)
    return _message(state, user_id, event)


def _thread(state: SandboxState, user_id: int, event: ThreadEvent) -> Payload | None:
    if isinstance(event, ThreadDeleted):
        return {"type": "thread_deleted", "id": str(event.thread.id)}
    return {"type": "thread", "id": str(event.thread.id)} if _sees(state, user_id, event.thread.id) else None


def _message(state: SandboxState, user_id: int, event: MessageEvent | MessagesDeleted) -> Payload | None:
    if isinstance(event, MessagesDeleted):
        return _deleted(event.messages) if _sees(state, user_id, event.channel.id) else None
    message = event.message
    if message.ephemeral_for not in (None, user_id) or not _sees(state, user_id, message.channel_id):
        return None
    if isinstance(event, MessageDeleted):
        return _deleted([message])
    return {"type": "message", "message": message_objects.message(state, message, viewer_id=user_id)}


def _deleted(messages: Sequence[Message]) -> Payload:
    ids = [str(message.id) for message in messages]
    return {"type": "deleted", "channel_id": str(messages[0].channel_id), "ids": ids}


def interaction(entry: Interaction) -> Payload:
    """Return the state of an interaction, for the member who started it."""
    return {
        "type": "interaction",
        "id": str(entry.id),
        "kind": int(entry.kind),
        "state": entry.state.value,
        "name": entry.data.get("name"),
        "channel_id": str(entry.channel_id),
        "message_id": None if entry.message_id is None else str(entry.message_id),
        "custom_id": entry.data.get("custom_id"),
        "callback_type": entry.callback_type,
        "original_id": None if entry.original_id is None else str(entry.original_id),
        "answer": entry.answer,
    }


def _sees(state: SandboxState, user_id: int, channel_id: int) -> bool:
    channel = state.guild_data.channel(channel_id)
    return channel is not None and bool(state.permissions(user_id, channel) & Permission.VIEW_CHANNEL)
