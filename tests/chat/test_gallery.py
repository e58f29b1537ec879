"""The gallery: a picture with enough stars is copied to a channel of its own, once."""

from tests.chat.town import Town, read_out


async def test_at_the_threshold_a_picture_is_copied_once(place: Town) -> None:
    gallery = place.guild.create_text_channel("gallery")
    await place.olive.slash(place.channel, "config gallery", channel=gallery, stars=2)
    message = await place.done(place.ada, "a *lighthouse*", spoiler=True)
    await place.ada.react(message, "⭐")
    assert gallery.history() == []
    await place.ben.react(message, "⭐")
    (copy,) = gallery.history()
    assert read_out(copy) == (f"**a \\*lighthouse\\***\nby <@{place.ada.id}> · [the original]({message.jump_url})")
    assert [file.filename for file in copy.attachments] == ["SPOILER_job-1.png"]
    await place.chiyo.react(message, "⭐")
    await place.ben.unreact(message, "⭐")
    await place.ben.react(message, "⭐")
    assert len(gallery.history()) == 1


async def test_without_a_gallery_stars_are_only_stars(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    for who in (place.ada, place.ben, place.chiyo):
        await who.react(message, "⭐")
    assert len(place.channel.history()) == 1


async def test_a_copy_in_the_gallery_goes_with_its_original(place: Town) -> None:
    gallery = place.guild.create_text_channel("gallery")
    await place.olive.slash(place.channel, "config gallery", channel=gallery, stars=1)
    message = await place.done(place.ada, "a lighthouse")
    await place.ben.react(message, "⭐")
    assert len(gallery.history()) == 1
    await place.press(place.ada, message, "Delete")
    assert gallery.history() == []


async def test_pictures_from_a_channel_for_adults_go_only_to_a_gallery_for_adults(place: Town) -> None:
    adults = place.age_restricted()
    gallery = place.guild.create_text_channel("gallery")
    await place.olive.slash(place.channel, "config gallery", channel=gallery, stars=1)
    await place.ada.slash(adults, "imagine", prompt="a nude")
    await place.rest()
    (message,) = adults.history()
    await place.ben.react(message, "⭐")
    assert gallery.history() == []
    await place.olive.slash(place.channel, "config gallery", channel=place.age_restricted("adult-gallery"), stars=1)
    await place.chiyo.react(message, "⭐")
    assert len(place.guild.channels["adult-gallery"].history()) == 1


async def test_every_picture_of_a_sheet_is_copied(place: Town) -> None:
    gallery = place.guild.create_text_channel("gallery")
    await place.olive.slash(place.channel, "config gallery", channel=gallery, stars=1)
    message = await place.done(place.ada, "a lighthouse", count=2)
    await place.ben.react(message, "⭐")
    assert [copy.attachments[0].filename for copy in gallery.history()] == ["job-1.png", "job-2.png"]


async def test_a_gallery_that_is_gone_disturbs_nobody(place: Town) -> None:
    gallery = place.guild.create_text_channel("gallery")
    await place.olive.slash(place.channel, "config gallery", channel=gallery, stars=1)
    message = await place.done(place.ada, "a lighthouse")
    place.env.backend.delete_channel(gallery.id)
    await place.ben.react(message, "⭐")
    assert not place.gone(message)
