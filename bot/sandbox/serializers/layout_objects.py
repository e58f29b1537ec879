"""Discord's JSON objects for Components V2: pictures and files with their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Attachment, Message
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.sandbox_state import SandboxState


def layout(state: SandboxState, post: Message) -> list[Payload]:
    """Return a message's tree of components, with `attachment://` addresses resolved."""
    files = {file.filename: file for file in post.attachments}
    return [_component(state, post, files, component) for component in post.layout]


def _component(state: SandboxState, post: Message, files: dict[str, Attachment], source: Payload) -> Payload:
    body = dict(source)
    if "components" in body:
        body["components"] = [_component(state, post, files, one) for one in body["components"]]
    if "accessory" in body:
        body["accessory"] = _component(state, post, files, body["accessory"])
    if "media" in body:
        body["media"] = _media(state, post, files, body["media"])
    if "items" in body:
        body["items"] = [item | {"media": _media(state, post, files, item["media"])} for item in body["items"]]
    if "file" in body:
        file = files.get(body["file"]["url"].removeprefix("attachment://"))
        body |= {"name": None if file is None else file.filename, "size": None if file is None else file.size}
        body["file"] = _media(state, post, files, body["file"])
    return body


def _media(state: SandboxState, post: Message, files: dict[str, Attachment], source: Payload) -> Payload:
    """Return an unfurled media item. The sandbox loads nothing from elsewhere, so only files have a size."""
    file = files.get(source["url"].removeprefix("attachment://"))
    if file is None:
        return {"id": str(post.id), "url": source["url"], "proxy_url": source["url"]}
    url = state.cdn.url(file)
    body: Payload = {"id": str(file.id), "url": url, "proxy_url": url, "attachment_id": str(file.id)}
    return body | {"width": file.width, "height": file.height, "content_type": file.content_type}
