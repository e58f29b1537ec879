"""`/me`, `/help`, `/privacy`."""

import json
import re

from tests.chat.harness import BotHarness
from tests.chat.reading import answer, private


async def test_me_shows_what_is_left_and_when_more_is_available(harness: BotHarness) -> None:
    assert answer(await harness.ada.slash(harness.channel, "me")).splitlines() == [
        "⏳ Unfinished pictures: 0 of 8",
        "🕐 Pictures left this hour: 60 of 60",
        "📅 Steps left today: 20,000 of 20,000",
    ]
    await harness.done(harness.ada, "a lighthouse")
    await harness.running(harness.ada, "a windmill")
    waiting, hour, day = answer(await harness.ada.slash(harness.channel, "me")).splitlines()
    assert waiting == "⏳ Unfinished pictures: 1 of 8"
    assert hour.startswith("🕐 Pictures left this hour: 58 of 60 · more <t:")
    assert day.startswith("📅 Steps left today: 19,992 of 20,000 · more <t:")


async def test_me_shows_the_limits_and_weight_of_roles(harness: BotHarness) -> None:
    role = harness.guild.roles["Moderator"]
    await harness.olive.slash(harness.channel, "config role", role=role, weight=3, limit="jobs_per_hour", value=90)
    text = answer(await harness.mo.slash(harness.channel, "me"))
    assert "🕐 Pictures left this hour: 90 of 90" in text
    assert "⚖️ You get 3 turns in each round of the queue." in text
    assert "turns" not in answer(await harness.ada.slash(harness.channel, "me"))


async def test_me_shows_a_ban_and_its_end(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, reason="*flooding*")
    text = answer(await harness.ada.slash(harness.channel, "me"))
    assert "⛔ You are banned from making pictures in this server. \\*flooding\\*" in text
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, duration="2h", reason="flooding")
    assert "⛔ You are banned from making pictures in this server. The ban ends <t:" in answer(
        await harness.ada.slash(harness.channel, "me")
    )


async def test_help_is_private(harness: BotHarness) -> None:
    page = private(await harness.ada.slash(harness.channel, "help"))
    (embed,) = page.embeds
    assert embed.title == "Pictures from text"
    assert [entry.name for entry in embed.fields] == [
        "Prompts",
        "Buttons and reactions",
        "Prompt sessions",
        "More commands",
        "Moderators",
    ]
    assert embed.footer.text == "Model: pocket"


async def test_help_names_only_existing_commands(harness: BotHarness) -> None:
    available = [*harness.olive.available_commands(harness.channel), *harness.mo.available_commands(harness.channel)]
    known = {name.split()[0] for name in available}
    page = private(await harness.ada.slash(harness.channel, "help"))
    text = " ".join(entry.value or "" for entry in page.embeds[0].fields) + (page.embeds[0].description or "")
    named = set(re.findall(r"`/(\w+)", text))
    assert named
    assert named <= known


async def test_help_in_german(harness: BotHarness) -> None:
    harness.locales[harness.ada.id] = "de"
    assert "Bilder" in answer(await harness.ada.slash(harness.channel, "help"))


async def test_export_is_a_private_file_with_only_the_user_s_data(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    await harness.done(harness.ben, "a windmill")
    await harness.ada.slash(harness.channel, "style save", name="dusk", words="at dusk")
    page = private(await harness.ada.slash(harness.channel, "privacy export"))
    assert page.content == (
        "This is all data that I store about you. "
        "The pictures themselves are in the channels; this file lists their names."
    )
    (file,) = page.attachments
    assert file.filename == f"data-{harness.ada.id}.json"
    text = (await file.read()).decode()
    assert json.loads(text)
    assert "a lighthouse" in text
    assert "at dusk" in text
    assert "a windmill" not in text
    assert str(harness.ben.id) not in text


async def test_delete_asks_for_confirmation(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    text = await harness.refuses(harness.ada.slash(harness.channel, "privacy delete", sure=False))
    assert text == "Nothing was deleted. Choose `sure: True` to delete your data permanently."


async def test_delete_removes_prompts_pictures_styles_and_messages(harness: BotHarness) -> None:
    message = await harness.done(harness.ada, "a lighthouse")
    await harness.ada.slash(harness.channel, "style save", name="dusk", words="at dusk")
    running = await harness.running(harness.ada, "a windmill")
    other = await harness.waiting(harness.ben, "a barn")
    text = answer(await harness.ada.slash(harness.channel, "privacy delete", sure=True))
    assert text.startswith("I deleted your prompts, pictures and styles")
    await harness.wait_until_idle()
    assert harness.gone(message)
    assert harness.gone(running)
    assert not harness.gone(other)
    dump = "\n".join(harness.rows())
    assert "a lighthouse" not in dump
    assert "at dusk" not in dump
    assert "a barn" in dump
    assert answer(await harness.ada.slash(harness.channel, "history")).startswith("You have no pictures here yet.")


async def test_export_works_after_delete(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    await harness.ada.slash(harness.channel, "privacy delete", sure=True)
    page = private(await harness.ada.slash(harness.channel, "privacy export"))
    assert "a lighthouse" not in (await page.attachments[0].read()).decode()
