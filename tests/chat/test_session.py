"""Prompt sessions: a theme, a thread, submissions, votes, results."""

import re

from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from tests.chat.harness import BotHarness
from tests.chat.reading import answer, card, labels, read_out


async def started(harness: BotHarness, theme: str = "ruins", minutes: int = 10, per_person: int = 1) -> ChannelHandle:
    """A session of ada's; its thread."""
    await harness.ada.slash(harness.channel, "session start", theme=theme, minutes=minutes, per_person=per_person)
    return harness.channel.threads[-1]


async def submitted(harness: BotHarness, member: MemberActor, thread: ChannelHandle, prompt: str) -> None:
    """A picture that is done."""
    await member.slash(thread, "imagine", prompt=prompt)
    await harness.wait_until_idle()
    await harness.until(lambda: harness.cards(prompt, thread)[-1].reactions)


async def over(harness: BotHarness, thread: ChannelHandle) -> str:
    """The results, once they are there."""
    harness.app.sessions._wake.set()
    await harness.until(lambda: "🏁" in harness.texts()[-1])
    await harness.until(lambda: any(str(thread.id) in row and "'ended'" in row for row in harness.rows()))
    return read_out(thread.history()[-1])


async def test_a_session_is_announced_with_a_thread_below_it(harness: BotHarness) -> None:
    result = await harness.ada.slash(harness.channel, "session start", theme="*ruins*", minutes=10, per_person=2)
    assert result.response is not None
    assert not result.ephemeral
    assert result.response.content.startswith(
        f"🖼️ **\\*ruins\\***: <@{harness.ada.id}> started a prompt session. It ends <t:"
    )
    assert result.response.content.endswith("Submit up to 2 pictures in the thread below.")
    (thread,) = harness.channel.threads
    assert thread.name == "*ruins*"
    welcome = read_out(thread.history()[-1])
    assert welcome.startswith(
        "The theme is **\\*ruins\\***. Use `/imagine` here to submit up to 2 pictures. The session ends <t:"
    )
    assert "Vote for the pictures you like with 👍" in welcome


async def test_only_jobs_requested_in_the_thread_are_submitted(harness: BotHarness) -> None:
    thread = await started(harness)
    await harness.done(harness.ada, "in the channel")
    await submitted(harness, harness.ada, thread, "in the thread")
    text = answer(await harness.ben.slash(harness.channel, "session status"))
    assert text.startswith(f"**ruins** in <#{thread.id}> ends <t:")
    assert "one picture so far." in text
    assert text.endswith("👍 0 · in the thread")


async def test_the_bot_puts_a_vote_under_each_submission_and_it_does_not_count(harness: BotHarness) -> None:
    thread = await started(harness)
    await submitted(harness, harness.ada, thread, "mine")
    (reaction,) = harness.cards("mine", thread)[-1].reactions
    assert (str(reaction.emoji), reaction.count) == ("👍", 1)
    assert "👍 0 · mine" in answer(await harness.ben.slash(thread, "session status"))


async def test_each_person_submits_as_many_as_the_session_allows(harness: BotHarness) -> None:
    thread = await started(harness, per_person=2)
    await submitted(harness, harness.ada, thread, "one")
    await submitted(harness, harness.ada, thread, "two")
    text = await harness.refuses(harness.ada.slash(thread, "imagine", prompt="three"))
    assert text == "Each member can submit 2 pictures to this session, and you already have."
    await submitted(harness, harness.ben, thread, "somebody else's")
    assert "✅ **Done**" in card(await harness.done(harness.ada, "in the channel"))


async def test_a_limit_of_one_picture_is_in_the_singular(harness: BotHarness) -> None:
    thread = await started(harness)
    await submitted(harness, harness.ada, thread, "one")
    text = await harness.refuses(harness.ada.slash(thread, "imagine", prompt="two"))
    assert text == "Each member can submit one picture to this session, and you already have."


async def test_a_batch_cannot_be_submitted(harness: BotHarness) -> None:
    thread = await started(harness, per_person=9)
    wanted = "In a session, submit one picture at a time, so that members can vote for each."
    assert await harness.refuses(harness.ada.slash(thread, "imagine", prompt="four", count=4)) == wanted
    await submitted(harness, harness.ada, thread, "one")
    message = harness.cards("one", thread)[-1]
    assert await harness.refuses(harness.ben.click(message, label="Variations")) == wanted


async def test_results_rank_by_votes_without_own_votes_and_have_a_contact_sheet(harness: BotHarness) -> None:
    thread = await started(harness)
    for member, prompt in (
        (harness.ada, "a temple"),
        (harness.ben, "a castle"),
        (harness.chiyo, "a bridge"),
        (harness.dan, "mud"),
    ):
        await submitted(harness, member, thread, prompt)
    for member, prompt in (
        (harness.ada, "a temple"),  # of one's own
        (harness.ada, "a castle"),
        (harness.eve, "a castle"),
        (harness.ben, "a bridge"),
        (harness.ben, "a castle"),  # of one's own
    ):
        await member.react(harness.cards(prompt, thread)[-1], "👍")
    await harness.ada.react(harness.cards("mud", thread)[-1], "❤️")
    harness.clock.ahead = 601
    text = await over(harness, thread)
    title, *table = text.splitlines()
    assert title == "Results: ruins"
    assert table[0].startswith(f"🥇 👍 2 · <@{harness.ben.id}> · a castle [↗](https://discord.com/channels/")
    assert table[1].startswith(f"🥈 👍 1 · <@{harness.chiyo.id}> · a bridge")
    assert table[2].startswith(f"🥉 👍 0 · <@{harness.ada.id}> · a temple")
    assert table[3].startswith(f"`4` 👍 0 · <@{harness.dan.id}> · mud")
    results = thread.history()[-1]
    assert [file.filename for file in results.attachments] == ["session.png"]
    assert (results.embeds[0].fields[0].name, "a castle --seed" in (results.embeds[0].fields[0].value or "")) == (
        "🥇 a castle",
        True,
    )
    assert harness.texts()[-1] == f"🏁 The session **ruins** has ended: {results.jump_url}"


async def test_a_session_without_pictures_says_so(harness: BotHarness) -> None:
    thread = await started(harness)
    harness.clock.ahead = 601
    text = await over(harness, thread)
    assert text == "Results: ruins\nNobody submitted a picture."
    assert not thread.history()[-1].attachments


async def test_spoilers_are_ranked_but_not_on_the_contact_sheet(harness: BotHarness) -> None:
    thread = await started(harness)
    await harness.ada.slash(thread, "imagine", prompt="a surprise", spoiler=True)
    await harness.wait_until_idle()
    harness.clock.ahead = 601
    assert "a surprise" in await over(harness, thread)
    assert not thread.history()[-1].attachments


async def test_an_ended_session_s_thread_accepts_no_submissions(harness: BotHarness) -> None:
    thread = await started(harness)
    harness.clock.ahead = 601
    await over(harness, thread)
    text = await harness.refuses(harness.ben.slash(thread, "imagine", prompt="too late"))
    assert text == "This session has ended. Start a new one with `/session start`, or use `/imagine` in the channel."
    assert answer(await harness.ben.slash(harness.channel, "session status")) == (
        "There is no session here. Start one with `/session start`."
    )


async def test_the_host_and_moderators_can_end_a_session(harness: BotHarness) -> None:
    thread = await started(harness)
    text = await harness.refuses(harness.ben.slash(thread, "session end"))
    assert text == "Only the person who started the session, or a moderator, can end it."
    ending = "The session takes no more pictures. The results follow when the last pictures are done."
    assert answer(await harness.ada.slash(thread, "session end")) == ending
    await over(harness, thread)
    second = await started(harness, "towers")
    assert answer(await harness.mo.slash(harness.channel, "session end")) == ending
    await harness.until(lambda: "towers** has ended" in harness.texts()[-1])
    assert "Results: towers" in read_out(second.history()[-1])


async def test_a_session_waits_for_unfinished_pictures(harness: BotHarness) -> None:
    thread = await started(harness)
    await harness.running(harness.eve, "the first")
    await harness.ben.slash(thread, "imagine", prompt="the last minute")
    await harness.ada.slash(thread, "session end")
    await harness.until(lambda: any("'closing'" in row for row in harness.rows() if row.startswith("INSERT")))
    text = await harness.refuses(harness.ada.slash(thread, "session end"))
    assert text == "This session is already ending. The results follow when the last pictures are done."
    harness.engine.gates["the first"].set()
    await harness.wait_until_idle()
    assert "the last minute" in await over(harness, thread)


async def test_ending_an_ambiguous_or_missing_session_says_so(harness: BotHarness) -> None:
    text = await harness.refuses(harness.ada.slash(harness.channel, "session end"))
    assert text == "There is no session here. Start one with `/session start`."
    await started(harness, "ruins")
    thread = await started(harness, "towers")
    text = await harness.refuses(harness.ada.slash(harness.channel, "session end"))
    assert text == "There are several sessions in this channel. Use this command in a session's thread."
    await harness.ada.slash(thread, "session end")
    assert "towers" in await over(harness, thread)


async def test_a_session_of_another_server_is_unknown_here(harness: BotHarness) -> None:
    await started(harness)
    text = answer(await harness.other_server.mo.slash(harness.other_server.channel, "session status"))
    assert text == "There is no session here. Start one with `/session start`."
    text = await harness.refuses(harness.other_server.mo.slash(harness.other_server.channel, "session end"))
    assert text == "There is no session here. Start one with `/session start`."


async def test_a_server_has_at_most_five_sessions(harness: BotHarness) -> None:
    for number in range(5):
        await started(harness, f"theme {number} " + "*" * 60)
    for thread in harness.channel.threads:
        await harness.ada.slash(thread, "imagine", prompt="*" * 100)
    await harness.wait_until_idle()
    options = {"theme": "one more", "minutes": 10}
    text = await harness.refuses(harness.ada.slash(harness.channel, "session start", **options))
    assert text == "This server has reached its limit of sessions. End one first."
    assert "theme 0" in answer(await harness.ada.slash(harness.channel, "session status"))


async def test_an_invalid_theme_is_refused(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod blocklist add", pattern="kitten")
    for theme, text in (
        ("\u200b \u200b", "Please enter a theme."),
        ("a kitten", "Some of these words are on the blocklist."),
    ):
        assert (
            await harness.refuses(harness.ada.slash(harness.channel, "session start", theme=theme, minutes=9)) == text
        )


async def test_a_session_is_started_in_a_channel(harness: BotHarness) -> None:
    thread = await started(harness)
    text = await harness.refuses(harness.ada.slash(thread, "session start", theme="towers", minutes=9))
    assert text == "Start a session in a text channel, not in a thread."


async def test_a_banned_member_may_not_start_a_session(harness: BotHarness) -> None:
    await harness.mo.slash(harness.channel, "mod ban", member=harness.ada.user)
    text = await harness.refuses(harness.ada.slash(harness.channel, "session start", theme="ruins", minutes=9))
    assert text == "You are banned from making pictures in this server."


async def test_a_missing_thread_permission_is_named(harness: BotHarness) -> None:
    import discord

    assert harness.guild.me is not None
    bare = harness.guild.create_text_channel(
        "bare", overwrites={harness.guild.me: discord.PermissionOverwrite(create_public_threads=False)}
    )
    text = await harness.refuses(harness.ada.slash(bare, "session start", theme="ruins", minutes=9))
    assert "Create Public Threads" in text


async def test_a_failed_thread_leaves_no_session_and_no_announcement(harness: BotHarness) -> None:
    harness.expected.append("incident ")
    harness.env.inject_error(
        "POST", "/channels/*/messages/*/threads", status=400, code=160006, message="too many threads"
    )
    result = await harness.ada.slash(harness.channel, "session start", theme="ruins", minutes=9)
    assert "Something went wrong." in answer(result)
    assert harness.texts() == []
    assert answer(await harness.ada.slash(harness.channel, "session status")).startswith("There is no session here.")


async def test_the_results_of_the_longest_prompts_fit_a_message(harness: BotHarness) -> None:
    thread = await started(harness, "*" * 80, per_person=8)
    for member in (harness.ada, harness.ben, harness.chiyo, harness.dan):
        for _ in range(7):
            await member.slash(thread, "imagine", prompt="[*](e.example/abcdefgh)" * 40)
    await harness.wait_until_idle()
    harness.clock.ahead = 601
    text = await over(harness, thread)
    assert text.count("👍") > 10


async def test_links_in_a_prompt_are_escaped_in_the_results(harness: BotHarness) -> None:
    thread = await started(harness)
    await harness.ada.slash(thread, "imagine", prompt="[dog](a.example) cat](evil.example)")
    await harness.wait_until_idle()
    harness.clock.ahead = 601
    text = re.sub(r"```.*?```", "", await over(harness, thread), flags=re.DOTALL)  # a block obeys nothing
    assert "evil.example" in text
    (link,) = set(re.findall(r"\]\(([^)]*)\)", text))
    assert link.startswith("https://discord.com/channels/")


async def test_a_session_in_german(harness: BotHarness) -> None:
    await harness.olive.slash(harness.channel, "config language", language="de")
    thread = await started(harness)
    harness.clock.ahead = 601
    assert "Ergebnis: ruins" in await over(harness, thread)


async def test_a_session_ends_on_time_after_a_restart(harness: BotHarness) -> None:
    thread = await started(harness)
    await submitted(harness, harness.ben, thread, "a castle")
    harness.clock.ahead = 601
    await harness.restart()
    await harness.until(lambda: "🏁" in harness.texts()[-1])
    await harness.until(lambda: any(str(thread.id) in row and "'ended'" in row for row in harness.rows()))
    assert "🥇 👍 0" in read_out(thread.history()[-1])


async def test_buttons_in_a_thread_submit_too(harness: BotHarness) -> None:
    thread = await started(harness)
    await submitted(harness, harness.ada, thread, "a castle")
    message = harness.cards("a castle", thread)[-1]
    assert "New seed" in labels(message)
    text = await harness.refuses(harness.ada.click(message, label="New seed"))
    assert text == "Each member can submit one picture to this session, and you already have."


async def test_results_posted_before_a_kill_are_found_in_the_thread(harness: BotHarness) -> None:
    thread = await started(harness)
    await submitted(harness, harness.ben, thread, "a castle")
    await harness.ada.slash(thread, "session end")
    await over(harness, thread)
    posted = len(thread.history())
    async with harness.database.transaction() as connection:
        await connection.execute(
            "UPDATE session SET state = 'closing', results_id = (SELECT message_id FROM job WHERE id = 1001)"
        )
    await harness.restart()
    await harness.until(lambda: any(str(thread.id) in row and "'ended'" in row for row in harness.rows()))
    assert len(thread.history()) == posted
