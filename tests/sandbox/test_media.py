"""Videos and animated pictures as attachments."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from tests.sandbox.conftest import RestClient


def track_header(width: int, height: int) -> bytes:
    """An MP4 track header with only the size filled in."""
    body = bytes(76) + struct.pack(">II", width << 16, height << 16)
    return struct.pack(">I", 8 + len(body)) + b"tkhd" + body


async def test_a_time_lapse_has_the_size_of_its_picture_track(rest_client: RestClient) -> None:
    video = b"\0\0\0\x08ftyp" + track_header(0, 0) + track_header(320, 240)
    (file,) = (await rest_client.post({}, {"lapse.mp4": video})).body["attachments"]
    assert (file["content_type"], file["width"], file["height"]) == ("video/mp4", 320, 240)
    (broken,) = (await rest_client.post({}, {"broken.mp4": b"tkhd"})).body["attachments"]
    assert "width" not in broken


async def test_a_browser_can_seek_in_a_time_lapse(rest_client: RestClient) -> None:
    (file,) = (await rest_client.post({}, {"lapse.mp4": b"0123456789"})).body["attachments"]
    async with rest_client.session.get(file["url"], headers={"Range": "bytes=2-4"}) as response:
        assert (response.status, await response.read()) == (206, b"234")
        assert response.headers["Content-Range"] == "bytes 2-4/10"
    async with rest_client.session.get(file["url"], headers={"Range": "bytes=7-"}) as response:
        assert await response.read() == b"789"
    async with rest_client.session.get(file["url"]) as response:
        assert (response.status, response.headers["Accept-Ranges"]) == (200, "bytes")


async def test_an_animated_picture_is_an_image_attachment(rest_client: RestClient) -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("teal", "gold")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    (file,) = (await rest_client.post({}, {"a.webp": buffer.getvalue()})).body["attachments"]
    assert (file["content_type"], file["width"], file["height"]) == ("image/webp", 40, 30)
    assert (await rest_client.session.get(file["url"])).headers["Content-Disposition"] == "inline"
