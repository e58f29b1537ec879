"""A person at the page: acts as one member through the page's API, as the page's script does."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from tests.sandbox.page_client import PageClient, PageRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Message", "PageRefusedError", "Person"]

HANG_S = 120.0
"""Seconds after which a wait fails."""
Message = dict[str, Any]
Picture = bytes | tuple[str, bytes]
"""A file for an option: its content, or its name and its content."""


class Person:
    """One member in one channel. `async with Person(url, "Ada") as ada: await ada.invoke("imagine", {"prompt": "a"})`.

    All actions are in that channel; `at` returns the same person in another channel or thread.
    """

    def __init__(self, page_url: str, name: str, channel: str = "imagine") -> None:
        self._page = PageClient(page_url)
        self.name = name
        self._channel_name = channel
        self.id = ""
        self.channel_id = ""

    async def __aenter__(self) -> Self:
        self.id = await self._page.sign_in(self.name)
        self.channel_id = next(c["id"] for c in await self.channels() if c["name"] == self._channel_name)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._page.close()

    def at(self, channel_id: str) -> Person:
        """The same person in another channel, or in a thread."""
        there = object.__new__(Person)
        there._page, there.name, there.id = self._page, self.name, self.id
        there._channel_name, there.channel_id = self._channel_name, str(channel_id)
        return there

    async def in_channel(self, name: str) -> Person:
        """The same person in the channel or thread of that name; KeyError if the member sees none."""
        ids = {entry["name"]: entry["id"] for entry in [*await self.threads(), *await self.channels()]}
        return self.at(ids[name])

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Send one request to the page's API and return the response; an error raises PageRefusedError."""
        return await self._page.call(method, path, body)

    async def state(self) -> dict[str, Any]:
        """The guild as this member sees it."""
        state: dict[str, Any] = await self.call("GET", "/state")
        return state

    async def channels(self) -> list[dict[str, Any]]:
        """The channels that this member sees, each with the commands that may be used in it."""
        channels: list[dict[str, Any]] = (await self.state())["channels"]
        return channels

    async def threads(self) -> list[dict[str, Any]]:
        """The threads that this member sees, oldest first, including archived ones."""
        threads: list[dict[str, Any]] = (await self.state())["threads"]
        return threads

    # --- messages

    async def messages(self) -> list[Message]:
        """The channel's last messages, oldest first, with this member's ephemeral ones."""
        answer = await self.call("GET", f"/channels/{self.channel_id}/messages")
        messages: list[Message] = answer["messages"]
        return messages

    async def send_message(
        self, content: str, *, reply_to: Message | None = None, files: Mapping[str, bytes] | None = None
    ) -> Message:
        """Write a message; `files` maps names to bytes."""
        body: dict[str, Any] = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to["id"]}
        path = f"/channels/{self.channel_id}/messages"
        message: Message = await self._page.call("POST", path, body, list((files or {}).items()))
        return message

    async def delete(self, message: Message) -> None:
        """Delete a message."""
        await self.call("DELETE", f"/channels/{self.channel_id}/messages/{message['id']}")

    async def react(self, message: Message, emoji: str) -> None:
        """React to a message."""
        path = f"/channels/{self.channel_id}/messages/{message['id']}/reactions/{quote(emoji)}"
        await self.call("PUT", path)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Remove the person's reaction."""
        path = f"/channels/{self.channel_id}/messages/{message['id']}/reactions/{quote(emoji)}"
        await self.call("DELETE", path)

    async def pings(self) -> list[str]:
        """The ids of the messages that notified this member, oldest first."""
        pings: list[str] = (await self.call("GET", "/pings"))["pings"]
        return pings

    async def read(self, url: str) -> bytes:
        """Download an attachment."""
        return await self._page.read(url)

    async def wait_for(self, predicate: Callable[[Message], bool], timeout: float = HANG_S) -> Message:
        """Wait until a message satisfies a predicate, and return it.

        Raises:
            TimeoutError: There is none after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            messages = await self.messages()
            for message in messages:
                if predicate(message):
                    return message
            if time.monotonic() > deadline:
                listing = "\n".join(json.dumps(message, ensure_ascii=False) for message in messages)
                raise TimeoutError(f"{self.name} waited {timeout} s; the channel contains:\n{listing}")
            await asyncio.sleep(0.05)

    # --- threads

    async def start_thread(self, name: str, message: Message | None = None) -> Person:
        """Start a thread, from a message or without one; return this person in it."""
        path = f"/channels/{self.channel_id}" + ("" if message is None else f"/messages/{message['id']}") + "/threads"
        return self.at((await self.call("POST", path, {"name": name}))["id"])

    async def change_thread(self, **changes: object) -> None:
        """Change the thread that this person is in: `name`, `archived`, `locked`, `auto_archive_duration`."""
        await self.call("PATCH", f"/channels/{self.channel_id}", changes)

    async def wait_for_thread(self, predicate: Callable[[dict[str, Any]], bool], timeout: float = HANG_S) -> Person:
        """Wait until a thread satisfies a predicate; return this person in it."""
        deadline = time.monotonic() + timeout
        while True:
            threads = await self.threads()
            for thread in threads:
                if predicate(thread):
                    return self.at(thread["id"])
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} waited {timeout} s; the threads are {threads}")
            await asyncio.sleep(0.05)

    # --- commands

    async def commands(self) -> dict[str, dict[str, Any]]:
        """The commands that this member can use here, by name; a slash command has precedence."""
        state = await self.state()
        entry = next(entry for entry in state["channels"] + state["threads"] if entry["id"] == self.channel_id)
        found = sorted(entry["commands"], key=lambda command: -int(command["type"]))
        return {command["name"]: command for command in found}

    async def command_id(self, name: str) -> str:
        """The id of a command; KeyError if this member cannot use it here."""
        found: str = (await self.commands())[name]["id"]
        return found

    async def wait_for_bot(self, command: str, timeout: float = HANG_S) -> None:
        """Wait until the bot is connected and has this command.

        It registers commands before it connects; a command used in between is lost, as on Discord.
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
        self, command: str, options: Mapping[str, object] | None = None, *, files: Mapping[str, Picture] | None = None
    ) -> str:
        """Use a slash command ("mod user ban" for one in a group). Return the interaction's id.

        `options` are text, numbers, booleans, and ids of members, roles and channels. `files` are attachments by
        option.
        """
        root, *path = command.split()
        given: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in (options or {}).items()]
        uploads = []
        for number, (name, picture) in enumerate((files or {}).items()):
            given.append({"name": name, "value": str(number)})
            uploads.append((f"{name}.png", picture) if isinstance(picture, bytes) else picture)
        body = {"command_id": await self.command_id(root), "options": nested(path, given)}
        return await self._interact("POST", f"/channels/{self.channel_id}/commands", body, uploads)

    async def use_menu(self, command: str, target: Message | Person) -> str:
        """Use a context menu command on a message or a member. Return the interaction's id."""
        target_id = target.id if isinstance(target, Person) else target["id"]
        body = {"command_id": await self.command_id(command), "target_id": target_id}
        return await self._interact("POST", f"/channels/{self.channel_id}/commands", body)

    async def complete(
        self, command: str, option: str, typed: str, options: Mapping[str, object] | None = None
    ) -> list[dict[str, Any]]:
        """Ask for the choices of an option; `options` are the other options that are filled in."""
        root, *path = command.split()
        given = [{"name": name, "value": value} for name, value in {**(options or {}), option: typed}.items()]
        body = {"command_id": await self.command_id(root), "focused": option, "options": nested(path, given)}
        answer = await self.call("POST", f"/channels/{self.channel_id}/autocomplete", body)
        assert not answer["failed"], f"the bot did not complete /{command} {option}"
        choices: list[dict[str, Any]] = answer["choices"]
        return choices

    # --- components and modals

    async def click(self, message: Message, custom_id: str, values: list[str] | None = None) -> str:
        """Click a button, or choose `values` from a select. Return the interaction's id."""
        path = f"/channels/{self.channel_id}/messages/{message['id']}/components"
        return await self._interact("POST", path, {"custom_id": custom_id, "values": values})

    async def press(self, message: Message, label: str) -> str:
        """Click the button with this label or emoji. Return the interaction's id."""
        buttons = {
            name: part
            for part in components_of(message)
            for name in (part.get("label"), (part.get("emoji") or {}).get("name"))
        }
        assert label in buttons, f"no button is labelled {label!r}: {sorted(filter(None, buttons))}"
        return await self.click(message, buttons[label]["custom_id"])

    async def choose(self, message: Message, *values: str, custom_id: str | None = None) -> str:
        """Choose by value or label, from the first or the named select. Return the interaction's id."""
        selects = [
            part for part in components_of(message) if part["type"] != 2 and custom_id in (None, part["custom_id"])
        ]
        assert selects, f"there is no select {custom_id or ''}"
        by_label = {option["label"]: option["value"] for option in selects[0].get("options", [])}
        return await self.click(message, selects[0]["custom_id"], [by_label.get(value, value) for value in values])

    async def modal(self, interaction: str) -> dict[str, Any]:
        """The modal that an interaction opened: `title`, `custom_id`, and `components` with label, value and limits."""
        outcome = await self.outcome(interaction)
        assert outcome["callback_type"] == 9, f"no modal was opened: {outcome}"
        answer: dict[str, Any] = outcome["answer"]
        return answer

    async def submit(self, interaction: str, values: Mapping[str, object]) -> str:
        """Submit the modal that an interaction opened; fields not in `values` keep their initial value."""
        filled = {
            field["custom_id"]: field["value"]
            for field in (await self.modal(interaction))["components"]
            if "value" in field
        }
        return await self._interact("POST", f"/interactions/{interaction}/modal", {"values": filled | dict(values)})

    async def outcome(self, interaction: str) -> dict[str, Any]:
        """Wait until an interaction is acknowledged or has failed, and return its state."""
        settled: dict[str, Any] = await self.call("GET", f"/interactions/{interaction}")
        return settled

    async def answer_to(self, interaction: str, timeout: float = HANG_S) -> Message:
        """Wait for the message that answers an interaction, and return it."""
        original = (await self.outcome(interaction))["original_id"]
        return await self.wait_for(lambda now: now["id"] == original and not now["flags"] & 128, timeout)

    async def _interact(
        self, method: str, path: str, body: object, files: list[tuple[str, bytes]] | None = None
    ) -> str:
        interaction: str = (await self._page.call(method, path, body, files))["interaction_id"]
        return interaction


def nested(path: list[str], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options nested in the sub-commands of a path."""
    for name in reversed(path):
        given = [{"name": name, "options": given}]
    return given


def components_of(message: Message) -> list[dict[str, Any]]:
    """The buttons and selects of a message."""
    return [part for row in message["components"] for part in row["components"]]
