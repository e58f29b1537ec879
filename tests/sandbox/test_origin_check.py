"""Only this machine and the sandbox's own page get an answer."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

import bot.sandbox
from tests.sandbox.person import PageRefusedError

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox
    from tests.sandbox.conftest import RestClient
    from tests.sandbox.person import Person


async def test_a_request_for_another_host_is_refused(rest_client: RestClient, sandbox: Sandbox) -> None:
    # the request of a browser after DNS rebinding to 127.0.0.1
    async with rest_client.session.get(sandbox.page_url, headers={"Host": "evil.example"}) as response:
        assert response.status == 403
        assert "sandbox-token" not in await response.text()


async def test_a_request_from_another_origin_is_refused(rest_client: RestClient, sandbox: Sandbox) -> None:
    headers = {"Origin": "http://evil.example"}
    async with rest_client.session.post(sandbox.page_url + "sandbox/state", headers=headers) as response:
        assert response.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await rest_client.session.ws_connect(sandbox.gateway_url, headers=headers)


async def test_the_pages_api_needs_the_pages_token(rest_client: RestClient, sandbox: Sandbox, ada: Person) -> None:
    url = sandbox.page_url + "sandbox/state"
    async with rest_client.session.get(url, headers={"X-Sandbox-Member": ada.id}) as response:
        assert response.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await rest_client.session.ws_connect(f"{sandbox.page_url}sandbox/socket?member={ada.id}&token=guessed")


async def test_the_page_cannot_act_as_the_bot(sandbox: Sandbox, ada: Person) -> None:
    ada._page._headers["X-Sandbox-Member"] = str(sandbox.guild_data.bot.id)
    with pytest.raises(PageRefusedError, match="10007"):
        await ada.state()


async def test_files_outside_the_page_are_not_served(rest_client: RestClient, sandbox: Sandbox) -> None:
    for name in ("../server.py", "%2e%2e/server.py", "server.py"):
        async with rest_client.session.get(f"{sandbox.page_url}static/{name}") as response:
            assert response.status == 404


async def test_an_upload_never_runs_as_a_page(rest_client: RestClient, ada: Person) -> None:
    (file,) = (await rest_client.post({}, {"page.html": b"<script>alert(1)</script>"})).body["attachments"]
    async with rest_client.session.get(file["url"]) as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_sandbox_imports_neither_the_bot_nor_discord() -> None:
    for path in Path(str(bot.sandbox.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                root, *rest = name.split(".")
                assert root != "discord", path
                assert root != "guidance", path
                assert root != "bot" or rest[:1] == ["sandbox"], path
