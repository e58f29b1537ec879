"""Prompt sessions: a theme, a thread, submissions, votes, results."""

import re

from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from tests.chat.town import Town, answer, card, labels, read_out


async def started(place: Town, theme: str = "ruins", minutes: int = 10, per_person: int = 1) -> ChannelHandle:
    """A session of ada's; its thread."""
    await place.ada.slash(place.channel, "session start", theme=theme, minutes=minutes, per_person=per_person)
    return place.channel.threads[-1]


async def submitted(place: Town, who: MemberActor, thread: ChannelHandle, prompt: str) -> None:
    """A picture that is done."""
    await who.slash(thread, "imagine", prompt=prompt)
    await place.rest()
    await place.until(lambda: place.cards(prompt, thread)[-1].reactions)


async def over(place: Town, thread: ChannelHandle) -> str:
    """The results, once they are there."""
    place.house.parts.sessions._wake.set()
    await place.until(lambda: "🏁" in place.said()[-1])
    await place.until(lambda: any(str(thread.id) in row and "'ended'" in row for row in place.rows()))
    return read_out(thread.history()[-1])


async def test_a_session_is_announced_with_a_thread_below_it(place: Town) -> None:
    result = await place.ada.slash(place.channel, "session start", theme="*ruins*", minutes=10, per_person=2)
    assert result.response is not None
    assert not result.ephemeral
    assert result.response.content.startswith(f"🖼️ **\\*ruins\\***: a prompt session by <@{place.ada.id}>, until <t:")
    assert result.response.content.endswith("Up to 2 pictures each, in the thread below.")
    (thread,) = place.channel.threads
    assert thread.name == "*ruins*"
    welcome = read_out(thread.history()[-1])
    assert welcome.startswith("The theme is **\\*ruins\\***. Use `/imagine` here; up to 2 pictures each, until <t:")
    assert "Vote with 👍 for what you like best" in welcome


async def test_only_what_is_asked_for_in_the_thread_is_submitted(place: Town) -> None:
    thread = await started(place)
    await place.done(place.ada, "in the channel")
    await submitted(place, place.ada, thread, "in the thread")
    text = answer(await place.ben.slash(place.channel, "session status"))
    assert text.startswith(f"**ruins** in <#{thread.id}> ends <t:")
    assert "one picture so far." in text
    assert text.endswith("👍 0 · in the thread")


async def test_the_bot_puts_a_vote_under_each_submission_and_it_does_not_count(place: Town) -> None:
    thread = await started(place)
    await submitted(place, place.ada, thread, "mine")
    (reaction,) = place.cards("mine", thread)[-1].reactions
    assert (str(reaction.emoji), reaction.count) == ("👍", 1)
    assert "👍 0 · mine" in answer(await place.ben.slash(thread, "session status"))


async def test_each_person_submits_as_many_as_the_session_allows(place: Town) -> None:
    thread = await started(place, per_person=2)
    await submitted(place, place.ada, thread, "one")
    await submitted(place, place.ada, thread, "two")
    text = await place.refuses(place.ada.slash(thread, "imagine", prompt="three"))
    assert text == "Each person may submit 2 pictures to this session, and you have."
    await submitted(place, place.ben, thread, "somebody else's")
    assert "✅ **Done**" in card(await place.done(place.ada, "in the channel"))


async def test_one_picture_each_is_said_in_the_singular(place: Town) -> None:
    thread = await started(place)
    await submitted(place, place.ada, thread, "one")
    text = await place.refuses(place.ada.slash(thread, "imagine", prompt="two"))
    assert text == "Each person may submit one picture to this session, and you have."


async def test_several_at_once_are_not_submitted(place: Town) -> None:
    thread = await started(place, per_person=9)
    wanted = "In a session, ask for one picture at a time, so that each can be voted for."
    assert await place.refuses(place.ada.slash(thread, "imagine", prompt="four", count=4)) == wanted
    await submitted(place, place.ada, thread, "one")
    message = place.cards("one", thread)[-1]
    assert await place.refuses(place.ben.click(message, label="Variations")) == wanted


async def test_the_results_rank_by_votes_without_ones_own_and_show_a_sheet(place: Town) -> None:
    thread = await started(place)
    for who, prompt in (
        (place.ada, "a temple"),
        (place.ben, "a castle"),
        (place.chiyo, "a bridge"),
        (place.dan, "mud"),
    ):
        await submitted(place, who, thread, prompt)
    for who, prompt in (
        (place.ada, "a temple"),  # of one's own
        (place.ada, "a castle"),
        (place.eve, "a castle"),
        (place.ben, "a bridge"),
        (place.ben, "a castle"),  # of one's own
    ):
        await who.react(place.cards(prompt, thread)[-1], "👍")
    await place.ada.react(place.cards("mud", thread)[-1], "❤️")
    place.clock.ahead = 601
    text = await over(place, thread)
    title, *table = text.splitlines()
    assert title == "Results: ruins"
    assert table[0].startswith(f"🥇 👍 2 · <@{place.ben.id}> · a castle [↗](https://discord.com/channels/")
    assert table[1].startswith(f"🥈 👍 1 · <@{place.chiyo.id}> · a bridge")
    assert table[2].startswith(f"🥉 👍 0 · <@{place.ada.id}> · a temple")
    assert table[3].startswith(f"`4` 👍 0 · <@{place.dan.id}> · mud")
    results = thread.history()[-1]
    assert [file.filename for file in results.attachments] == ["session.png"]
    assert (results.embeds[0].fields[0].name, "a castle --seed" in (results.embeds[0].fields[0].value or "")) == (
        "🥇 a castle",
        True,
    )
    assert place.said()[-1] == f"🏁 The session **ruins** has ended: {results.jump_url}"


async def test_a_session_without_pictures_says_so(place: Town) -> None:
    thread = await started(place)
    place.clock.ahead = 601
    text = await over(place, thread)
    assert text == "Results: ruins\nNobody submitted a picture this time."
    assert not thread.history()[-1].attachments


async def test_covered_pictures_are_ranked_but_not_on_the_sheet(place: Town) -> None:
    thread = await started(place)
    await place.ada.slash(thread, "imagine", prompt="a surprise", spoiler=True)
    await place.rest()
    place.clock.ahead = 601
    assert "a surprise" in await over(place, thread)
    assert not thread.history()[-1].attachments


async def test_after_its_end_a_thread_takes_no_more(place: Town) -> None:
    thread = await started(place)
    place.clock.ahead = 601
    await over(place, thread)
    text = await place.refuses(place.ben.slash(thread, "imagine", prompt="too late"))
    assert text == "This session has ended; start a new one with `/session start`, or ask in the channel."
    assert answer(await place.ben.slash(place.channel, "session status")) == (
        "No session runs here. Start one with `/session start`."
    )


async def test_the_end_is_for_the_host_and_moderators(place: Town) -> None:
    thread = await started(place)
    text = await place.refuses(place.ben.slash(thread, "session end"))
    assert text == "Only the person who started it, or a moderator, can end a session."
    ending = "The session takes no more pictures; its results come when those under way are done."
    assert answer(await place.ada.slash(thread, "session end")) == ending
    await over(place, thread)
    second = await started(place, "towers")
    assert answer(await place.mo.slash(place.channel, "session end")) == ending
    await place.until(lambda: "towers** has ended" in place.said()[-1])
    assert "Results: towers" in read_out(second.history()[-1])


async def test_pictures_under_way_are_waited_for(place: Town) -> None:
    thread = await started(place)
    await place.running(place.eve, "the first")
    await place.ben.slash(thread, "imagine", prompt="the last minute")
    await place.ada.slash(thread, "session end")
    await place.until(lambda: any("'closing'" in row for row in place.rows() if row.startswith("INSERT")))
    text = await place.refuses(place.ada.slash(thread, "session end"))
    assert text == "This session is ending already; its results come when the last pictures are done."
    place.engine.gates["the first"].set()
    await place.rest()
    assert "the last minute" in await over(place, thread)


async def test_an_end_that_could_mean_several_or_none_says_so(place: Town) -> None:
    text = await place.refuses(place.ada.slash(place.channel, "session end"))
    assert text == "No session runs here. Start one with `/session start`."
    await started(place, "ruins")
    thread = await started(place, "towers")
    text = await place.refuses(place.ada.slash(place.channel, "session end"))
    assert text == "Several sessions run in this channel; use this in the thread of one."
    await place.ada.slash(thread, "session end")
    assert "towers" in await over(place, thread)


async def test_a_session_of_another_server_is_not_seen_here(place: Town) -> None:
    await started(place)
    text = answer(await place.village.mo.slash(place.village.channel, "session status"))
    assert text == "No session runs here. Start one with `/session start`."
    text = await place.refuses(place.village.mo.slash(place.village.channel, "session end"))
    assert text == "No session runs here. Start one with `/session start`."


async def test_a_server_has_at_most_five(place: Town) -> None:
    for number in range(5):
        await started(place, f"theme {number} " + "*" * 60)
    for thread in place.channel.threads:
        await place.ada.slash(thread, "imagine", prompt="*" * 100)
    await place.rest()
    options = {"theme": "one more", "minutes": 10}
    text = await place.refuses(place.ada.slash(place.channel, "session start", **options))
    assert text == "This server has as many sessions as it may; end one first."
    assert "theme 0" in answer(await place.ada.slash(place.channel, "session status"))


async def test_a_theme_that_cannot_be_is_refused(place: Town) -> None:
    await place.mo.slash(place.channel, "mod blocklist add", pattern="kitten")
    for theme, text in (
        ("\u200b \u200b", "A session needs a theme."),
        ("a kitten", "This server does not allow some of these words."),
    ):
        assert await place.refuses(place.ada.slash(place.channel, "session start", theme=theme, minutes=9)) == text


async def test_a_session_is_started_in_a_channel(place: Town) -> None:
    thread = await started(place)
    text = await place.refuses(place.ada.slash(thread, "session start", theme="towers", minutes=9))
    assert text == "A session is started in a text channel, not in a thread."


async def test_whoever_may_not_ask_may_not_start_a_session(place: Town) -> None:
    await place.mo.slash(place.channel, "mod ban", member=place.ada.user)
    text = await place.refuses(place.ada.slash(place.channel, "session start", theme="ruins", minutes=9))
    assert text == "You may not ask for pictures in this server."


async def test_without_the_permission_for_threads_it_says_so(place: Town) -> None:
    import discord

    assert place.guild.me is not None
    bare = place.guild.create_text_channel(
        "bare", overwrites={place.guild.me: discord.PermissionOverwrite(create_public_threads=False)}
    )
    text = await place.refuses(place.ada.slash(bare, "session start", theme="ruins", minutes=9))
    assert "Create Public Threads" in text


async def test_a_thread_that_cannot_be_made_leaves_no_session_and_no_announcement(place: Town) -> None:
    place.expected.append("incident ")
    place.env.inject_error(
        "POST", "/channels/*/messages/*/threads", status=400, code=160006, message="too many threads"
    )
    result = await place.ada.slash(place.channel, "session start", theme="ruins", minutes=9)
    assert "Something went wrong on this side." in answer(result)
    assert place.said() == []
    assert answer(await place.ada.slash(place.channel, "session status")).startswith("No session runs here.")


async def test_the_longest_submissions_of_everybody_fit_the_results(place: Town) -> None:
    thread = await started(place, "*" * 80, per_person=8)
    for who in (place.ada, place.ben, place.chiyo, place.dan):
        for _ in range(7):
            await who.slash(thread, "imagine", prompt="[*](https://e.example)" * 40)
    await place.rest()
    place.clock.ahead = 601
    text = await over(place, thread)
    assert text.count("👍") > 10


async def test_a_prompt_cannot_lead_the_results_elsewhere(place: Town) -> None:
    thread = await started(place)
    await place.ada.slash(thread, "imagine", prompt="[dog](https://a.example) cat](https://evil.example)")
    await place.rest()
    place.clock.ahead = 601
    text = re.sub(r"```.*?```", "", await over(place, thread), flags=re.DOTALL)  # a block obeys nothing
    assert "https://evil.example" in text
    (link,) = set(re.findall(r"\]\(([^)]*)\)", text))
    assert link.startswith("https://discord.com/channels/")


async def test_a_session_in_german(place: Town) -> None:
    await place.olive.slash(place.channel, "config language", language="de")
    thread = await started(place)
    place.clock.ahead = 601
    assert "Ergebnis: ruins" in await over(place, thread)


async def test_a_session_ends_on_time_after_a_restart(place: Town) -> None:
    thread = await started(place)
    await submitted(place, place.ben, thread, "a castle")
    place.clock.ahead = 601
    await place.restart()
    await place.until(lambda: "🏁" in place.said()[-1])
    await place.until(lambda: any(str(thread.id) in row and "'ended'" in row for row in place.rows()))
    assert "🥇 👍 0" in read_out(thread.history()[-1])


async def test_buttons_in_a_thread_submit_too(place: Town) -> None:
    thread = await started(place)
    await submitted(place, place.ada, thread, "a castle")
    message = place.cards("a castle", thread)[-1]
    assert "New seed" in labels(message)
    text = await place.refuses(place.ada.click(message, label="New seed"))
    assert text == "Each person may submit one picture to this session, and you have."
