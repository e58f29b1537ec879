"""The menus of a message: start from its image, the same again, its parameters, a report (see test_forms)."""

import asyncio

import discord
import pytest

from bot.chat import menus
from bot.job import Origin
from tests.chat.pictures import bomb, png
from tests.chat.town import Town, answer, card, labels, read_out


async def test_rerun_makes_the_same_again_for_whoever_asks(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=1)
    await place.ben.context_menu(place.channel, "Rerun with a new seed", message)
    await place.rest()
    assert f"from #1, for <@{place.ben.id}>" in card(place.channel.history()[-1])
    assert (await place.job(2)).origin is Origin.MENU


async def test_rerun_of_a_sheet_makes_a_sheet(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", count=2)
    await place.ben.context_menu(place.channel, "Rerun with a new seed", message)
    await place.rest()
    assert labels(place.channel.history()[-1])[:2] == ["1", "2"]


async def test_a_picture_of_ours_that_somebody_posts_can_be_rerun_and_read(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=7)
    posted = await place.ben.send(place.channel, attachments=[("mine.png", await message.attachments[0].read())])
    assert "seed 7" in answer(await place.chiyo.context_menu(place.channel, "Show parameters", posted))
    await place.chiyo.context_menu(place.channel, "Rerun with a new seed", posted)
    await place.rest()
    again = place.channel.history()[-1]
    assert f"**a lighthouse**\nfor <@{place.chiyo.id}>" in card(again)
    assert (await place.job(2)).parent_id is None


async def test_a_picture_of_ours_that_started_from_another_cannot_be_rerun_from_its_file(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.press(place.ada, message, "More steps")
    data = await place.channel.history()[-1].attachments[0].read()
    posted = await place.ben.send(place.channel, attachments=[("mine.png", data)])
    text = await place.refuses(place.ben.context_menu(place.channel, "Rerun with a new seed", posted))
    assert text == "That picture was made from another image, which is not here."


async def test_parameters_are_for_the_asker_alone(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=7)
    text = await place.refuses(place.ben.context_menu(place.channel, "Show parameters", message))
    assert "Parameters #1" in text
    assert "a lighthouse --seed 7 --steps 4" in text


async def test_menus_on_a_message_without_an_image_say_so(place: Town) -> None:
    plain = await place.ben.send(place.channel, "look at this", attachments=[("notes.txt", b"words")])
    for name in ("Use as init image", "Rerun with a new seed", "Show parameters"):
        text = await place.refuses(place.ada.context_menu(place.channel, name, plain))
        assert text == "That message has no PNG, JPEG or WebP image."


async def test_an_image_that_is_not_ours_has_no_parameters(place: Town) -> None:
    posted = await place.ben.send(place.channel, attachments=[("cat.png", png())])
    for name in ("Rerun with a new seed", "Show parameters"):
        text = await place.refuses(place.ada.context_menu(place.channel, name, posted))
        assert text == (
            "That image cannot be used: "
            "this PNG carries no request; it was not made by guidance, or was re-saved since."
        )


async def test_an_image_that_is_not_taken_is_refused_before_anything_is_typed(place: Town) -> None:
    posted = await place.ben.send(place.channel, attachments=[("cat.png", bomb())])
    text = await place.refuses(place.ada.context_menu(place.channel, "Use as init image", posted))
    assert text == "That image cannot be used: the image is too large; at most 40 million pixels are read."


async def test_an_image_that_takes_too_long_to_load_is_refused_in_time(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(attachment: discord.Attachment, most: int) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    posted = await place.ben.send(place.channel, attachments=[("cat.png", png())])
    object.__setattr__(place.house.parts, "download", slow)
    assert menus.FETCH_S < 3, "Discord waits three seconds for a form"
    monkeypatch.setattr(menus, "FETCH_S", 0.0)
    result = await place.ada.context_menu(place.channel, "Use as init image", posted)
    assert answer(result) == "That image takes too long to load; attach it to `/imagine` instead."


async def test_reading_a_file_that_is_not_the_bots_asks_discord_for_time(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse", seed=7)
    posted = await place.ben.send(place.channel, attachments=[("mine.png", await message.attachments[0].read())])
    acknowledged = []
    plain = place.house.parts.download

    async def watched(attachment: discord.Attachment, most: int) -> bytes:
        acknowledged.append(list(place.env.backend.interactions.values())[-1].responded)
        return await plain(attachment, most)

    object.__setattr__(place.house.parts, "download", watched)
    await place.ben.context_menu(place.channel, "Show parameters", posted)
    await place.ben.context_menu(place.channel, "Rerun with a new seed", posted)
    assert acknowledged == [True, True]


async def test_menus_work_on_a_message_that_shows_a_job_again(place: Town) -> None:
    await place.done(place.ada, "a lighthouse", seed=7)
    await place.ben.slash(place.channel, "show", job=1)
    shown = place.channel.history()[-1]
    text = answer(await place.ben.context_menu(place.channel, "Show parameters", shown))
    assert "Parameters #1" in text
    await place.ben.context_menu(place.channel, "Rerun with a new seed", shown)
    await place.rest()
    assert "from #1" in read_out(place.channel.history()[-1])
