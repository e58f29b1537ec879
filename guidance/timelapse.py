"""A run as a film: MP4 for players, animated WebP for pages and chats."""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from PIL import Image

from guidance.picture import PictureError

FRAMES_PER_SECOND: Final = 24
LINGER_S: Final = 2.0
"""How long the last frame stays."""
MOST_FRAMES: Final = 240


def every(steps: int) -> int:
    """Of how many steps one is shown, so that a film of a run has no more than MOST_FRAMES."""
    return -(-steps // MOST_FRAMES)


def encoder(path: Path) -> Callable[[Sequence[Image.Image]], bytes]:
    """The one for a file's ending.

    Raises:
        PictureError: No film has that ending here.
    """
    known = {".mp4": to_mp4, ".webp": to_webp}
    if path.suffix.lower() not in known:
        raise PictureError(f"{path} is no film that can be made; end its name in {' or '.join(known)}")
    return known[path.suffix.lower()]


def to_mp4(frames: Sequence[Image.Image]) -> bytes:
    """H.264 with half-size colour, which every player knows; an odd row or column is cut off."""
    width, height = (side - side % 2 for side in frames[0].size)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"crf": "18", "preset": "fast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, frame in enumerate([*frames, *[frames[-1]] * round(LINGER_S * FRAMES_PER_SECOND)]):
            picture = av.VideoFrame.from_image(frame.crop((0, 0, width, height)))  # type: ignore[no-untyped-call]
            picture.pts, picture.time_base = number, Fraction(1, FRAMES_PER_SECOND)
            film.mux(stream.encode(picture))
        film.mux(stream.encode())
    return buffer.getvalue()


def to_webp(frames: Sequence[Image.Image]) -> bytes:
    """An endless loop."""
    durations = [1000 / FRAMES_PER_SECOND] * (len(frames) - 1) + [1000 * LINGER_S]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=[round(duration) for duration in durations],
        loop=0,
        quality=80,
    )
    return buffer.getvalue()
