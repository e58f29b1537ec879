"""The gate: every limit holds for exactly its number, says it, and opens again when it says so."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.admission import Admission, Member, Refusal, RefusedError
from bot.config import Imagine, Limits
from bot.guild import GuildSettings, Limit, RoleRule
from bot.job import Ask, Job, JobState, Origin
from bot.store.bans import Ban, Bans
from bot.store.blocklist import Blocked
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.jobs import Jobs
from bot.store.sessions import SessionRows, SessionState
from guidance.request import Request
from tests.bot.asks import Clock, ask, brought_to

HERE = 100
WIDE = Limits(
    waiting_per_member=10**6,
    waiting_per_server=10**6,
    waiting_in_all=10**6,
    jobs_per_hour=10**6,
    steps_per_day=10**6,
)
"""Limits that no test reaches by accident."""


@dataclass
class Gate:
    """An admission and the store that it guards."""

    database: Database
    limits: Limits = WIDE
    imagine: Imagine = field(default_factory=Imagine)
    host_patterns: Sequence[str] = ()
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.database, self.clock)
        self.guilds = Guilds(self.database)
        self.bans = Bans(self.database, self.clock)
        self.blocked = Blocked(self.database)
        self.sessions = SessionRows(self.database, self.clock)

    def admission(self) -> Admission:
        return Admission(
            jobs=self.jobs,
            guilds=self.guilds,
            bans=self.bans,
            blocked=self.blocked,
            sessions=self.sessions,
            limits=self.limits,
            imagine=self.imagine,
            host_patterns=self.host_patterns,
            clock=self.clock,
        )

    async def admit(self, *asks: Ask, member: Member | None = None) -> list[Job]:
        return await self.admission().admit(asks, member or Member(id=asks[0].requester_id))

    async def refused(self, *asks: Ask, member: Member | None = None) -> RefusedError:
        """Refused, and no row is left behind."""
        before = len(await self.jobs.in_state(*JobState))
        with pytest.raises(RefusedError) as caught:
            await self.admit(*asks, member=member)
        assert len(await self.jobs.in_state(*JobState)) == before
        return caught.value


@pytest.fixture
async def gate(database: Database) -> Gate:
    return Gate(database)


def sized(**changes: int) -> Ask:
    return ask(request=Request.resolve("a cat", seed=1, **changes))  # type: ignore[arg-type]


async def test_a_banned_person_is_told_why_and_until_when(gate: Gate) -> None:
    await gate.bans.set(HERE, Ban(1, gate.clock.now + 60, "spam"))
    refused = await gate.refused(ask(1))
    assert (refused.refusal, refused.until, refused.detail) == (Refusal.BANNED, gate.clock.now + 60, "spam")
    await gate.admit(ask(2))
    await gate.admit(ask(1, guild_id=101))
    gate.clock.now += 60
    await gate.admit(ask(1))


async def test_a_paused_server_takes_nothing_and_the_others_do(gate: Gate) -> None:
    await gate.guilds.set(HERE, GuildSettings(paused="tea"))
    refused = await gate.refused(ask())
    assert (refused.refusal, refused.detail) == (Refusal.PAUSED, "tea")
    await gate.admit(ask(guild_id=101))
    await gate.guilds.set(HERE, GuildSettings(paused=""))
    assert (await gate.refused(ask())).refusal is Refusal.PAUSED, "a pause needs no reason"
    await gate.guilds.set(HERE, GuildSettings())
    await gate.admit(ask())


async def test_pictures_are_asked_for_in_the_channels_of_the_server_and_in_their_threads(gate: Gate) -> None:
    await gate.guilds.set(HERE, GuildSettings(channels=(5, 6)))
    refused = await gate.refused(ask(), member=Member(id=1, channel_ids=frozenset({7})))
    assert (refused.refusal, refused.detail) == (Refusal.WRONG_CHANNEL, "<#5> <#6>")
    await gate.admit(ask(), member=Member(id=1, channel_ids=frozenset({900, 6})))


async def test_an_account_is_old_enough_from_its_day_on(gate: Gate) -> None:
    gate.limits = replace(WIDE, account_age_days=7)
    born = gate.clock.now - 7 * 86400
    await gate.admit(ask(), member=Member(id=1, created_at=born))
    refused = await gate.refused(ask(), member=Member(id=1, created_at=born + 1))
    assert (refused.refusal, refused.limit, refused.until) == (Refusal.ACCOUNT_TOO_YOUNG, 7, gate.clock.now + 1)


async def test_a_member_is_known_long_enough_from_its_hour_on(gate: Gate) -> None:
    await gate.guilds.set(HERE, GuildSettings(limits={Limit.MEMBERSHIP_AGE_HOURS: 2}))
    joined = gate.clock.now - 7200
    await gate.admit(ask(), member=Member(id=1, joined_at=joined))
    await gate.admit(ask(), member=Member(id=1, joined_at=None))
    refused = await gate.refused(ask(), member=Member(id=1, joined_at=joined + 1))
    assert (refused.refusal, refused.limit, refused.until) == (Refusal.MEMBER_TOO_NEW, 2, gate.clock.now + 1)


async def test_whoever_is_too_young_and_too_new_is_told_the_later_moment(gate: Gate) -> None:
    gate.limits = replace(WIDE, account_age_days=1, membership_age_hours=48)
    now = gate.clock.now
    refused = await gate.refused(ask(), member=Member(id=1, created_at=now, joined_at=now))
    assert refused.until == now + 2 * 86400


@pytest.mark.parametrize("place", ["prompt", "negative", "style"])
async def test_blocked_words_are_refused_wherever_they_stand(gate: Gate, place: str) -> None:
    gate.host_patterns = ("badword",)
    await gate.blocked.add(HERE, "worse*")
    for words in ("a BadWord", "worsening"):
        asked = ask(request=replace(ask().request, **{place: words}))  # type: ignore[arg-type]
        refused = await gate.refused(ask(), asked)
        assert (refused.refusal, refused.detail) == (Refusal.BLOCKED_WORDS, ""), "a list is no riddle to be solved"
    await gate.admit(ask(prompt="worsening", guild_id=101))


async def test_more_steps_or_pixels_than_the_host_allows_are_refused_however_they_come(gate: Gate) -> None:
    gate.imagine = Imagine(max_steps=50, max_pixels=128 * 128)
    await gate.admit(sized(width=128, height=128, steps=50))
    steps = await gate.refused(sized(width=128, height=128, steps=51))
    assert (steps.refusal, steps.limit) == (Refusal.TOO_MANY_STEPS, 50)
    pixels = await gate.refused(sized(width=128, height=136, steps=50))
    assert (pixels.refusal, pixels.limit) == (Refusal.TOO_LARGE, 128 * 128)


async def test_a_person_has_only_so_many_jobs_under_way_in_all_servers_together(gate: Gate) -> None:
    gate.limits = replace(WIDE, waiting_per_member=3)
    first, *_ = await gate.admit(ask(1), ask(1))
    refused = await gate.refused(ask(1, guild_id=101), ask(1, guild_id=101))
    assert (refused.refusal, refused.limit) == (Refusal.TOO_MANY_WAITING, 3)
    await gate.admit(ask(1, guild_id=101))
    await gate.admit(ask(2))
    assert (await gate.refused(ask(1))).refusal is Refusal.TOO_MANY_WAITING
    await gate.jobs.finish(first.id, JobState.CANCELLED)
    await gate.admit(ask(1))


async def test_a_held_picture_holds_its_person_up_no_longer(gate: Gate) -> None:
    gate.limits = replace(WIDE, waiting_per_member=1)
    await brought_to(gate.jobs, JobState.HELD, ask(1))
    await gate.admit(ask(1))


async def test_a_server_and_the_queue_have_an_end(gate: Gate) -> None:
    gate.limits = replace(WIDE, waiting_per_server=2, waiting_in_all=3)
    for person in (1, 2):
        await gate.admit(ask(person))
    full = await gate.refused(ask(3))
    assert (full.refusal, full.limit) == (Refusal.SERVER_FULL, 2)
    await gate.admit(ask(3, guild_id=101))
    everywhere = await gate.refused(ask(4, guild_id=102))
    assert (everywhere.refusal, everywhere.limit) == (Refusal.QUEUE_FULL, 3)


async def test_an_hour_s_quota_is_one_person_s_in_all_servers(gate: Gate) -> None:
    gate.limits = replace(WIDE, jobs_per_hour=2)
    await gate.admit(ask(1))
    gate.clock.now += 100
    await gate.admit(ask(1, guild_id=101))
    refused = await gate.refused(ask(1))
    assert (refused.refusal, refused.limit) == (Refusal.TOO_MANY_THIS_HOUR, 2)
    assert refused.until == gate.clock.now + 3500
    await gate.admit(ask(2))


async def test_a_day_s_steps_are_counted_as_they_are_made(gate: Gate) -> None:
    """An init image skips some of them, and `stop` cuts others."""
    gate.limits = replace(WIDE, steps_per_day=100)
    half = replace(ask(steps=80).request, stop=0.5)
    await gate.admit(ask(steps=60))
    refused = await gate.refused(ask(steps=41))
    assert (refused.refusal, refused.limit) == (Refusal.TOO_MANY_STEPS_TODAY, 100)
    assert refused.until == gate.clock.now + 86400
    await gate.admit(ask(request=half))
    assert (await gate.refused(ask(steps=1))).refusal is Refusal.TOO_MANY_STEPS_TODAY


async def test_what_never_fits_is_promised_for_no_moment(gate: Gate) -> None:
    gate.limits = replace(WIDE, steps_per_day=50, jobs_per_hour=2)
    assert (await gate.refused(ask(steps=51))).until is None
    assert (await gate.refused(*[ask(steps=1)] * 3)).until is None


@pytest.mark.parametrize(
    ("state", "refunded"),
    [(JobState.FAILED, True), (JobState.CANCELLED, True), (JobState.DONE, False), (JobState.HELD, False)],
)
async def test_what_we_failed_or_what_was_cancelled_while_it_waited_is_refunded(
    gate: Gate, state: JobState, refunded: bool
) -> None:
    gate.limits = replace(WIDE, jobs_per_hour=1)
    await brought_to(gate.jobs, state, ask(1))
    if refunded:
        await gate.admit(ask(1))
    else:
        assert (await gate.refused(ask(1))).refusal is Refusal.TOO_MANY_THIS_HOUR


async def test_what_was_cancelled_while_it_ran_is_not_refunded(gate: Gate) -> None:
    gate.limits = replace(WIDE, steps_per_day=100)
    running = await brought_to(gate.jobs, JobState.RUNNING, ask(1, steps=60))
    await gate.jobs.finish(running.id, JobState.CANCELLED)
    assert (await gate.refused(ask(1, steps=41))).refusal is Refusal.TOO_MANY_STEPS_TODAY


async def test_a_reaction_reruns_a_picture_once_for_each_person(gate: Gate) -> None:
    parent = await brought_to(gate.jobs, JobState.DONE)
    await gate.admit(ask(2, origin=Origin.REACTION, parent_id=parent.id))
    again = await gate.refused(ask(2, origin=Origin.REACTION, parent_id=parent.id))
    assert again.refusal is Refusal.RERUN_TWICE
    await gate.admit(ask(3, origin=Origin.REACTION, parent_id=parent.id))


async def test_a_session_takes_pictures_until_its_end(gate: Gate) -> None:
    session = await gate.sessions.open(HERE, 200, 9, "sea", 10, 5)
    await gate.admit(ask(session_id=session.id))
    gate.clock.now += 599
    await gate.admit(ask(session_id=session.id))
    gate.clock.now += 1
    assert (await gate.refused(ask(session_id=session.id))).refusal is Refusal.SESSION_OVER
    other = await gate.sessions.open(HERE, 200, 9, "sea", 10, 5)
    await gate.sessions.set(other.id, state=SessionState.CLOSING)
    assert (await gate.refused(ask(session_id=other.id))).refusal is Refusal.SESSION_OVER
    assert (await gate.refused(ask(session_id=999))).refusal is Refusal.SESSION_OVER


async def test_a_session_takes_so_many_pictures_of_each_person_and_gives_back_what_failed(gate: Gate) -> None:
    session = await gate.sessions.open(HERE, 200, 9, "sea", 10, 2)
    first, _ = await gate.admit(ask(1, session_id=session.id), ask(1, session_id=session.id))
    refused = await gate.refused(ask(1, session_id=session.id))
    assert (refused.refusal, refused.limit) == (Refusal.SESSION_FULL, 2)
    await gate.admit(ask(2, session_id=session.id))
    await gate.admit(ask(1))
    await gate.jobs.finish(first.id, JobState.FAILED)
    await gate.admit(ask(1, session_id=session.id))


async def test_a_role_lifts_its_holders_over_the_server_s_limit_and_weighs_their_jobs(gate: Gate) -> None:
    rules = {8: RoleRule(3, {Limit.JOBS_PER_HOUR: 2}), 9: RoleRule(1, {Limit.JOBS_PER_HOUR: 3})}
    await gate.guilds.set(HERE, GuildSettings(limits={Limit.JOBS_PER_HOUR: 1}, roles=rules))
    both = Member(id=1, role_ids=frozenset({8, 9}))
    admitted = await gate.admit(ask(1), ask(1), ask(1), member=both)
    assert {job.weight for job in admitted} == {3}
    assert (await gate.refused(ask(1), member=both)).limit == 3
    (plain,) = await gate.admit(ask(2))
    assert plain.weight == 1
    assert (await gate.refused(ask(2))).limit == 1


async def test_of_a_sheet_that_does_not_fit_nothing_is_let_in(gate: Gate) -> None:
    gate.limits = replace(WIDE, jobs_per_hour=3)
    assert (await gate.refused(*[ask()] * 4)).refusal is Refusal.TOO_MANY_THIS_HOUR
    assert len(await gate.admit(*[ask()] * 3)) == 3


def test_every_refusal_is_tried_above() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [refusal.name for refusal in Refusal if f"Refusal.{refusal.name}" not in source] == []


@given(
    ages=st.lists(st.integers(0, 100_000), max_size=6),
    steps=st.lists(st.integers(1, 60), min_size=6, max_size=6),
    hourly=st.integers(1, 4),
    daily=st.integers(20, 150),
    wanted=st.lists(st.integers(1, 40), min_size=1, max_size=2),
)
@settings(max_examples=60)
def test_whoever_comes_back_when_they_were_told_is_let_in_and_a_second_before_is_not(
    ages: list[int], steps: list[int], hourly: int, daily: int, wanted: list[int]
) -> None:
    async def story() -> None:
        database = await Database.open(Path(":memory:"))
        try:
            gate = Gate(database, replace(WIDE, jobs_per_hour=hourly, steps_per_day=daily))
            now = gate.clock.now
            for age, made in zip(sorted(ages, reverse=True), steps, strict=False):
                gate.clock.now = now - age
                await brought_to(gate.jobs, JobState.DONE, ask(steps=made))
            gate.clock.now = now
            asks = [ask(steps=count) for count in wanted]
            try:
                await gate.admit(*asks)
            except RefusedError as refused:
                if refused.until is None:
                    gate.clock.now += 10**6
                    await gate.refused(*asks)
                    return
                gate.clock.now = refused.until - 1
                await gate.refused(*asks)
                gate.clock.now = refused.until
                await gate.admit(*asks)
        finally:
            await database.close()

    asyncio.run(story())
