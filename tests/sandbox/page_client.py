"""The page's API over HTTP, as the page's own script calls it."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp


class PageRefusedError(Exception):
    """The page's API answered with an error."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {json.dumps(body)}")
        self.status = status
        self.code: int = body.get("code", 0)
        self.body = body


class PageClient:
    """One open page: its address, its token and the member that it acts as."""

    def __init__(self, page_url: str) -> None:
        self._base = page_url.rstrip("/")
        self._session = aiohttp.ClientSession()
        self._headers: dict[str, str] = {}

    async def sign_in(self, name: str) -> str:
        """Open the page as a member, and return that member's id."""
        async with self._session.get(self._base + "/") as response:
            found = re.search(r'name="sandbox-token" content="([^"]+)"', await response.text())
        assert found is not None, "the page carries no token"
        self._headers = {"X-Sandbox-Token": found[1]}
        people = {entry["name"]: entry["id"] for entry in (await self.call("GET", "/people"))["people"]}
        self._headers["X-Sandbox-Member"] = people[name]
        member_id: str = people[name]
        return member_id

    async def call(
        self, method: str, path: str, body: object = None, files: list[tuple[str, bytes]] | None = None
    ) -> Any:
        """Send one request and return the response; `files` are names and contents.

        Raises:
            PageRefusedError: The status is 400 or higher.
        """
        form = None
        if files:
            form = aiohttp.FormData(quote_fields=False)
            for number, (name, content) in enumerate(files):
                form.add_field(f"files[{number}]", content, filename=name)
            form.add_field("payload_json", json.dumps(body))
        url = f"{self._base}/sandbox{path}"
        sent = None if form is not None else body
        async with self._session.request(method, url, json=sent, data=form, headers=self._headers) as response:
            answer = await response.json()
            if response.status >= 400:
                raise PageRefusedError(response.status, answer)
            return answer

    async def read(self, url: str) -> bytes:
        """Download an attachment."""
        async with self._session.get(url) as response:
            assert response.status == 200, f"{url} answered {response.status}"
            return await response.read()

    async def close(self) -> None:
        """Close the page."""
        await self._session.close()
