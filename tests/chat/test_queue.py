"""`/queue`, `/cancel`, `/history`, `/show`, `/stats`."""

from bot.job import JobState
from tests.chat.town import Town, answer, buttons, card, labels, private


async def test_the_queue_lists_what_runs_and_waits_here_and_how_much_elsewhere(place: Town) -> None:
    assert answer(await place.ben.slash(place.channel, "queue")) == ("Nothing waits. Your next picture starts at once.")
    await place.running(place.ada, "the *first*")
    await place.waiting(place.ben, "the second")
    await place.waiting(place.ada, "the third")
    await place.village.vera.slash(place.village.channel, "imagine", prompt="a barn")
    text = await place.refuses(place.ben.slash(place.channel, "queue"))
    running, *waiting, elsewhere = text.splitlines()
    assert running == f"🎨 #1 <@{place.ada.id}> the \\*first\\*"
    assert waiting[0].startswith(f"`1` #2 <@{place.ben.id}> the second")
    assert any(f"#3 <@{place.ada.id}> the third" in line for line in waiting)
    assert elsewhere == "One picture waits in other servers."
    assert "a barn" not in text


async def test_a_long_queue_of_long_words_fits_a_message(place: Town) -> None:
    await place.running(place.ada, "*" * 60)
    for who in (place.ada, place.ben, place.chiyo):
        await place.imagine(who, "*" * 60, count=4)
    assert answer(await place.ben.slash(place.channel, "queue")).count("\n") > 5
    await place.mo.slash(place.channel, "mod pause", reason="*" * 300)
    assert answer(await place.mo.slash(place.channel, "mod queue")).endswith("…")


async def test_the_queue_of_a_paused_server_still_lists_what_waits(place: Town) -> None:
    await place.running(place.ada, "a lighthouse")
    for who in (place.ben, place.chiyo, place.dan):
        await place.imagine(who, "a windmill", count=4)
    await place.mo.slash(place.channel, "mod pause")
    lines = answer(await place.ben.slash(place.channel, "queue")).splitlines()
    assert lines[0] == "⏸️ Paused."
    assert lines[2] == f"`–` #2 <@{place.ben.id}> a windmill"
    assert lines[-1] == "… and 2 more"


async def test_the_queue_says_that_it_is_paused_and_why(place: Town) -> None:
    await place.mo.slash(place.channel, "mod pause")
    assert answer(await place.ben.slash(place.channel, "queue")) == "⏸️ Paused."
    await place.mo.slash(place.channel, "mod pause", reason="the *fan* is loud")
    assert answer(await place.ben.slash(place.channel, "queue")) == "⏸️ Paused: the \\*fan\\* is loud"


async def test_cancel_by_command_is_for_ones_own(place: Town) -> None:
    await place.running(place.ada, "a lighthouse")
    await place.waiting(place.ada, "a windmill")
    others = await place.refuses(place.ben.slash(place.channel, "cancel", job=2))
    assert others == "Only the person who asked, or a moderator, can cancel this."
    moderators = await place.refuses(place.mo.slash(place.channel, "cancel", job=2))
    assert moderators == "This is somebody else's. As a moderator, use `/mod remove`."
    assert answer(await place.ada.slash(place.channel, "cancel", job=2)) == "#2 is cancelled."
    await place.showing("a windmill", "🚫 **Cancelled**")
    again = await place.refuses(place.ada.slash(place.channel, "cancel", job=2))
    assert again == "Too late to cancel: this job is cancelled."
    assert answer(await place.ada.slash(place.channel, "cancel", job=1)) == "#1 is cancelled."
    await place.rest()


async def test_cancel_of_what_is_done_or_unknown_or_another_servers_says_so(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    done = await place.refuses(place.ada.slash(place.channel, "cancel", job=1))
    assert done == "Too late to cancel: this job is done."
    unknown = "This job is not known here any more."
    assert await place.refuses(place.ada.slash(place.channel, "cancel", job=99)) == unknown
    await place.village.vera.slash(place.village.channel, "imagine", prompt="a barn")
    await place.rest()
    assert await place.refuses(place.mo.slash(place.channel, "cancel", job=2)) == unknown
    assert await place.refuses(place.ada.slash(place.channel, "show", job=2)) == unknown


async def test_cancel_completes_ones_own_that_are_under_way(place: Town) -> None:
    await place.running(place.ada, "a lighthouse")
    await place.waiting(place.ada, "a windmill")
    await place.waiting(place.ben, "a barn")
    offered = await place.ada.autocomplete(place.channel, "cancel", "job", "")
    assert [(choice["name"], choice["value"]) for choice in offered] == [("#1 a lighthouse", 1), ("#2 a windmill", 2)]
    offered = await place.ada.autocomplete(place.channel, "cancel", "job", "WIND")
    assert [choice["value"] for choice in offered] == [2]


async def test_history_shows_ones_own_pictures_in_pages_with_thumbnails(place: Town) -> None:
    for number in range(8):
        await place.done(place.ada, f"picture *{number}*")
    await place.done(place.ben, "somebody else's")
    first = await place.ada.slash(place.channel, "history")
    page = private(first)
    assert page.embeds[0].title == "Your 8 pictures"
    assert page.embeds[0].footer.text == "Page 1 of 2 · /show shows one again"
    lines = (page.embeds[0].description or "").splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("**1** · #8 · picture \\*7\\* · [↗](https://discord.com/channels/")
    assert [file.filename for file in page.attachments] == ["history.png"]
    assert [(button["label"], button.get("disabled", False)) for button in buttons(page)] == [
        ("◀", True),
        ("▶", False),
    ]
    await place.ada.click(page, label="▶")
    page = private(first)
    assert page.embeds[0].footer.text == "Page 2 of 2 · /show shows one again"
    assert len((page.embeds[0].description or "").splitlines()) == 2
    assert "somebody else's" not in (page.embeds[0].description or "")
    assert [(button["label"], button.get("disabled", False)) for button in buttons(page)] == [
        ("◀", False),
        ("▶", True),
    ]
    await place.ada.click(page, label="◀")
    assert private(first).embeds[0].footer.text == "Page 1 of 2 · /show shows one again"


async def test_history_without_pictures_says_how_to_make_one(place: Town) -> None:
    text = await place.refuses(place.ada.slash(place.channel, "history"))
    assert text == "You have no pictures here yet. Make one with `/imagine`."


async def test_history_in_german(place: Town) -> None:
    place.locales[place.ada.id] = "de"
    await place.done(place.ada, "ein Leuchtturm")
    page = private(await place.ada.slash(place.channel, "history"))
    assert page.embeds[0].title == "Dein Bild"


async def test_history_covers_what_is_covered_and_hides_what_is_held(place: Town) -> None:
    from bot.job import Flag

    await place.done(place.ada, "a surprise", spoiler=True)
    await place.olive.slash(place.channel, "config screening", mode="hold")
    place.engine.flags["a spider"] = (Flag("spiders", "picture", 0.9),)
    await place.done(place.ada, "a spider")
    page = private(await place.ada.slash(place.channel, "history"))
    assert page.embeds[0].title == "Your picture"
    assert [file.filename for file in page.attachments] == ["SPOILER_history.png"]


async def test_show_posts_a_picture_again_with_its_buttons(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    result = await place.ben.slash(place.channel, "show", job=1)
    assert result.response is not None
    assert not result.ephemeral
    shown = place.now(result.response)
    assert f"for <@{place.ada.id}>" in card(shown)
    assert [(file.filename, file.description) for file in shown.attachments] == [("job-1.png", "a lighthouse")]
    assert labels(shown)[0] == "New seed"


async def test_show_completes_ones_own_pictures(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    await place.done(place.ada, "a windmill")
    await place.done(place.ben, "a barn")
    offered = await place.ada.autocomplete(place.channel, "show", "job", "")
    assert [choice["name"] for choice in offered] == ["#2 a windmill", "#1 a lighthouse"]


async def test_show_of_what_has_no_picture_says_so(place: Town) -> None:
    await place.running(place.ada, "a lighthouse")
    assert await place.refuses(place.ada.slash(place.channel, "show", job=1)) == "This file is not kept any more."
    assert await place.refuses(place.ada.slash(place.channel, "show", job=7)) == "This job is not known here any more."


async def test_a_picture_from_a_channel_for_adults_is_shown_only_in_one(place: Town) -> None:
    adults = place.age_restricted()
    await place.ada.slash(adults, "imagine", prompt="a nude")
    await place.rest()
    text = await place.refuses(place.ada.slash(place.channel, "show", job=1))
    assert text == "This picture was made in an age-restricted channel, and is shown only in one."
    await place.ada.slash(adults, "show", job=1)
    assert len(adults.history()) == 2


async def test_stats_count_pictures_and_people_of_this_server(place: Town) -> None:
    assert answer(await place.ben.slash(place.channel, "stats")).startswith("No picture was made here yet.")
    await place.done(place.ada, "a lighthouse")
    assert answer(await place.ben.slash(place.channel, "stats")).startswith("One picture was made here")
    await place.done(place.ben, "a windmill")
    await place.village.vera.slash(place.village.channel, "imagine", prompt="a barn")
    await place.rest()
    text = answer(await place.ben.slash(place.channel, "stats"))
    assert text.startswith("2 pictures by 2 people, 2 within a day")
    assert "The model is pocket." in text
    assert (await place.job(3)).state is JobState.DONE
