"""`/mod`: for those who manage messages, and only about their own server."""

from bot.job import JobState
from tests.chat.town import Town, answer, card, read_out

COMMANDS: list[tuple[str, dict[str, object]]] = [
    ("mod queue", {}),
    ("mod pause", {}),
    ("mod resume", {}),
    ("mod remove", {"job": 1}),
    ("mod clear", {}),
    ("mod bump", {"job": 1}),
    ("mod ban", {"member": "ben"}),
    ("mod unban", {"member": "ben"}),
    ("mod log", {}),
    ("mod blocklist add", {"pattern": "kitten"}),
    ("mod blocklist remove", {"pattern": "kitten"}),
    ("mod blocklist test", {"text": "kitten"}),
    ("mod blocklist list", {}),
]


def everybody_may(place: Town, name: str) -> None:
    """The server's admins have opened a command up."""
    command = place.env.backend.find_command(name, None, type=1)
    assert command is not None
    place.guild.set_command_permissions(int(command["id"]), {place.guild.default_role: True})


async def test_members_do_not_see_it(place: Town) -> None:
    assert not [name for name in place.ada.available_commands(place.channel) if name.startswith(("mod", "config"))]
    assert {name for name, _ in COMMANDS} <= set(place.mo.available_commands(place.channel))


async def test_where_admins_opened_it_to_everybody_members_are_refused(place: Town) -> None:
    everybody_may(place, "mod")
    for name, options in COMMANDS:
        given = {key: place.ben.user if value == "ben" else value for key, value in options.items()}
        text = await place.refuses(place.ada.slash(place.channel, name, **given))
        assert text == "Only those who may manage messages here can do this.", name


async def test_where_admins_opened_it_members_are_offered_nothing(place: Town) -> None:
    await place.mo.slash(place.channel, "mod blocklist add", pattern="kitten")
    await place.running(place.ben, "a lighthouse")
    everybody_may(place, "mod")
    for name, option in (("mod blocklist remove", "pattern"), ("mod remove", "job"), ("mod bump", "job")):
        assert await place.mo.autocomplete(place.channel, name, option, "")
        assert await place.ada.autocomplete(place.channel, name, option, "") == []


async def test_the_queue_names_what_waits_for_a_moderator(place: Town) -> None:
    from bot.job import Flag

    await place.olive.slash(place.channel, "config screening", mode="hold")
    place.engine.flags["a spider"] = (Flag("spiders", "picture", 0.9),)
    await place.done(place.ada, "a spider")
    await place.running(place.ben, "a lighthouse")
    lines = answer(await place.mo.slash(place.channel, "mod queue")).splitlines()
    assert lines == [f"🎨 #2 <@{place.ben.id}> a lighthouse", "🛡️ Waiting for a moderator: #1"]


async def test_a_pause_stops_what_waits_and_refuses_what_is_new_until_it_is_resumed(place: Town) -> None:
    first = await place.running(place.ada, "the first")
    second = await place.waiting(place.ben, "the second")
    assert answer(await place.mo.slash(place.channel, "mod pause", reason="the fan is loud")) == (
        "Paused. Nothing of this server starts, and new asks are refused, until `/mod resume`."
    )
    await place.until(lambda: "⏸️ **Queued**; pictures are paused in this server" in card(place.now(second)))
    text = await place.refuses(place.imagine(place.chiyo, "the third"))
    assert text == "Pictures are paused in this server: the fan is loud"
    place.engine.gates["the first"].set()
    await place.until(lambda: "✅ **Done**" in card(place.now(first)))
    assert (await place.job(2)).state is JobState.QUEUED
    assert answer(await place.mo.slash(place.channel, "mod resume")) == "Resumed."
    await place.rest()
    assert "✅ **Done**" in card(place.now(second))
    assert await place.refuses(place.mo.slash(place.channel, "mod resume")) == "Nothing was paused."


async def test_a_pause_is_of_one_server(place: Town) -> None:
    await place.mo.slash(place.channel, "mod pause")
    result = await place.village.vera.slash(place.village.channel, "imagine", prompt="a barn")
    await place.rest()
    assert result.response is not None
    assert "✅ **Done**" in read_out(result.response)


async def test_remove_cancels_anybodys_job(place: Town) -> None:
    await place.running(place.ada, "a lighthouse")
    message = await place.waiting(place.ben, "a windmill")
    offered = await place.mo.autocomplete(place.channel, "mod remove", "job", "wind")
    assert [choice["value"] for choice in offered] == [2]
    assert answer(await place.mo.slash(place.channel, "mod remove", job=2)) == "#2 is cancelled."
    await place.until(lambda: "🚫 **Cancelled**" in card(place.now(message)))
    assert answer(await place.mo.slash(place.channel, "mod remove", job=1)) == "#1 is cancelled."
    await place.rest()


async def test_remove_of_what_is_done_or_not_here_says_so(place: Town) -> None:
    await place.done(place.ada, "a lighthouse")
    await place.village.vera.slash(place.village.channel, "imagine", prompt="a barn")
    await place.rest()
    text = await place.refuses(place.mo.slash(place.channel, "mod remove", job=1))
    assert text == "Too late to cancel: this job is done."
    for number in (2, 99):
        text = await place.refuses(place.mo.slash(place.channel, "mod remove", job=number))
        assert text == "This job is not known here any more."
        text = await place.refuses(place.mo.slash(place.channel, "mod bump", job=number))
        assert text == "This job is not known here any more."


async def test_moderators_of_another_server_touch_nothing_here(place: Town) -> None:
    first = await place.running(place.ada, "a lighthouse")
    second = await place.waiting(place.ben, "a windmill")
    there = place.village.channel
    for name, options in (("mod remove", {"job": 1}), ("mod bump", {"job": 2}), ("cancel", {"job": 1})):
        text = await place.refuses(place.village.mo.slash(there, name, **options))
        assert text == "This job is not known here any more."
    assert await place.village.mo.autocomplete(there, "mod remove", "job", "") == []
    assert answer(await place.village.mo.slash(there, "mod clear")) == "Nothing waited."
    await place.village.mo.slash(there, "mod pause")
    await place.village.mo.slash(there, "mod ban", member=place.ada.user)
    await place.village.mo.slash(there, "mod blocklist add", pattern="windmill")
    assert "a lighthouse" not in answer(await place.village.mo.slash(there, "mod queue"))
    place.engine.gates["a lighthouse"].set()
    await place.rest()
    assert "✅ **Done**" in card(place.now(first))
    assert "✅ **Done**" in card(place.now(second))
    assert "✅ **Done**" in card(await place.done(place.ada, "another windmill"))
    assert answer(await place.mo.slash(place.channel, "mod log")) == "No moderator has done anything yet."


async def test_clear_cancels_everything_or_everything_of_one(place: Town) -> None:
    await place.running(place.ada, "the first")
    await place.waiting(place.ben, "the second")
    await place.waiting(place.ada, "the third")
    await place.waiting(place.chiyo, "the fourth")
    assert answer(await place.mo.slash(place.channel, "mod clear", member=place.ben)) == "One job is cancelled."
    assert answer(await place.mo.slash(place.channel, "mod clear")) == "3 jobs are cancelled."
    await place.rest()
    for number in (1, 2, 3, 4):
        assert (await place.job(number)).state is JobState.CANCELLED
    assert answer(await place.mo.slash(place.channel, "mod clear")) == "Nothing waited."


async def test_bump_puts_a_job_first(place: Town) -> None:
    await place.running(place.ada, "the first")
    await place.waiting(place.ben, "the second")
    message = await place.waiting(place.chiyo, "the third")
    assert answer(await place.mo.slash(place.channel, "mod bump", job=3)) == "#3 is next."
    await place.until(lambda: "next in line" in card(place.now(message)))
    place.engine.gates["the first"].set()
    await place.rest()
    assert [order.request.prompt for order in place.engine.orders] == ["the first", "the third", "the second"]
    text = await place.refuses(place.mo.slash(place.channel, "mod bump", job=3))
    assert text == "That job does not wait."


async def test_a_ban_cancels_and_refuses_until_it_is_lifted(place: Town) -> None:
    message = await place.running(place.ada, "a lighthouse")
    text = answer(await place.mo.slash(place.channel, "mod ban", member=place.ada.user, reason="flooding"))
    assert text == f"<@{place.ada.id}> may not ask for pictures here until `/mod unban`."
    await place.rest()
    assert "🚫 **Cancelled**" in card(place.now(message))
    text = await place.refuses(place.imagine(place.ada, "a windmill"))
    assert text == "You may not ask for pictures in this server: flooding"
    text = answer(await place.mo.slash(place.channel, "mod unban", member=place.ada.user))
    assert text == f"<@{place.ada.id}> may ask for pictures here again."
    text = await place.refuses(place.mo.slash(place.channel, "mod unban", member=place.ada.user))
    assert text == f"<@{place.ada.id}> was not banned."
    assert "✅ **Done**" in card(await place.done(place.ada, "a windmill"))


async def test_a_ban_for_a_while_ends_by_itself(place: Town) -> None:
    text = answer(await place.mo.slash(place.channel, "mod ban", member=place.ada.user, duration="2h"))
    assert text.startswith(f"<@{place.ada.id}> may ask for pictures here again <t:")
    text = await place.refuses(place.imagine(place.ada, "a windmill"))
    assert text.startswith("You may not ask for pictures in this server. It is possible again <t:")
    place.clock.ahead = 7201
    assert "✅ **Done**" in card(await place.done(place.ada, "a windmill"))


async def test_a_duration_that_is_none_is_refused(place: Town) -> None:
    for duration in ("soon", "0m", "-1h", "3 *x*", "99999w", "1.5h"):
        text = await place.refuses(place.mo.slash(place.channel, "mod ban", member=place.ada.user, duration=duration))
        assert "is not a duration; write a number and m, h, d or w, such as 30m or 7d." in text, duration


async def test_nobody_bans_themselves(place: Town) -> None:
    text = await place.refuses(place.mo.slash(place.channel, "mod ban", member=place.mo.user))
    assert text == "You cannot ban yourself."


async def test_the_log_says_who_did_what_to_whom_newest_first_and_in_pages(place: Town) -> None:
    assert answer(await place.mo.slash(place.channel, "mod log")) == "No moderator has done anything yet."
    log = place.guild.create_text_channel("log")
    await place.olive.slash(place.channel, "config log", channel=log)
    await place.mo.slash(place.channel, "mod ban", member=place.ada.user, reason="*flooding*")
    for number in range(10):
        await place.mo.slash(place.channel, "mod blocklist add", pattern=f"word{number}")
    lines = answer(await place.mo.slash(place.channel, "mod log")).splitlines()
    assert len(lines) == 10
    assert lines[0].endswith(f"<@{place.mo.id}> blocked a pattern · word9")
    second = answer(await place.mo.slash(place.channel, "mod log", page=2)).splitlines()
    assert second[0].endswith(f"<@{place.mo.id}> banned <@{place.ada.id}> · \\*flooding\\*")
    assert second[1].endswith(f"<@{place.olive.id}> changed the settings · log log")
    told = [read_out(message).partition(" · ")[2] for message in log.history()]
    assert told == [line.partition(" · ")[2] for line in reversed([*lines, *second])]


async def test_the_log_channel_is_told_in_the_servers_language(place: Town) -> None:
    log = place.guild.create_text_channel("log")
    await place.olive.slash(place.channel, "config log", channel=log)
    await place.olive.slash(place.channel, "config language", language="de")
    await place.mo.slash(place.channel, "mod pause")
    assert "hat Bilder pausiert" in read_out(log.history()[-1])


async def test_a_log_channel_that_is_gone_does_not_stop_a_moderator(place: Town) -> None:
    log = place.guild.create_text_channel("log")
    await place.olive.slash(place.channel, "config log", channel=log)
    place.env.backend.delete_channel(log.id)
    assert answer(await place.mo.slash(place.channel, "mod pause")).startswith("Paused.")


async def test_the_longest_reasons_fit_the_log(place: Town) -> None:
    for _ in range(10):
        await place.mo.slash(place.channel, "mod ban", member=place.ada.user, reason="*" * 300)
    assert len(answer(await place.mo.slash(place.channel, "mod log"))) <= 4096
