"""A file of a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived, with the name that the client gave it."""

    filename: str
    data: bytes
