"""A client of the sandbox's control API: faults on demand, and changes of what exists."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class ControlRefusedError(Exception):
    """The control API refused a request; the text is its sentence."""


class Control:
    """`async with Control(url, secret) as control: await control.fault("cut", "POST", MESSAGES)`."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self._secret}"})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Send a request and return the answer's JSON."""
        async with self._session.request(method, self._url + path, json=body) as response:
            answer = await response.json()
            if response.status != 200:
                raise ControlRefusedError(answer["message"])
            return answer

    async def fault(self, kind: str, method: str | None = None, path: str | None = None, **fields: Any) -> int:
        """Begin a fault; return its id. `method="GATEWAY"` and an event's name as `path` are for gateway events."""
        where = {key: value for key, value in (("method", method), ("path", path)) if value is not None}
        added = await self.call("POST", "/faults", {"kind": kind, **where, **fields})
        number: int = added["id"]
        return number

    async def happened(self, fault: int, hits: int = 1, timeout_s: float = 60.0) -> None:
        """Wait until a fault has happened that often."""
        await self.call("GET", f"/faults/{fault}?hits={hits}&timeout_s={timeout_s}")

    async def end(self, fault: int) -> None:
        """End a fault; what it holds carries on."""
        await self.call("DELETE", f"/faults/{fault}")

    @asynccontextmanager
    async def during(
        self, kind: str, method: str | None = None, path: str | None = None, **fields: Any
    ) -> AsyncIterator[int]:
        """A fault that lasts as long as the block."""
        number = await self.fault(kind, method, path, **{"times": None, **fields})
        try:
            yield number
        finally:
            await self.end(number)

    async def gateway(self, act: str, **fields: Any) -> None:
        """Act on every gateway connection: close, cut, reconnect, invalidate, forget, send, outage, recover."""
        await self.call("POST", "/gateway", {"act": act, **fields})

    async def revoke_token(self, token: str | None = None) -> str:
        """Revoke the bot's token; return the new one."""
        answer = await self.call("PUT", "/token", {} if token is None else {"token": token})
        new: str = answer["token"]
        return new

    async def counts(self) -> dict[str, Any]:
        """Requests by route and status, invalid requests, IDENTIFYs."""
        counts: dict[str, Any] = await self.call("GET", "/counts")
        return counts

    async def join(self, username: str) -> dict[str, Any]:
        """Let a new or a former member join; return the member."""
        member: dict[str, Any] = await self.call("POST", "/members", {"username": username})
        return member

    async def leave(self, user: str) -> None:
        """Let a member, an id or a username, leave."""
        await self.call("DELETE", f"/members/{user}")

    async def set_presence(self, user: str, status: str) -> None:
        """Change a member's status: online, idle, dnd or offline."""
        await self.call("PUT", f"/members/{user}/presence", {"status": status})

    async def start_typing(self, channel_id: int | str, user: str) -> None:
        """Let a member start to type."""
        await self.call("POST", f"/channels/{channel_id}/typing", {"user": user})

    async def vote(self, channel_id: int | str, message_id: int | str, answer: int, user: str) -> None:
        """Let a member vote for an answer of a poll."""
        await self.call("PUT", f"/channels/{channel_id}/messages/{message_id}/votes/{answer}", {"user": user})

    async def unvote(self, channel_id: int | str, message_id: int | str, answer: int, user: str) -> None:
        """Take back a member's vote."""
        await self.call("DELETE", f"/channels/{channel_id}/messages/{message_id}/votes/{answer}", {"user": user})

    async def messages(self, channel_id: int | str) -> list[dict[str, Any]]:
        """Every message of a channel, oldest first."""
        answer = await self.call("GET", f"/channels/{channel_id}/messages")
        messages: list[dict[str, Any]] = answer["messages"]
        return messages
