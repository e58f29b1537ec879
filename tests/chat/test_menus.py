"""The message menus: use as init image, rerun, show parameters, report (see test_modals)."""

import asyncio
import dataclasses
import io

import discord
import pytest
from PIL import Image, PngImagePlugin

from bot.chat.attachments import images_of
from bot.chat.commands import menus
from bot.jobs.job import Origin
from guidance.io.picture import to_png
from guidance.request.request import Request
from tests.chat.harness import BotHarness
from tests.chat.pictures import bomb, jpeg, png
from tests.chat.reading import answer, card, labels, read_out


async def test_rerun_makes_a_job_for_the_user_who_chooses_it(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=1)
    await harness.ben.context_menu(harness.channel, "Rerun with a new seed", message)
    await harness.wait_until_idle()
    assert f"from #1001, for <@{harness.ben.id}>" in card(harness.channel.history()[-1])
    assert (await harness.job(1002)).origin is Origin.MENU


async def test_rerun_of_a_batch_makes_a_batch(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", count=2)
    await harness.ben.context_menu(harness.channel, "Rerun with a new seed", message)
    await harness.wait_until_idle()
    assert labels(harness.channel.history()[-1])[:2] == ["1", "2"]


async def test_a_bot_picture_posted_by_a_user_can_be_rerun_and_its_parameters_shown(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=7)
    posted = await harness.ben.send(harness.channel, attachments=[("mine.png", await message.attachments[0].read())])
    assert "seed 7" in answer(await harness.chiyo.context_menu(harness.channel, "Show parameters", posted))
    await harness.chiyo.context_menu(harness.channel, "Rerun with a new seed", posted)
    await harness.wait_until_idle()
    rerun = harness.channel.history()[-1]
    assert f"**a lighthouse**\nfor <@{harness.chiyo.id}>" in card(rerun)
    assert (await harness.job(1002)).parent_id is None


async def test_a_bot_picture_with_an_init_image_cannot_be_rerun_from_its_file(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.press(harness.ada, message, "More steps")
    data = await harness.channel.history()[-1].attachments[0].read()
    posted = await harness.ben.send(harness.channel, attachments=[("mine.png", data)])
    text = await harness.refuses(harness.ben.context_menu(harness.channel, "Rerun with a new seed", posted))
    assert text == "This picture was made from another image, which is not in the file."


async def test_parameters_are_private(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=7)
    text = await harness.refuses(harness.ben.context_menu(harness.channel, "Show parameters", message))
    assert "Parameters #1001" in text
    assert "a lighthouse --seed 7 --steps 4" in text


async def test_menus_on_a_message_without_an_image_say_so(harness: BotHarness) -> None:
    plain = await harness.ben.send(harness.channel, "look at this", attachments=[("notes.txt", b"words")])
    for name in ("Use as init image", "Rerun with a new seed", "Show parameters"):
        text = await harness.refuses(harness.ada.context_menu(harness.channel, name, plain))
        assert text == "This message has no image."


async def test_an_image_not_made_by_the_bot_has_no_parameters(harness: BotHarness) -> None:
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png())])
    for name in ("Rerun with a new seed", "Show parameters"):
        text = await harness.refuses(harness.ada.context_menu(harness.channel, name, posted))
        assert text == (
            "I can't use this image: this PNG carries no request; it was not made by guidance, or was re-saved since."
        )


async def test_an_unsupported_image_is_refused_before_the_form_opens(harness: BotHarness) -> None:
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", bomb())])
    text = await harness.refuses(harness.ada.context_menu(harness.channel, "Use as init image", posted))
    assert text == "I can't use this image: the image is too large; at most 40 million pixels are read."


async def test_a_slow_download_is_refused_before_the_interaction_expires(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(attachment: discord.Attachment, most: int) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png())])
    harness.download = slow
    assert menus.DOWNLOAD_S < 3, "Discord waits three seconds for a form"
    monkeypatch.setattr(menus, "DOWNLOAD_S", 0.0)
    result = await harness.ada.context_menu(harness.channel, "Use as init image", posted)
    assert answer(result) == "This image takes too long to load. Attach it to `/imagine` instead."


async def test_the_interaction_is_deferred_before_a_download(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=7)
    posted = await harness.ben.send(harness.channel, attachments=[("mine.png", await message.attachments[0].read())])
    acknowledged = []
    plain = harness.download

    async def watched(attachment: discord.Attachment, most: int) -> bytes:
        acknowledged.append(list(harness.env.backend.interactions.values())[-1].responded)
        return await plain(attachment, most)

    harness.download = watched
    await harness.ben.context_menu(harness.channel, "Show parameters", posted)
    await harness.ben.context_menu(harness.channel, "Rerun with a new seed", posted)
    assert acknowledged == [True, True]


async def test_menus_work_on_a_copy_of_a_job_s_message(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse", seed=7)
    await harness.ben.slash(harness.channel, "show", job=1001)
    opened = harness.channel.history()[-1]
    text = answer(await harness.ben.context_menu(harness.channel, "Show parameters", opened))
    assert "Parameters #1001" in text
    await harness.ben.context_menu(harness.channel, "Rerun with a new seed", opened)
    await harness.wait_until_idle()
    assert "from #1001" in read_out(harness.channel.history()[-1])


def ours(**changes: object) -> bytes:
    """A picture with a request that somebody changed."""
    request = dataclasses.replace(Request.resolve("a lighthouse", seed=7, width=96, height=96), **changes)  # type: ignore[arg-type]
    return to_png(Image.new("RGB", (96, 96)), request)


@pytest.mark.parametrize(
    "files",
    [
        [("photo", jpeg())],
        [("photo.txt", jpeg())],
        [("photo.html", jpeg())],
        [("document.png", b"PK\3\4word/document.xml"), ("photo.jpg", jpeg())],
        [("page.png", b"<!DOCTYPE html>"), ("notes.txt", b"words"), ("photo.mp4", jpeg())],
    ],
    ids=lambda files: "+".join(name for name, _ in files),
)
async def test_an_image_is_recognised_by_its_bytes_and_not_by_its_name(
    files: list[tuple[str, bytes]], harness: BotHarness
) -> None:
    posted = await harness.ben.send(harness.channel, attachments=files)
    await harness.ada.context_menu(harness.channel, "Use as init image", posted)
    assert len(list(harness.folder.glob("pictures/??/*"))) == 1


async def test_a_request_of_another_model_is_rerun_with_this_one_s_settings(harness: BotHarness) -> None:
    data = ours(model="RN50/yfcc15m", prompt="a lighthouse --unknown 5", views=256, noise=1.0)
    posted = await harness.ben.send(harness.channel, attachments=[("mine.png", data)])
    await harness.chiyo.context_menu(harness.channel, "Rerun with a new seed", posted)
    await harness.wait_until_idle()
    request = (await harness.job(1001)).request
    assert (request.model, request.views, request.prompt) == ("pocket", 4, "a lighthouse --unknown 5")


async def test_more_views_than_the_host_allows_are_refused(harness: BotHarness) -> None:
    posted = await harness.ben.send(harness.channel, attachments=[("mine.png", ours(views=256))])
    text = await harness.refuses(harness.chiyo.context_menu(harness.channel, "Rerun with a new seed", posted))
    assert text == "The limit here is 32 views in each step."


async def test_a_hostile_request_is_refused_in_one_sentence(harness: BotHarness) -> None:
    plain = ours()
    for text in ("[" * 100_000, '{"seed":' + "9" * 400 + "}"):
        info = PngImagePlugin.PngInfo()
        info.add_text("guidance", text)
        data = io.BytesIO()
        Image.open(io.BytesIO(plain)).save(data, "PNG", pnginfo=info)
        posted = await harness.ben.send(harness.channel, attachments=[("mine.png", data.getvalue())])
        for name in ("Rerun with a new seed", "Show parameters"):
            answered = await harness.refuses(harness.ada.context_menu(harness.channel, name, posted))
            assert answered.startswith("I can't use this image: the PNG's request cannot be used: not a request")


async def test_a_banned_member_s_image_is_neither_downloaded_nor_stored(harness: BotHarness) -> None:
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png()), ("mine.png", ours())])
    downloads = []
    plain = harness.download

    async def noted(attachment: discord.Attachment, most: int) -> bytes:
        downloads.append(attachment.filename)
        return await plain(attachment, most)

    harness.download = noted
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, reason="flooding")
    for asked in (
        harness.ada.context_menu(harness.channel, "Use as init image", posted),
        harness.ada.context_menu(harness.channel, "Rerun with a new seed", posted),
        harness.imagine(harness.ada, "a tiger", image=("cat.png", png())),
    ):
        text = await harness.refuses(asked)
        assert text == "You are banned from making pictures in this server: flooding"
    assert downloads == []
    assert list(harness.folder.glob("pictures/??/*")) == []


async def test_an_image_over_a_limit_is_not_downloaded(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config limit", limit="jobs_per_hour", value=1)
    await harness.done(harness.ada, "a lighthouse")

    async def never(attachment: discord.Attachment, most: int) -> bytes:
        raise AssertionError

    harness.download = never
    text = await harness.refuses(harness.imagine(harness.ada, "a tiger", image=("cat.png", png())))
    assert text.startswith("The limit is one picture per hour.")


async def test_the_picture_of_a_message_that_carries_a_request_is_found(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse", seed=7)
    made = await message.attachments[0].read()
    posted = await harness.ben.send(harness.channel, attachments=[("cat.png", png()), ("mine.png", made)])
    assert "seed 7" in answer(await harness.chiyo.context_menu(harness.channel, "Show parameters", posted))
    await harness.chiyo.context_menu(harness.channel, "Rerun with a new seed", posted)
    await harness.wait_until_idle()
    assert (await harness.job(1002)).request.prompt == "a lighthouse"


async def test_parameters_of_two_pictures_are_shown_together(harness: BotHarness) -> None:
    made = []
    for prompt, seed in (("a lighthouse", 7), ("a harbour", 8)):
        message = await harness.done(harness.ada, prompt, seed=seed)
        made.append((f"{seed}.png", await message.attachments[0].read()))
    posted = await harness.ben.send(harness.channel, attachments=made)
    text = answer(await harness.chiyo.context_menu(harness.channel, "Show parameters", posted))
    assert "seed 7" in text
    assert "seed 8" in text


async def test_a_forwarded_message_has_its_images_in_its_snapshot() -> None:
    file = {"id": "5", "filename": "cat.png", "size": 9, "url": "", "proxy_url": "", "content_type": "image/png"}
    snapshot = {
        "message": {
            "type": 0, "content": "", "embeds": [], "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None, "flags": 0, "mentions": [], "mention_roles": [], "attachments": [file],
        }
    }  # fmt: skip
    data = {
        "id": "1", "channel_id": "2", "type": 0, "content": "", "attachments": [], "embeds": [], "mentions": [],
        "mention_roles": [], "mention_everyone": False, "pinned": False, "tts": False,
        "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None,
        "author": {"id": "3", "username": "ada", "discriminator": "0", "avatar": None},
        "message_snapshots": [snapshot],
    }  # fmt: skip
    client = discord.Client(intents=discord.Intents.none())
    channel = client.get_partial_messageable(2)
    message = discord.Message(state=client._connection, channel=channel, data=data)  # type: ignore[arg-type]
    assert [attachment.filename for attachment in images_of(message)] == ["cat.png"]
