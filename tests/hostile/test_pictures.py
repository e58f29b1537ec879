"""Hostile pictures are read or refused in one sentence, within the memory that one large picture takes."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.images.intake import MAX_BYTES
from guidance.io.picture import PictureError, read_image, request_of
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, private
from tests.hostile.pictures import PICTURES, png, saved

MOST_KILOBYTES = 300 * 1024
READ = {
    "a picture and an archive",
    "39 megapixels of zeros",
    "a line of 39 megapixels",
    "more data than pixels",
    "a palette that is not there",
    "ten thousand chunks",
    "ten thousand bombs of text",
    "a profile of 100 MB",
    "an animation that says nothing",
    "a JPEG of 190 megapixels and no data",
    "a progressive JPEG of 63 megapixels",
    "a JPEG of 40 scans",
}
"""Pictures that are read; so are those with a strange request or with several frames."""


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What came of each picture in a process of its own, and how far its memory rose."""
    command = [sys.executable, "-m", "tests.hostile.read_all"]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_read_or_refused_in_one_sentence(name: str, report: dict[str, Any]) -> None:
    pixels, request = report[name]["said"]
    assert report[name]["bytes"] <= MAX_BYTES
    assert "\n" not in pixels + request
    assert len(pixels) < 300
    assert len(request) < 300
    assert (request == "") is (name == "a request of a model that is a path")
    read = name in READ or "request" in name or "frames" in name
    assert (pixels == "") is read


def test_all_of_them_together_take_no_more_memory_than_one_large_picture(report: dict[str, Any]) -> None:
    assert sum(entry["kilobytes"] for entry in report.values()) < MOST_KILOBYTES


def test_scans_that_would_take_hours_are_refused(report: dict[str, Any]) -> None:
    assert "more than 50 scans" in report["a JPEG of 100,000 scans"]["said"][0]


WORST = {"nothing", "negative pixels", "a chunk of negative length", "a JPEG of 100,000 scans", "an AVIF of nothing"}
"""Pictures without a request that are also shown to the bot."""
KINDS = {kind: saved(kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")}


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A picture with some bytes changed, removed or repeated."""
    data = bytearray(draw(st.sampled_from([*KINDS.values(), png()])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 8))
        data[at : at + length] = draw(st.binary(max_size=8))
    return bytes(data)


@given(damaged())
def test_a_damaged_picture_is_read_or_refused_in_one_sentence(data: bytes) -> None:
    for read in (lambda: read_image(data, max_pixels=10_000, side=32), lambda: request_of(data)):
        try:
            read()
        except PictureError as error:
            assert "\n" not in str(error)


async def test_the_bot_answers_the_worst_of_them(harness: BotHarness) -> None:
    for name in [name for name in PICTURES if "request" in name or name in WORST]:
        posted = await harness.ben.send(harness.channel, attachments=[("picture.png", PICTURES[name]())])
        menus = ("Show parameters", "Rerun with a new seed") if "request" in name else ("Use as init image",)
        for menu in menus:
            result = await harness.ada.context_menu(harness.channel, menu, posted)
            if result.modal is not None:
                continue
            if any(message is not None and message.ephemeral for message in (result.response, *result.followups)):
                assert "incident" not in answer(result).lower(), name
                assert private(result).content or private(result).embeds
    await harness.wait_until_idle()
