"""`/me`, `/help`, `/privacy`."""

import json
import re

from tests.chat.town import Town, answer, private


async def test_me_says_what_is_left_and_when_there_is_more(place: Town) -> None:
    assert answer(await place.ada.slash(place.channel, "me")).splitlines() == [
        "⏳ Under way: 0 of 8",
        "🕐 Pictures left this hour: 60 of 60",
        "📅 Steps left today: 20,000 of 20,000",
    ]
    await place.done(place.ada, "a lighthouse")
    await place.running(place.ada, "a windmill")
    waiting, hour, day = answer(await place.ada.slash(place.channel, "me")).splitlines()
    assert waiting == "⏳ Under way: 1 of 8"
    assert hour.startswith("🕐 Pictures left this hour: 58 of 60 · more <t:")
    assert day.startswith("📅 Steps left today: 19,992 of 20,000 · more <t:")


async def test_me_knows_the_limits_and_turns_of_roles(place: Town) -> None:
    role = place.guild.roles["Moderator"]
    await place.olive.slash(place.channel, "config role", role=role, weight=3, limit="jobs_per_hour", value=90)
    text = answer(await place.mo.slash(place.channel, "me"))
    assert "🕐 Pictures left this hour: 90 of 90" in text
    assert "⚖️ You have 3 turns in each round." in text
    assert "turns" not in answer(await place.ada.slash(place.channel, "me"))


async def test_me_says_that_one_is_banned_and_until_when(place: Town) -> None:
    await place.mo.slash(place.channel, "mod ban", member=place.ada.user, reason="*flooding*")
    text = answer(await place.ada.slash(place.channel, "me"))
    assert "⛔ You may not ask for pictures in this server. \\*flooding\\*" in text
    await place.mo.slash(place.channel, "mod ban", member=place.ada.user, duration="2h", reason="flooding")
    assert "⛔ You may ask for pictures in this server again <t:" in answer(await place.ada.slash(place.channel, "me"))


async def test_help_says_how_to_begin_to_the_asker_alone(place: Town) -> None:
    page = private(await place.ada.slash(place.channel, "help"))
    (embed,) = page.embeds
    assert embed.title == "Pictures from words"
    assert [entry.name for entry in embed.fields] == [
        "Prompts",
        "Under a picture",
        "Sessions",
        "Yours",
        "Moderators",
    ]
    assert embed.footer.text == "Guided by pocket"


async def test_help_names_only_commands_that_there_are(place: Town) -> None:
    available = [*place.olive.available_commands(place.channel), *place.mo.available_commands(place.channel)]
    known = {name.split()[0] for name in available}
    page = private(await place.ada.slash(place.channel, "help"))
    text = " ".join(entry.value or "" for entry in page.embeds[0].fields) + (page.embeds[0].description or "")
    named = set(re.findall(r"`/(\w+)", text))
    assert named
    assert named <= known


async def test_help_in_german(place: Town) -> None:
    place.locales[place.ada.id] = "de"
    assert "Bilder" in answer(await place.ada.slash(place.channel, "help"))


async def test_export_is_a_file_for_the_asker_alone_and_holds_only_theirs(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    await place.done(place.ben, "a windmill")
    await place.ada.slash(place.channel, "style save", name="dusk", words="at dusk")
    page = private(await place.ada.slash(place.channel, "privacy export"))
    assert page.content == (
        "Everything that is kept about you. Pictures are in the channels; the files here name them."
    )
    (file,) = page.attachments
    assert file.filename == f"data-{place.ada.id}.json"
    text = (await file.read()).decode()
    assert json.loads(text)
    assert "a lighthouse" in text
    assert "at dusk" in text
    assert "a windmill" not in text
    assert str(place.ben.id) not in text


async def test_delete_wants_to_be_sure(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    text = await place.refuses(place.ada.slash(place.channel, "privacy delete", sure=False))
    assert text == "Nothing was deleted. Choose `sure: True` to delete everything for good."


async def test_delete_takes_words_pictures_styles_and_messages(place: Town) -> None:
    message = await place.done(place.ada, "a lighthouse")
    await place.ada.slash(place.channel, "style save", name="dusk", words="at dusk")
    running = await place.running(place.ada, "a windmill")
    other = await place.waiting(place.ben, "a barn")
    text = answer(await place.ada.slash(place.channel, "privacy delete", sure=True))
    assert text.startswith("Your words, pictures, styles and my messages with them are gone.")
    await place.rest()
    assert place.gone(message)
    assert place.gone(running)
    assert not place.gone(other)
    dump = "\n".join(place.rows())
    assert "a lighthouse" not in dump
    assert "at dusk" not in dump
    assert "a barn" in dump
    assert answer(await place.ada.slash(place.channel, "history")).startswith("You have no pictures here yet.")


async def test_export_after_delete_still_answers(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    await place.ada.slash(place.channel, "privacy delete", sure=True)
    page = private(await place.ada.slash(place.channel, "privacy export"))
    assert "a lighthouse" not in (await page.attachments[0].read()).decode()
