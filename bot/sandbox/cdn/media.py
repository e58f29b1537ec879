"""Serves attachments at signed addresses, emoji, and avatars, which are drawn on request."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from aiohttp import web
from PIL import Image, ImageDraw, ImageFont

from bot.sandbox.models.payload import snowflake

if TYPE_CHECKING:
    from bot.sandbox.state.sandbox_state import SandboxState

# types that a browser may display; all others are downloads, so that no upload runs as a page of this origin
INLINE = ("image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4")
PALETTE = {
    "a0": ((255, 138, 101), (233, 78, 119)),
    "a1": ((79, 172, 254), (67, 97, 238)),
    "a2": ((88, 216, 163), (20, 143, 119)),
    "a3": ((255, 200, 87), (242, 140, 40)),
    "a4": ((214, 140, 255), (147, 76, 211)),
    "a5": ((255, 107, 107), (181, 50, 86)),
    "a6": ((94, 226, 226), (33, 120, 168)),
    "b07": ((108, 99, 255), (38, 198, 218)),
}
SIDE = 256


def add_cdn(app: web.Application, state: SandboxState) -> None:
    """Serve attachments, avatars and emoji."""

    async def attachment(request: web.Request) -> web.Response:
        names = [request.query.get(key, "") for key in ("ex", "is", "hm")]
        if not state.cdn.allows(request.raw_path.partition("?")[0], *names):
            return web.Response(status=404, text="This content is no longer available.")
        message_file = _find(state, request)
        data = None if message_file is None else state.archive.file(message_file[0])
        if message_file is None or data is None:
            return web.Response(status=404, text="This content is no longer available.")
        kind = message_file[1] or "application/octet-stream"
        headers = {
            "Content-Type": kind,
            "Cache-Control": "private, max-age=86400",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline" if kind in INLINE else "attachment",
        }
        return _ranged(request, data, headers)

    async def avatar(request: web.Request) -> web.Response:
        member = state.guild_data.members.get(snowflake(request.match_info["user_id"]) or 0)
        if member is None:
            return web.Response(status=404)
        name = member.user.global_name or member.user.username
        data = _draw(member.user.avatar, "✦" if member.user.bot else name[0].upper())
        headers = {"Content-Type": "image/png", "Cache-Control": "max-age=86400"}
        return web.Response(body=data, headers=headers)

    async def emoji(request: web.Request) -> web.Response:
        entry = state.guild_data.emojis.get(snowflake(request.match_info["emoji_id"]) or 0)
        picture = None if entry is None else state.archive.file(entry.id)
        if entry is None or picture is None:
            return web.Response(status=404)
        return web.Response(
            body=picture, headers={"Content-Type": entry.content_type, "Cache-Control": "max-age=86400"}
        )

    app.router.add_get("/emojis/{emoji_id}.{ending}", emoji)
    app.router.add_get("/attachments/{channel_id}/{file_id}/{filename}", attachment)
    app.router.add_get("/avatars/{user_id}/{hash}.png", avatar)


def _ranged(request: web.Request, data: bytes, headers: dict[str, str]) -> web.Response:
    """Answer with the byte range that a request asks for, or the whole file; browsers seek in videos this way."""
    headers["Accept-Ranges"] = "bytes"
    try:
        asked = request.http_range
    except ValueError:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    begin, end, _ = slice(asked.start, asked.stop).indices(len(data))
    if asked.start is None or begin >= end:
        return web.Response(body=data, headers=headers)
    headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(data)}"
    return web.Response(body=data[begin:end], status=206, headers=headers)


def _find(state: SandboxState, request: web.Request) -> tuple[int, str | None] | None:
    """Return the id and content type of a file, whether of a message or of a command option."""
    file_id = snowflake(request.match_info["file_id"])
    channel_id = snowflake(request.match_info["channel_id"])
    for message in state.guild_data.messages.get(channel_id or 0, {}).values():
        forwarded = [] if message.forwarded is None else message.forwarded.attachments
        for file in [*message.attachments, *forwarded]:
            if file.id == file_id:
                return file.id, file.content_type
    for file in state.option_files.values():
        if file.id == file_id:
            return file.id, file.content_type
    return None


@lru_cache(maxsize=32)
def _draw(name: str, letter: str) -> bytes:
    """Draw an avatar: a diagonal gradient, and a letter or, for the bot, a spark."""
    top, bottom = PALETTE.get(name, ((120, 130, 150), (70, 80, 100)))
    ramp = Image.linear_gradient("L").rotate(-35, expand=True).resize((SIDE, SIDE), box=(60, 60, 300, 300))
    image = Image.composite(Image.new("RGB", (SIDE, SIDE), bottom), Image.new("RGB", (SIDE, SIDE), top), ramp)
    draw = ImageDraw.Draw(image)
    middle = SIDE / 2
    if letter == "✦":
        reach, waist = 84, 20
        points = [(0, -reach), (waist, -waist), (reach, 0), (waist, waist)]
        points += [(0, reach), (-waist, waist), (-reach, 0), (-waist, -waist)]
        draw.polygon([(middle + x, middle + y) for x, y in points], fill="white")
    else:
        draw.text((middle, middle), letter, fill="white", font=ImageFont.load_default(132), anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
