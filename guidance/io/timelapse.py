"""Timelapse videos of runs, as MP4 or animated WebP."""

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
"""How long the last frame stays, in seconds."""
MAX_FRAMES: Final = 240
CHAT_FRAMES: Final = 96
"""Most frames in a chat: 4 seconds, enough for every step of a default run of 64 steps."""
CHAT_PIXELS: Final = 384
"""Most pixels of the long side in a chat; about as wide as a chat client shows a video."""


def every(steps: int, max_frames: int = MAX_FRAMES) -> int:
    """The smallest n for which every n-th of the steps gives at most `max_frames` frames."""
    return max(1, -(-steps // max_frames))


class Timelapse:
    """Collects the frames of a run in progress; short and small enough for a chat.

    Args:
        steps: The run's number of steps.
        max_frames: Most frames, the finished picture included.
        side: Most pixels of a frame's long side; smaller pictures keep their size.
    """

    def __init__(self, steps: int, max_frames: int = CHAT_FRAMES, side: int = CHAT_PIXELS) -> None:
        self._every = every(steps, max_frames - 1)
        self._side = side
        self._frames: list[Image.Image] = []

    def due(self, number: int) -> bool:
        """True if the picture of this step, 1 for the first, is a frame."""
        return (number - 1) % self._every == 0

    def add(self, picture: Image.Image) -> None:
        """Adds a frame."""
        frame = picture.copy()
        frame.thumbnail((self._side, self._side), Image.Resampling.BILINEAR)
        self._frames.append(frame)

    def to_mp4(self) -> bytes:
        """The video of all frames; there must be at least one."""
        return to_mp4(self._frames)


def encoder(path: Path) -> Callable[[Sequence[Image.Image]], bytes]:
    """The encoder for a file's suffix.

    Raises:
        PictureError: The suffix is neither .mp4 nor .webp.
    """
    known = {".mp4": to_mp4, ".webp": to_webp}
    if path.suffix.lower() not in known:
        raise PictureError(f"{path} is not a video format that can be written; name a {' or '.join(known)} file")
    return known[path.suffix.lower()]


def to_mp4(frames: Sequence[Image.Image]) -> bytes:
    """H.264 in yuv420p, which every player supports. That format needs even sides, so an odd row or column is cut."""
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
    """An animated WebP that repeats for ever."""
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
