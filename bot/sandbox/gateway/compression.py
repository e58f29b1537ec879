"""Transport compression of a gateway connection: one stream, flushed after every message."""

from __future__ import annotations

import importlib
import zlib
from typing import Protocol


class Compressor(Protocol):
    """Compresses one message as the next bytes of the stream."""

    def __call__(self, text: str) -> bytes:
        """Return the bytes to send."""
        ...


def zlib_stream() -> Compressor:
    """Return a zlib compressor; each message ends in Z_SYNC_FLUSH, `00 00 ff ff`."""
    stream = zlib.compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)


def zstd_stream() -> Compressor | None:
    """Return a Zstandard compressor, or None before Python 3.14, which added one to the standard library."""
    try:
        zstd = importlib.import_module("compression.zstd")
    except ModuleNotFoundError:
        return None
    stream = zstd.ZstdCompressor()

    def compress(text: str) -> bytes:
        data: bytes = stream.compress(text.encode(), mode=zstd.ZstdCompressor.FLUSH_BLOCK)
        return data

    return compress
