"""A run as a timelapse: MP4 for players, animated WebP for pages and chats."""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from PIL import Image

from guidance.io.picture import PictureError

FRAMES_PER_SECOND: Final = 24
LINGER_S: Final = 2.0
"""How long the last frame stays."""
MOST_FRAMES: Final = 240
CHAT_FRAMES: Final = 96
"""Four seconds; a model's own 64 steps are all shown."""
CHAT_PIXELS: Final = 384
"""About as wide as a chat shows a timelapse."""


def every(steps: int, most: int = MOST_FRAMES) -> int:
    """Of how many steps one is shown, so that a timelapse of a run has no more than so many frames."""
    return max(1, -(-steps // most))


class Timelapse:
    """A timelapse of a run as it goes, short and small enough for a chat.

    Args:
        steps: Of the run.
        most: Most frames, the finished picture included.
        side: Most pixels of a frame's long side; smaller pictures stay as they are.
    """

    def __init__(self, steps: int, most: int = CHAT_FRAMES, side: int = CHAT_PIXELS) -> None:
        self._every = every(steps, most - 1)
        self._side = side
        self._frames: list[Image.Image] = []

    def due(self, number: int) -> bool:
        """Whether the step of that number, 1 for the first, is to be added."""
        return (number - 1) % self._every == 0

    def add(self, picture: Image.Image) -> None:
        """The next frame."""
        frame = picture.copy()
        frame.thumbnail((self._side, self._side), Image.Resampling.BILINEAR)
        self._frames.append(frame)

    def to_mp4(self) -> bytes:
        """The timelapse, at least one frame long."""
        return to_mp4(self._frames)


def encoder(path: Path) -> Callable[[Sequence[Image.Image]], bytes]:
    """The one for a file's ending.

    Raises:
        PictureError: No timelapse has that ending here.
    """
    known = {".mp4": to_mp4, ".webp": to_webp}
    if path.suffix.lower() not in known:
        raise PictureError(f"{path} is no timelapse that can be made; end its name in {' or '.join(known)}")
    return known[path.suffix.lower()]


def to_mp4(frames: Sequence[Image.Image]) -> bytes:
    """H.264 with half-size colour, which every player knows; an odd row or column is cut off."""
    width, height = (side - side % 2 for side in frames[0].size)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as timelapse:
        stream = timelapse.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"crf": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, frame in enumerate([*frames, *[frames[-1]] * round(LINGER_S * FRAMES_PER_SECOND)]):
            picture = av.VideoFrame.from_image(frame.crop((0, 0, width, height)))  # type: ignore[no-untyped-call]
            picture.pts, picture.time_base = number, Fraction(1, FRAMES_PER_SECOND)
            timelapse.mux(stream.encode(picture))
        timelapse.mux(stream.encode())
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
