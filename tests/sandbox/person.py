"""A person at the page: acts as one member through the page's own API, over HTTP, as the page's script does."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Message = dict[str, Any]


class RefusedError(Exception):
    """The page's API said no."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {json.dumps(body)}")
        self.status = status
        self.code: int = body.get("code", 0)
        self.body = body


class Person:
    """One member. `async with Person(sandbox.page_url, "Ada") as ada: await ada.invoke("imagine", prompt="a cat")`."""

    def __init__(self, page_url: str, name: str, channel: str = "imagine") -> None:
        self._base = page_url.rstrip("/")
        self.name = name
        self._channel_name = channel
        self._session = aiohttp.ClientSession()
        self._headers: dict[str, str] = {}
        self.id = ""
        self.channel_id = ""

    async def __aenter__(self) -> Self:
        async with self._session.get(self._base + "/") as response:
            found = re.search(r'name="sandbox-token" content="([^"]+)"', await response.text())
        assert found is not None, "the page carries no token"
        self._headers = {"X-Sandbox-Token": found[1]}
        async with self._session.get(self._base + "/sandbox/people", headers=self._headers) as response:
            people = {entry["name"]: entry["id"] for entry in (await response.json())["people"]}
        self.id = people[self.name]
        self._headers["X-Sandbox-Member"] = self.id
        state = await self.state()
        self.channel_id = next(c["id"] for c in state["channels"] if c["name"] == self._channel_name)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(self, method: str, path: str, body: object = None, data: aiohttp.FormData | None = None) -> Any:
        """Send one request of the page's API and return its answer; a refusal raises."""
        url = f"{self._base}/sandbox{path}"
        async with self._session.request(method, url, json=body, data=data, headers=self._headers) as response:
            answer = await response.json()
            if response.status >= 400:
                raise RefusedError(response.status, answer)
            return answer

    async def state(self) -> dict[str, Any]:
        """The guild as this member sees it."""
        state: dict[str, Any] = await self.call("GET", "/state")
        return state

    async def messages(self) -> list[Message]:
        """The channel's last messages, oldest first, with this member's ephemeral ones."""
        answer = await self.call("GET", f"/channels/{self.channel_id}/messages")
        messages: list[Message] = answer["messages"]
        return messages

    async def say(self, content: str, *, reply_to: Message | None = None) -> Message:
        """Write a message."""
        body: dict[str, Any] = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to["id"]}
        message: Message = await self.call("POST", f"/channels/{self.channel_id}/messages", body)
        return message

    async def delete(self, message: Message) -> None:
        """Delete a message."""
        await self.call("DELETE", f"/channels/{self.channel_id}/messages/{message['id']}")

    async def react(self, message: Message, emoji: str) -> None:
        """React to a message."""
        path = f"/channels/{self.channel_id}/messages/{message['id']}/reactions/{quote(emoji)}"
        await self.call("PUT", path)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        path = f"/channels/{self.channel_id}/messages/{message['id']}/reactions/{quote(emoji)}"
        await self.call("DELETE", path)

    async def command_id(self, name: str) -> str:
        """The id of a command that this member may use here."""
        state = await self.state()
        channel = next(entry for entry in state["channels"] if entry["id"] == self.channel_id)
        found: str = next(command["id"] for command in channel["commands"] if command["name"] == name)
        return found

    async def wait_for_bot(self, command: str, timeout: float = 30.0) -> None:
        """Wait until the bot is connected and has this command.

        Both: it registers commands before it connects, and what is used in between reaches nobody, as on Discord.
        """
        deadline = time.monotonic() + timeout
        while True:
            state = await self.state()
            names = {entry["name"] for channel in state["channels"] for entry in channel["commands"]}
            if state["bot_online"] and command in names:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"online: {state['bot_online']}, commands: {sorted(names)}")
            await asyncio.sleep(0.05)

    async def invoke(
        self, command: str, options: Mapping[str, object] | None = None, *, files: Mapping[str, bytes] | None = None
    ) -> str:
        """Use a slash command ("mod ban" for a sub-command); `files` maps options to bytes. Returns the interaction."""
        root, *path = command.split()
        given: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in (options or {}).items()]
        form = aiohttp.FormData(quote_fields=False) if files else None
        for number, (name, content) in enumerate((files or {}).items()):
            given.append({"name": name, "value": str(number)})
            assert form is not None
            form.add_field(f"files[{number}]", content, filename=f"{name}.png")
        for name in reversed(path):
            given = [{"name": name, "options": given}]
        body = {"command_id": await self.command_id(root), "options": given}
        url = f"/channels/{self.channel_id}/commands"
        if form is None:
            answer = await self.call("POST", url, body)
        else:
            form.add_field("payload_json", json.dumps(body))
            answer = await self.call("POST", url, data=form)
        interaction: str = answer["interaction_id"]
        return interaction

    async def use_menu(self, command: str, target: Message) -> str:
        """Use a message's menu command."""
        body = {"command_id": await self.command_id(command), "target_id": target["id"]}
        answer = await self.call("POST", f"/channels/{self.channel_id}/commands", body)
        interaction: str = answer["interaction_id"]
        return interaction

    async def complete(self, command: str, option: str, typed: str) -> list[dict[str, Any]]:
        """Ask for an option's autocomplete choices."""
        body = {
            "command_id": await self.command_id(command),
            "focused": option,
            "options": [{"name": option, "value": typed}],
        }
        answer = await self.call("POST", f"/channels/{self.channel_id}/autocomplete", body)
        choices: list[dict[str, Any]] = answer["choices"]
        return choices

    async def click(self, message: Message, custom_id: str, values: list[str] | None = None) -> str:
        """Click a button, or choose `values` from a select. Returns the interaction."""
        path = f"/channels/{self.channel_id}/messages/{message['id']}/components"
        answer = await self.call("POST", path, {"custom_id": custom_id, "values": values})
        interaction: str = answer["interaction_id"]
        return interaction

    async def submit(self, interaction: str, values: Mapping[str, object]) -> str:
        """Submit the modal that an interaction opened."""
        answer = await self.call("POST", f"/interactions/{interaction}/modal", {"values": dict(values)})
        submitted: str = answer["interaction_id"]
        return submitted

    async def outcome(self, interaction: str) -> dict[str, Any]:
        """How an interaction ended: waits until it was acknowledged or has failed."""
        settled: dict[str, Any] = await self.call("GET", f"/interactions/{interaction}")
        return settled

    async def pings(self) -> list[str]:
        """The ids of the messages that notified this member, one for each time."""
        pings: list[str] = (await self.call("GET", "/pings"))["pings"]
        return pings

    async def read(self, url: str) -> bytes:
        """Download an attachment."""
        async with self._session.get(url) as response:
            assert response.status == 200, f"{url} answered {response.status}"
            return await response.read()

    async def wait_for(self, predicate: Callable[[Message], bool], timeout: float = 10.0) -> Message:
        """Return the first message that satisfies a predicate, as soon as there is one."""
        deadline = time.monotonic() + timeout
        while True:
            messages = await self.messages()
            for message in messages:
                if predicate(message):
                    return message
            if time.monotonic() > deadline:
                said = "\n".join(json.dumps(message, ensure_ascii=False) for message in messages)
                raise TimeoutError(f"{self.name} waited {timeout} s in vain; the channel says:\n{said}")
            await asyncio.sleep(0.05)
