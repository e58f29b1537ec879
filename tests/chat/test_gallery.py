"""The gallery: a picture with enough stars is copied to the gallery channel once."""

from tests.chat.harness import BotHarness
from tests.chat.reading import read_out


async def test_a_picture_is_copied_once_at_the_star_threshold(harness: BotHarness) -> None:
    gallery = harness.guild.create_text_channel("gallery")
    await harness.olive.slash(harness.channel, "config gallery", channel=gallery, stars=2)
    message = await harness.done(harness.ada, "a *lighthouse*", spoiler=True)
    await harness.ada.react(message, "⭐")
    assert gallery.history() == []
    await harness.ben.react(message, "⭐")
    (copy,) = gallery.history()
    assert read_out(copy) == (f"**a \\*lighthouse\\***\nby <@{harness.ada.id}> · [the original]({message.jump_url})")
    assert [file.filename for file in copy.attachments] == ["SPOILER_job-1001.png"]
    await harness.chiyo.react(message, "⭐")
    await harness.ben.unreact(message, "⭐")
    await harness.ben.react(message, "⭐")
    assert len(gallery.history()) == 1


async def test_a_copy_that_may_exist_after_a_kill_is_not_made_again(harness: BotHarness) -> None:
    gallery = harness.guild.create_text_channel("gallery")
    await harness.olive.slash(harness.channel, "config gallery", channel=gallery, stars=1)
    message = await harness.done(harness.ada, "a lighthouse")
    assert await harness.app.jobs.begin_gallery(1001)  # and the bot was killed while it sent the copy
    await harness.restart()
    await harness.ben.react(message, "⭐")
    assert gallery.history() == []
    await harness.press(harness.ada, message, "Delete")
    assert harness.gone(message)


async def test_a_copy_that_is_refused_is_made_at_the_next_star(harness: BotHarness) -> None:
    gallery = harness.guild.create_text_channel("gallery")
    await harness.olive.slash(harness.channel, "config gallery", channel=gallery, stars=1)
    message = await harness.done(harness.ada, "a lighthouse")
    harness.env.inject_error("POST", f"/channels/{gallery.id}/messages", status=403, code=50013)
    await harness.ben.react(message, "⭐")
    assert gallery.history() == []
    await harness.chiyo.react(message, "⭐")
    assert len(gallery.history()) == 1


async def test_without_a_gallery_stars_do_nothing(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    for member in (harness.ada, harness.ben, harness.chiyo):
        await member.react(message, "⭐")
    assert len(harness.channel.history()) == 1


async def test_a_gallery_copy_is_deleted_with_its_original(harness: BotHarness) -> None:
    gallery = harness.guild.create_text_channel("gallery")
    await harness.olive.slash(harness.channel, "config gallery", channel=gallery, stars=1)
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.ben.react(message, "⭐")
    assert len(gallery.history()) == 1
    await harness.press(harness.ada, message, "Delete")
    assert gallery.history() == []


async def test_pictures_from_restricted_channels_are_copied_only_to_a_restricted_gallery(harness: BotHarness) -> None:
    adults = harness.age_restricted()
    gallery = harness.guild.create_text_channel("gallery")
    await harness.olive.slash(harness.channel, "config gallery", channel=gallery, stars=1)
    await harness.ada.slash(adults, "imagine", prompt="a nude")
    await harness.wait_until_idle()
    (message,) = adults.history()
    await harness.ben.react(message, "⭐")
    assert gallery.history() == []
    await harness.olive.slash(
        harness.channel, "config gallery", channel=harness.age_restricted("adult-gallery"), stars=1
    )
    await harness.chiyo.react(message, "⭐")
    assert len(harness.guild.channels["adult-gallery"].history()) == 1


async def test_every_picture_of_a_batch_is_copied(harness: BotHarness) -> None:
    gallery = harness.guild.create_text_channel("gallery")
    await harness.olive.slash(harness.channel, "config gallery", channel=gallery, stars=1)
    message = await harness.done(harness.ada, "a lighthouse", count=2)
    await harness.ben.react(message, "⭐")
    assert [copy.attachments[0].filename for copy in gallery.history()] == ["job-1001.png", "job-1002.png"]


async def test_a_deleted_gallery_channel_causes_no_error(harness: BotHarness) -> None:
    gallery = harness.guild.create_text_channel("gallery")
    await harness.olive.slash(harness.channel, "config gallery", channel=gallery, stars=1)
    message = await harness.done(harness.ada, "a lighthouse")
    harness.env.backend.delete_channel(gallery.id)
    await harness.ben.react(message, "⭐")
    assert not harness.gone(message)
