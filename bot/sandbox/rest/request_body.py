"""Reads request bodies: JSON, or multipart with `payload_json` and `files[n]`, within Discord's size limits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, MultipartReader, web

from bot.sandbox.errors import DiscordError, entity_too_large, invalid_json
from bot.sandbox.models.upload import Upload

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload

MAX_FILE = 10 * 1024 * 1024
MAX_REQUEST = 25 * 1024 * 1024
# how much of a too large request is read and discarded, so that its sender gets an error and not a reset
MAX_DRAIN = 128 * 1024 * 1024
BODY: web.RequestKey[object] = web.RequestKey("body", object)
"""The key of a request under which its JSON is kept for observers."""
_FILE_FIELD = re.compile(r"files\[(\d{1,4})\]")


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The JSON of a request, None without any, and its files by number."""

    json: object = None
    files: dict[int, Upload] = field(default_factory=dict)

    def object(self) -> Payload:
        """Return the JSON object, or raise 50109 if the body is anything else."""
        if isinstance(self.json, dict):
            return self.json
        raise invalid_json()


async def read_body(request: web.Request) -> RequestBody:
    """Read the body of a request.

    Raises:
        DiscordError: 40005 for a file or request over the limit, 50109 for malformed JSON, 50035 for unknown fields.
    """
    body = await _read(request)
    request[BODY] = body.json
    return body


async def _read(request: web.Request) -> RequestBody:
    if request.content_type == "multipart/form-data":
        return await _multipart(request)
    data = await _read_all(request)
    if not data:
        return RequestBody()
    if request.content_type != "application/json":
        raise DiscordError(400, 50035, "Invalid Form Body", _content_type_error())
    return RequestBody(_json(data))


async def _read_all(request: web.Request) -> bytes:
    data = bytearray()
    total = 0
    async for chunk in request.content.iter_chunked(1 << 16):
        total += len(chunk)
        if total <= MAX_REQUEST:
            data += chunk
        if total > MAX_DRAIN:
            break
    if total > MAX_REQUEST:
        raise entity_too_large()
    return bytes(data)


async def _multipart(request: web.Request) -> RequestBody:
    reader = await request.multipart()
    payload: object = None
    files: dict[int, Upload] = {}
    total = 0
    too_large = False
    while total < MAX_DRAIN:
        part = await reader.next()
        if part is None:
            break
        if isinstance(part, MultipartReader):
            raise invalid_json()
        data = await _part(part)
        total += len(data)
        too_large = too_large or len(data) > MAX_FILE or total > MAX_REQUEST
        if too_large:
            continue
        if part.name == "payload_json":
            payload = _json(data)
        else:
            match = _FILE_FIELD.fullmatch(part.name or "")
            if match is None or part.filename is None:
                raise DiscordError(400, 50035, "Invalid Form Body", {str(part.name): _unknown_field()})
            files[int(match[1])] = Upload(part.filename, data)
    if too_large:
        raise entity_too_large()
    return RequestBody({} if payload is None else payload, files)


async def _part(part: BodyPartReader) -> bytes:
    """Read one part. A too large one is cut off just above the limit."""
    data = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        if len(data) <= MAX_REQUEST:
            data += chunk
    return bytes(data)


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError as error:
        raise invalid_json() from error


def _content_type_error() -> Payload:
    words = "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}."
    return {"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": words}]}


def _unknown_field() -> Payload:
    return {"_errors": [{"code": "UNKNOWN_FIELD", "message": "Only payload_json and files[n] are allowed."}]}
