"""Signed, expiring addresses of attachments, as Discord's CDN has had since 2023: `?ex=…&is=…&hm=…`.

An address is good for a day; a bot that keeps addresses instead of bytes finds out here.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from bot.sandbox.models.guild import Attachment
    from bot.sandbox.state.clock import Clock

LIFETIME_S = 24 * 3600


class Cdn:
    """Signs addresses under `base` and checks them."""

    def __init__(self, clock: Clock, base: str = "") -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self.base = base

    def url(self, attachment: Attachment) -> str:
        """Return an address at which the file can be read for a day."""
        # whole hours keep the address of an unchanged file the same between edits, so that clients do not reload it
        issued = int(self._clock.time()) // 3600 * 3600
        expires = issued + LIFETIME_S
        path = f"/attachments/{attachment.channel_id}/{attachment.id}/{quote(attachment.filename)}"
        return f"{self.base}{path}?ex={expires:x}&is={issued:x}&hm={self._sign(path, expires, issued)}"

    def allows(self, path: str, ex: str, issued: str, hm: str) -> bool:
        """Tell whether an address was signed here and has not expired."""
        try:
            expires, begun = int(ex, 16), int(issued, 16)
        except ValueError:
            return False
        return hmac.compare_digest(hm, self._sign(path, expires, begun)) and self._clock.time() < expires

    def _sign(self, path: str, expires: int, issued: int) -> str:
        return hmac.new(self._key, f"{path}|{expires}|{issued}".encode(), hashlib.sha256).hexdigest()
