"""A message's files: applies `attachments` and `files[n]` of a request.

https://discord.com/developers/docs/reference#editing-message-attachments
"""

from __future__ import annotations

import io
import mimetypes
import re
import warnings
from typing import TYPE_CHECKING

from PIL import Image

from bot.sandbox.models.guild import Attachment
from bot.sandbox.models.payload import snowflake
from bot.sandbox.validate.form import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.models.payload import Payload
    from bot.sandbox.models.upload import Upload
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_FILES = 10


def assemble(
    state: SandboxState,
    channel_id: int,
    before: list[Attachment],
    listed: list[Payload] | None,
    uploads: Mapping[int, Upload],
) -> list[Attachment]:
    """Store the new files of a post or an edit, delete those that it removes, and return all files of the message.

    Without an `attachments` array, new files are added to the existing ones. With one, it has to list every new file,
    and existing files that it does not list are deleted.

    Raises:
        DiscordError: 50035 for an unknown id, an upload that is not listed, or too many files.
    """
    form = Form()
    entries: list[Payload] = [{"id": file.id} for file in before] + [{"id": number} for number in uploads]
    if listed is not None:
        entries = listed
    there = {file.id: file for file in before}
    files: list[Attachment] = []
    fresh: list[tuple[Attachment, bytes]] = []
    named = {snowflake(entry.get("id")) for entry in entries}
    for number in uploads:
        if number not in named:
            form.error(("attachments",), "ATTACHMENT_NOT_LISTED", f"files[{number}] is not in attachments")
    for index, entry in enumerate(entries):
        file_id = snowflake(entry.get("id"))
        if file_id is not None and file_id in uploads:
            upload = uploads[file_id]
            new = _attach(state.snowflakes.next(), channel_id, entry, upload)
            fresh.append((new, upload.data))
            files.append(new)
        elif file_id is not None and file_id in there:
            kept = there[file_id]
            if "description" in entry:
                kept.description = entry["description"]
            files.append(kept)
        else:
            form.error(("attachments", index, "id"), "ATTACHMENT_NOT_FOUND", f"Unknown attachment {file_id}")
    if len(files) > MAX_FILES:
        form.error(("attachments",), "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_FILES} or fewer in length.")
    form.finish()
    for new, data in fresh:
        state.archive.put_file(new.id, data)
    for gone in there.keys() - {file.id for file in files}:
        state.archive.drop_file(gone)
    return files


def _attach(file_id: int, channel_id: int, entry: Payload, upload: Upload) -> Attachment:
    filename = clean_filename(str(entry.get("filename") or upload.filename))
    content_type = mimetypes.guess_type(filename)[0]
    width = height = None
    if content_type is not None and content_type.startswith("image/"):
        width, height = _image_size(upload.data)
    elif content_type == "video/mp4":
        width, height = _video_size(upload.data)
    description = entry.get("description")
    return Attachment(file_id, channel_id, filename, len(upload.data), content_type, width, height, description)


def _image_size(data: bytes) -> tuple[int | None, int | None]:
    try:
        # only the header is read, so a decompression bomb does no harm
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as image:
            return image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None, None


def _video_size(data: bytes) -> tuple[int | None, int | None]:
    """Return width and height from an MP4's track headers.

    They are the last eight bytes, in 16.16 fixed point (ISO 14496-12).
    """
    for match in re.finditer(b"tkhd", data):
        begin = match.start() - 4
        end = begin + int.from_bytes(data[begin : begin + 4], "big")
        width, height = (int.from_bytes(data[end - n : end - n + 2], "big") for n in (8, 4))
        # the header of a sound track has the size 0
        if begin >= 0 and width and height:
            return width, height
    return None, None


def clean_filename(name: str) -> str:
    """Return a file name as Discord stores it: ASCII letters, digits, `_`, `-` and `.`; spaces become `_`."""
    return re.sub(r"[^A-Za-z0-9_.\-]", "", name.replace(" ", "_")).strip(".") or "unknown"
