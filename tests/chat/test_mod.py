"""`/mod`: for members with the Manage Messages permission, in their own server only."""

from bot.jobs.job import JobState
from tests.chat.harness import BotHarness
from tests.chat.reading import answer, card, read_out

COMMANDS: list[tuple[str, dict[str, object]]] = [
    ("mod queue", {}),
    ("mod pause", {}),
    ("mod resume", {}),
    ("mod remove", {"job": 1001}),
    ("mod clear", {}),
    ("mod bump", {"job": 1001}),
    ("mod ban", {"member": "ben"}),
    ("mod unban", {"member": "ben"}),
    ("mod log", {}),
    ("mod blocklist add", {"pattern": "kitten"}),
    ("mod blocklist remove", {"pattern": "kitten"}),
    ("mod blocklist test", {"text": "kitten"}),
    ("mod blocklist list", {}),
]


def everybody_may(harness: BotHarness, name: str) -> None:
    """The server's admins have opened a command up."""
    command = harness.env.backend.find_command(name, None, type=1)
    assert command is not None
    harness.guild.set_command_permissions(int(command["id"]), {harness.guild.default_role: True})


async def test_members_do_not_see_mod_commands(harness: BotHarness) -> None:
    assert not [name for name in harness.ada.available_commands(harness.channel) if name.startswith(("mod", "config"))]
    assert {name for name, _ in COMMANDS} <= set(harness.mo.available_commands(harness.channel))


async def test_mod_refuses_members_even_if_its_permissions_are_opened(harness: BotHarness) -> None:
    everybody_may(harness, "mod")
    for name, options in COMMANDS:
        given = {key: harness.ben.user if value == "ben" else value for key, value in options.items()}
        text = await harness.refuses(harness.ada.slash(harness.channel, name, **given))
        assert text == "You need the Manage Messages permission to do this.", name


async def test_mod_autocomplete_offers_members_nothing_if_its_permissions_are_opened(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    await harness.running(harness.ben, "a lighthouse")
    everybody_may(harness, "mod")
    for name, option in (("mod blocklist remove", "pattern"), ("mod remove", "job"), ("mod bump", "job")):
        assert await harness.mo.autocomplete(harness.channel, name, option, "")
        assert await harness.ada.autocomplete(harness.channel, name, option, "") == []


async def test_the_queue_lists_held_jobs(harness: BotHarness) -> None:
    from bot.jobs.job import Flag

    await harness.olive.slash(harness.channel, "config screening", mode="hold")
    harness.engine.flags["a spider"] = (Flag("spiders", "picture", 0.9),)
    await harness.done(harness.ada, "a spider")
    await harness.running(harness.ben, "a lighthouse")
    lines = answer(await harness.mo.slash(harness.channel, "mod queue")).splitlines()
    assert lines == [f"🎨 #1002 <@{harness.ben.id}> a lighthouse", "🛡️ Waiting for approval: #1001"]


async def test_a_pause_stops_waiting_jobs_and_refuses_new_ones_until_resume(harness: BotHarness) -> None:
    first = await harness.running(harness.ada, "the first")
    second = await harness.waiting(harness.ben, "the second")
    assert answer(await harness.mo.slash(harness.channel, "mod pause", reason="the fan is loud")) == (
        "Paused. Queued pictures wait and new ones are refused until `/mod resume`."
    )
    await harness.until(lambda: "⏸️ **Queued**; pictures are paused in this server" in card(harness.now(second)))
    text = await harness.refuses(harness.imagine(harness.chiyo, "the third"))
    assert text == "Pictures are paused in this server: the fan is loud"
    harness.engine.gates["the first"].set()
    await harness.until(lambda: "✅ **Done**" in card(harness.now(first)))
    assert (await harness.job(1002)).state is JobState.QUEUED
    assert answer(await harness.mo.slash(harness.channel, "mod resume")) == "Resumed."
    await harness.wait_until_idle()
    assert "✅ **Done**" in card(harness.now(second))
    assert await harness.refuses(harness.mo.slash(harness.channel, "mod resume")) == "Pictures are not paused."


async def test_a_pause_applies_to_one_server(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod pause")
    result = await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a barn")
    await harness.wait_until_idle()
    assert result.response is not None
    assert "✅ **Done**" in read_out(result.response)


async def test_remove_cancels_any_member_s_job(harness: BotHarness) -> None:
    await harness.running(harness.ada, "a lighthouse")
    message = await harness.waiting(harness.ben, "a windmill")
    offered = await harness.mo.autocomplete(harness.channel, "mod remove", "job", "wind")
    assert [choice["value"] for choice in offered] == [1002]
    assert answer(await harness.mo.slash(harness.channel, "mod remove", job=1002)) == "Cancelled #1002."
    await harness.until(lambda: "🚫 **Cancelled**" in card(harness.now(message)))
    assert answer(await harness.mo.slash(harness.channel, "mod remove", job=1001)) == "Cancelled #1001."
    await harness.wait_until_idle()


async def test_remove_of_a_finished_or_unknown_job_says_so(harness: BotHarness) -> None:
    await harness.done(harness.ada, "a lighthouse")
    await harness.other_server.vera.slash(harness.other_server.channel, "imagine", prompt="a barn")
    await harness.wait_until_idle()
    text = await harness.refuses(harness.mo.slash(harness.channel, "mod remove", job=1001))
    assert text == "Too late to cancel: this job is done."
    for number in (1002, 9999):
        text = await harness.refuses(harness.mo.slash(harness.channel, "mod remove", job=number))
        assert text == "I don't know this job any more."
        text = await harness.refuses(harness.mo.slash(harness.channel, "mod bump", job=number))
        assert text == "I don't know this job any more."


async def test_moderators_of_another_server_cannot_change_jobs_here(harness: BotHarness) -> None:
    first = await harness.running(harness.ada, "a lighthouse")
    second = await harness.waiting(harness.ben, "a windmill")
    there = harness.other_server.channel
    for name, options in (("mod remove", {"job": 1001}), ("mod bump", {"job": 1002}), ("cancel", {"job": 1001})):
        text = await harness.refuses(harness.other_server.mo.slash(there, name, **options))
        assert text == "I don't know this job any more."
    assert await harness.other_server.mo.autocomplete(there, "mod remove", "job", "") == []
    assert answer(await harness.other_server.mo.slash(there, "mod clear")) == "There was nothing to cancel."
    await harness.other_server.mo.slash(there, "mod pause")
    await harness.other_server.mo.slash(there, "mod ban", member=harness.ada.user)
    await harness.other_server.mo.slash(there, "mod blocklist add", pattern="windmill")
    assert "a lighthouse" not in answer(await harness.other_server.mo.slash(there, "mod queue"))
    harness.engine.gates["a lighthouse"].set()
    await harness.wait_until_idle()
    assert "✅ **Done**" in card(harness.now(first))
    assert "✅ **Done**" in card(harness.now(second))
    assert "✅ **Done**" in card(await harness.done(harness.ada, "another windmill"))
    assert answer(await harness.mo.slash(harness.channel, "mod log")) == "The audit log is empty."


async def test_clear_cancels_all_jobs_or_those_of_one_member(harness: BotHarness) -> None:
    await harness.running(harness.ada, "the first")
    await harness.waiting(harness.ben, "the second")
    await harness.waiting(harness.ada, "the third")
    await harness.waiting(harness.chiyo, "the fourth")
    assert answer(await harness.mo.slash(harness.channel, "mod clear", member=harness.ben)) == "Cancelled one job."
    assert answer(await harness.mo.slash(harness.channel, "mod clear")) == "Cancelled 3 jobs."
    await harness.wait_until_idle()
    for number in (1001, 1002, 1003, 1004):
        assert (await harness.job(number)).state is JobState.CANCELLED
    assert answer(await harness.mo.slash(harness.channel, "mod clear")) == "There was nothing to cancel."


async def test_bump_puts_a_job_first(harness: BotHarness) -> None:
    await harness.running(harness.ada, "the first")
    await harness.waiting(harness.ben, "the second")
    message = await harness.waiting(harness.chiyo, "the third")
    assert answer(await harness.mo.slash(harness.channel, "mod bump", job=1003)) == "#1003 is next in line."
    await harness.until(lambda: "next in line" in card(harness.now(message)))
    harness.engine.gates["the first"].set()
    await harness.wait_until_idle()
    assert [task.request.prompt for task in harness.engine.tasks] == ["the first", "the third", "the second"]
    text = await harness.refuses(harness.mo.slash(harness.channel, "mod bump", job=1003))
    assert text == "This job is not queued."


async def test_a_ban_cancels_and_refuses_until_it_is_lifted(harness: BotHarness) -> None:
    message = await harness.running(harness.ada, "a lighthouse")
    text = answer(await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, reason="flooding"))
    assert text == f"Banned <@{harness.ada.id}> from making pictures here, until `/mod unban`."
    await harness.wait_until_idle()
    assert "🚫 **Cancelled**" in card(harness.now(message))
    text = await harness.refuses(harness.imagine(harness.ada, "a windmill"))
    assert text == "You are banned from making pictures in this server: flooding"
    text = answer(await harness.mo.slash(harness.channel, "mod unban", member=harness.ada.user))
    assert text == f"Unbanned <@{harness.ada.id}>."
    text = await harness.refuses(harness.mo.slash(harness.channel, "mod unban", member=harness.ada.user))
    assert text == f"<@{harness.ada.id}> is not banned."
    assert "✅ **Done**" in card(await harness.done(harness.ada, "a windmill"))


async def test_a_temporary_ban_expires(harness: BotHarness) -> None:
    text = answer(await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, duration="2h"))
    assert text.startswith(f"Banned <@{harness.ada.id}> from making pictures here. The ban ends <t:")
    text = await harness.refuses(harness.imagine(harness.ada, "a windmill"))
    assert text.startswith("You are banned from making pictures in this server. You can try again <t:")
    harness.clock.ahead = 7201
    assert "✅ **Done**" in card(await harness.done(harness.ada, "a windmill"))


async def test_an_invalid_duration_is_refused(harness: BotHarness) -> None:
    for duration in ("soon", "0m", "-1h", "3 *x*", "99999w", "1.5h"):
        text = await harness.refuses(
            harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, duration=duration)
        )
        assert "is not a duration. Write a number and m, h, d or w, such as 30m or 7d." in text, duration


async def test_moderators_cannot_ban_themselves(harness: BotHarness) -> None:
    text = await harness.refuses(harness.mo.slash(harness.channel, "mod ban", member=harness.mo.user))
    assert text == "You can't ban yourself."


async def test_the_audit_log_lists_actor_action_and_target_newest_first_and_in_pages(harness: BotHarness) -> None:
    assert answer(await harness.mo.slash(harness.channel, "mod log")) == "The audit log is empty."
    log = harness.guild.create_text_channel("log")
    await harness.olive.slash(harness.channel, "config log", channel=log)
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, reason="*flooding*")
    for number in range(10):
        await harness.mo.slash(harness.channel, "mod blocklist add", pattern=f"word{number}")
    lines = answer(await harness.mo.slash(harness.channel, "mod log")).splitlines()
    assert len(lines) == 10
    assert lines[0].endswith(f"<@{harness.mo.id}> added a pattern to the blocklist · word9")
    second = answer(await harness.mo.slash(harness.channel, "mod log", page=2)).splitlines()
    assert second[0].endswith(f"<@{harness.mo.id}> banned <@{harness.ada.id}> · \\*flooding\\*")
    assert second[1].endswith(f"<@{harness.olive.id}> changed the settings · log log")
    logged = [read_out(message).partition(" · ")[2] for message in log.history()]
    assert logged == [line.partition(" · ")[2] for line in reversed([*lines, *second])]


async def test_posts_in_the_log_channel_are_in_the_server_s_language(harness: BotHarness) -> None:
    log = harness.guild.create_text_channel("log")
    await harness.olive.slash(harness.channel, "config log", channel=log)
    await harness.olive.slash(harness.channel, "config language", language="de")
    await harness.mo.slash(harness.channel, "mod pause")
    assert "hat Bilder pausiert" in read_out(log.history()[-1])


async def test_moderation_works_without_its_deleted_log_channel(harness: BotHarness) -> None:
    log = harness.guild.create_text_channel("log")
    await harness.olive.slash(harness.channel, "config log", channel=log)
    harness.env.backend.delete_channel(log.id)
    assert answer(await harness.mo.slash(harness.channel, "mod pause")).startswith("Paused.")


async def test_the_longest_reasons_fit_the_log(harness: BotHarness) -> None:
    for _ in range(10):
        await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user, reason="*" * 300)
    assert len(answer(await harness.mo.slash(harness.channel, "mod log"))) <= 4096
