"""Signed addresses of attachments, as on Discord's CDN since 2023: `?ex=…&is=…&hm=…`.

They expire after a day, so a bot that stores addresses instead of files fails against the sandbox too.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock
    from bot.sandbox.models.guild import Attachment

LIFETIME_S = 24 * 3600


class CdnUrls:
    """Signs addresses under `base` and checks them."""

    def __init__(self, clock: Clock, base: str = "") -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self.base = base

    def url(self, attachment: Attachment) -> str:
        """Return an address at which the file can be read for up to a day."""
        # rounding to hours keeps the address of an unchanged file the same between edits, so clients do not reload it
        issued = int(self._clock.time()) // 3600 * 3600
        expires = issued + LIFETIME_S
        path = f"/attachments/{attachment.channel_id}/{attachment.id}/{quote(attachment.filename)}"
        return f"{self.base}{path}?ex={expires:x}&is={issued:x}&hm={self._sign(path, expires, issued)}"

    def allows(self, path: str, ex: str, issued: str, hm: str) -> bool:
        """Return whether an address was signed here and has not expired."""
        try:
            expires, begun = int(ex, 16), int(issued, 16)
        except ValueError:
            return False
        return hmac.compare_digest(hm, self._sign(path, expires, begun)) and self._clock.time() < expires

    def _sign(self, path: str, expires: int, issued: int) -> str:
        return hmac.new(self._key, f"{path}|{expires}|{issued}".encode(), hashlib.sha256).hexdigest()
