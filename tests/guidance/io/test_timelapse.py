"""Timelapse videos."""

import io
from pathlib import Path

import av
import pytest
from PIL import Image

from guidance.io.picture import PictureError
from guidance.io.timelapse import (
    FRAMES_PER_SECOND,
    LINGER_S,
    MAX_FRAMES,
    Timelapse,
    encoder,
    every,
    to_mp4,
    to_webp,
)

COLOURS = ("black", "red", "lime", "blue", "white")
FRAMES = [Image.new("RGB", (65, 48), colour) for colour in COLOURS]


def near(pixel: tuple[int, ...], colour: str) -> bool:
    """True if the colours are equal up to the rounding of video codecs."""
    wanted = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
    return all(abs(a - b) < 12 for a, b in zip(pixel, wanted, strict=True))  # type: ignore[arg-type]


def test_an_mp4_shows_every_frame_in_order_and_lingers_on_the_last() -> None:
    with av.open(io.BytesIO(to_mp4(FRAMES)), "r") as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        shown = [
            frame.to_image()  # type: ignore[no-untyped-call]
            for frame in video.decode(stream)
        ]
    assert len(shown) == len(FRAMES) + LINGER_S * FRAMES_PER_SECOND
    assert shown[0].size == (64, 48)
    assert all(near(frame.getpixel((30, 20)), colour) for frame, colour in zip(shown, COLOURS, strict=False))
    assert near(shown[-1].getpixel((30, 20)), "white")


def test_an_animated_webp_shows_every_frame_for_ever_and_lingers_on_the_last() -> None:
    video = Image.open(io.BytesIO(to_webp(FRAMES)))
    assert (video.n_frames, video.info["loop"], video.size) == (len(FRAMES), 0, (65, 48))  # type: ignore[attr-defined]
    durations = []
    for number, colour in enumerate(COLOURS):
        video.seek(number)
        assert near(video.convert("RGB").getpixel((30, 20)), colour)  # type: ignore[arg-type]
        durations.append(video.info["duration"])
    assert durations == [42, 42, 42, 42, 2000]


@pytest.mark.parametrize("steps", [1, 64, 240, 241, 2000])
def test_a_timelapse_of_any_run_has_a_limited_number_of_frames(steps: int) -> None:
    assert steps / MAX_FRAMES <= every(steps) < steps / MAX_FRAMES + 1


def test_a_timelapse_of_another_ending_is_refused() -> None:
    with pytest.raises(PictureError, match=r"\.mp4 or \.webp"):
        encoder(Path("timelapse.gif"))


@pytest.mark.parametrize("steps", [0, 1, 7, 8, 2000])
def test_a_timelapse_of_any_run_is_short_small_and_ends_in_the_last_picture(steps: int) -> None:
    timelapse = Timelapse(steps, max_frames=8, side=32)
    added = [number for number in range(1, steps + 1) if timelapse.due(number)]
    assert added[:1] == [1][:steps]
    for _ in added:
        timelapse.add(Image.new("RGB", (96, 64), "red"))
    timelapse.add(Image.new("RGB", (96, 64), "blue"))
    with av.open(io.BytesIO(timelapse.to_mp4()), "r") as video:
        shown = [
            frame.to_image()  # type: ignore[no-untyped-call]
            for frame in video.decode(video.streams.video[0])
        ]
    assert len(shown) - LINGER_S * FRAMES_PER_SECOND == len(added) + 1 <= 8
    assert max(shown[-1].size) == 32
    assert near(shown[-1].getpixel((10, 10)), "blue")
