"""The gate: every limit holds for exactly its number, says it, and opens again when it says so."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.community.guild_settings import GuildSettings, Limit, RoleRule
from bot.config import CanvasConfig, ImagineConfig, LimitsConfig
from bot.jobs.admission import Admission, Refusal, RefusedError, Requester
from bot.jobs.canvases import Canvases
from bot.jobs.job import Job, JobRequest, JobState, Origin
from bot.store.bans import Ban, Bans
from bot.store.blocklist import Blocked
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.jobs import Jobs
from bot.store.sessions import SessionRows, SessionState
from guidance.request.cost import cost_of
from guidance.request.parameters import MODEL_CANVASES
from guidance.request.request import Request
from tests.harness.job_requests import SettableClock, job_in_state, job_request

HERE = 100
WIDE = LimitsConfig(
    waiting_per_member=10**6,
    waiting_per_server=10**6,
    waiting_in_all=10**6,
    jobs_per_hour=10**6,
    steps_per_day=10**6,
)
"""Limits that no test reaches by accident."""


@dataclass
class AdmissionHarness:
    """An admission and the store that it guards."""

    database: Database
    limits: LimitsConfig = WIDE
    imagine: ImagineConfig = field(default_factory=ImagineConfig)
    canvases: Sequence[CanvasConfig] = ()
    host_patterns: Sequence[str] = ()
    clock: SettableClock = field(default_factory=SettableClock)

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
            canvases=Canvases(self.canvases),
            host_patterns=self.host_patterns,
            clock=self.clock,
        )

    async def admit(self, *job_requests: JobRequest, requester: Requester | None = None) -> list[Job]:
        return await self.admission().admit(job_requests, requester or Requester(id=job_requests[0].requester_id))

    async def refused(self, *job_requests: JobRequest, requester: Requester | None = None) -> RefusedError:
        """Refused, and no row is left behind."""
        before = len(await self.jobs.in_state(*JobState))
        with pytest.raises(RefusedError) as caught:
            await self.admit(*job_requests, requester=requester)
        assert len(await self.jobs.in_state(*JobState)) == before
        return caught.value


@pytest.fixture
async def harness(database: Database) -> AdmissionHarness:
    return AdmissionHarness(database)


def sized(**changes: int) -> JobRequest:
    return job_request(request=Request.resolve("a cat", seed=1, **changes))  # type: ignore[arg-type]


async def test_a_refusal_for_a_ban_has_its_reason_and_end(harness: AdmissionHarness) -> None:
    await harness.bans.set(HERE, Ban(1, harness.clock.now + 60, "spam"))
    refused = await harness.refused(job_request(1))
    assert (refused.refusal, refused.until, refused.detail) == (Refusal.BANNED, harness.clock.now + 60, "spam")
    await harness.admit(job_request(2))
    await harness.admit(job_request(1, guild_id=101))
    harness.clock.now += 60
    await harness.admit(job_request(1))


async def test_a_paused_server_takes_nothing_and_the_others_do(harness: AdmissionHarness) -> None:
    await harness.guilds.set(HERE, GuildSettings(paused="tea"))
    refused = await harness.refused(job_request())
    assert (refused.refusal, refused.detail) == (Refusal.PAUSED, "tea")
    await harness.admit(job_request(guild_id=101))
    await harness.guilds.set(HERE, GuildSettings(paused=""))
    assert (await harness.refused(job_request())).refusal is Refusal.PAUSED, "a pause needs no reason"
    await harness.guilds.set(HERE, GuildSettings())
    await harness.admit(job_request())


async def test_pictures_are_asked_for_in_the_channels_of_the_server_and_in_their_threads(
    harness: AdmissionHarness,
) -> None:
    await harness.guilds.set(HERE, GuildSettings(channels=(5, 6)))
    refused = await harness.refused(job_request(), requester=Requester(id=1, channel_ids=frozenset({7})))
    assert (refused.refusal, refused.detail) == (Refusal.WRONG_CHANNEL, "<#5> <#6>")
    await harness.admit(job_request(), requester=Requester(id=1, channel_ids=frozenset({900, 6})))


async def test_an_account_is_old_enough_from_its_day_on(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, account_age_days=7)
    born = harness.clock.now - 7 * 86400
    await harness.admit(job_request(), requester=Requester(id=1, created_at=born))
    refused = await harness.refused(job_request(), requester=Requester(id=1, created_at=born + 1))
    assert (refused.refusal, refused.limit, refused.until) == (Refusal.ACCOUNT_TOO_YOUNG, 7, harness.clock.now + 1)


async def test_a_member_is_known_long_enough_from_its_hour_on(harness: AdmissionHarness) -> None:
    await harness.guilds.set(HERE, GuildSettings(limits={Limit.MEMBERSHIP_AGE_HOURS: 2}))
    joined = harness.clock.now - 7200
    await harness.admit(job_request(), requester=Requester(id=1, joined_at=joined))
    await harness.admit(job_request(), requester=Requester(id=1, joined_at=None))
    refused = await harness.refused(job_request(), requester=Requester(id=1, joined_at=joined + 1))
    assert (refused.refusal, refused.limit, refused.until) == (Refusal.MEMBER_TOO_NEW, 2, harness.clock.now + 1)


async def test_a_refusal_for_account_and_membership_age_has_the_later_time(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, account_age_days=1, membership_age_hours=48)
    now = harness.clock.now
    refused = await harness.refused(job_request(), requester=Requester(id=1, created_at=now, joined_at=now))
    assert refused.until == now + 2 * 86400


@pytest.mark.parametrize("field_name", ["prompt", "negative", "style"])
async def test_blocked_words_are_refused_wherever_they_stand(harness: AdmissionHarness, field_name: str) -> None:
    harness.host_patterns = ("badword",)
    await harness.blocked.add(HERE, "worse*")
    for words in ("a BadWord", "worsening"):
        asked = job_request(request=replace(job_request().request, **{field_name: words}))  # type: ignore[arg-type]
        refused = await harness.refused(job_request(), asked)
        assert (refused.refusal, refused.detail) == (Refusal.BLOCKED_WORDS, ""), "a list is no riddle to be solved"
    await harness.admit(job_request(prompt="worsening", guild_id=101))


async def test_more_steps_or_pixels_than_the_host_allows_are_refused_however_they_come(
    harness: AdmissionHarness,
) -> None:
    harness.imagine = ImagineConfig(max_steps=50, max_pixels=128 * 128)
    await harness.admit(sized(width=128, height=128, steps=50))
    steps = await harness.refused(sized(width=128, height=128, steps=51))
    assert (steps.refusal, steps.limit) == (Refusal.TOO_MANY_STEPS, 50)
    views = await harness.refused(sized(width=128, height=128, steps=50, views=33))
    assert (views.refusal, views.limit) == (Refusal.TOO_MANY_VIEWS, 32)
    pixels = await harness.refused(sized(width=128, height=136, steps=50))
    assert (pixels.refusal, pixels.limit) == (Refusal.TOO_LARGE, 128 * 128)


@pytest.mark.parametrize("canvas", MODEL_CANVASES)
async def test_a_request_in_a_png_cannot_make_the_host_load_a_model_for_its_canvas(
    harness: AdmissionHarness, canvas: str
) -> None:
    named = replace(job_request().request, canvas=canvas, canvas_model="hf-hub:somebody/anything")
    refused = await harness.refused(replace(job_request(), request=named))
    assert refused.refusal is Refusal.CANVAS_NOT_OFFERED
    # On another canvas the name has no effect.
    await harness.admit(replace(job_request(), request=replace(named, canvas="pyramid")))


VQGAN = CanvasConfig("vqgan", "latent", "hf-hub:host/vqgan", cost=6.0, max_pixels=128 * 128)


def on_vqgan(size: int = 128, **changes: Any) -> JobRequest:
    """A request on the canvas VQGAN."""
    chosen: dict[str, Any] = {"canvas": VQGAN.kind, "canvas_model": VQGAN.model, **changes}
    return job_request(request=Request.resolve("a cat", seed=1, width=size, height=size, **chosen))


async def test_a_canvas_of_the_host_is_admitted_where_the_server_allows_it_in_its_size_and_not_in_tiny_parts(
    harness: AdmissionHarness,
) -> None:
    harness.canvases = [VQGAN]
    await harness.admit(on_vqgan())
    large = await harness.refused(on_vqgan(136))
    assert (large.refusal, large.limit, large.detail) == (Refusal.TOO_LARGE_FOR_CANVAS, 128 * 128, "vqgan")
    await harness.admit(on_vqgan(tile=64))
    for other in (on_vqgan(tile=8), on_vqgan(canvas_model="hf-hub:host/other"), on_vqgan(canvas="diffusion")):
        refused = await harness.refused(other)
        assert (refused.refusal, refused.detail) == (Refusal.CANVAS_NOT_OFFERED, "pyramid, vqgan")
    await harness.guilds.set(HERE, GuildSettings(canvases_off=("vqgan",)))
    refused = await harness.refused(on_vqgan())
    assert (refused.refusal, refused.detail) == (Refusal.CANVAS_NOT_OFFERED, "pyramid")


async def test_a_canvas_costs_what_the_host_says_and_keeps_the_price_that_it_was_admitted_at(
    harness: AdmissionHarness,
) -> None:
    harness.canvases = [VQGAN]
    wanted = on_vqgan()
    price = math.ceil(cost_of(wanted.request) * 6)
    harness.limits = replace(WIDE, steps_per_day=2 * price - 1)
    (job,) = await harness.admit(wanted)
    assert job.canvas_cost == 6
    harness.canvases = [replace(VQGAN, cost=1.0)]
    assert (await harness.jobs.usage(wanted.requester_id, HERE)).day_steps == price
    await harness.admit(wanted)
    harness.canvases = [VQGAN]
    assert (await harness.refused(wanted)).refusal is Refusal.TOO_MANY_STEPS_TODAY


async def test_the_limit_of_unfinished_jobs_per_person_spans_all_servers(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, waiting_per_member=3)
    first, *_ = await harness.admit(job_request(1), job_request(1))
    refused = await harness.refused(job_request(1, guild_id=101), job_request(1, guild_id=101))
    assert (refused.refusal, refused.limit) == (Refusal.TOO_MANY_WAITING, 3)
    await harness.admit(job_request(1, guild_id=101))
    await harness.admit(job_request(2))
    assert (await harness.refused(job_request(1))).refusal is Refusal.TOO_MANY_WAITING
    await harness.jobs.finish(first.id, JobState.CANCELLED)
    await harness.admit(job_request(1))


async def test_a_held_picture_holds_its_person_up_no_longer(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, waiting_per_member=1)
    await job_in_state(harness.jobs, JobState.HELD, job_request(1))
    await harness.admit(job_request(1))


async def test_a_server_and_the_queue_have_an_end(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, waiting_per_server=2, waiting_in_all=3)
    for person in (1, 2):
        await harness.admit(job_request(person))
    full = await harness.refused(job_request(3))
    assert (full.refusal, full.limit) == (Refusal.SERVER_FULL, 2)
    await harness.admit(job_request(3, guild_id=101))
    everywhere = await harness.refused(job_request(4, guild_id=102))
    assert (everywhere.refusal, everywhere.limit) == (Refusal.QUEUE_FULL, 3)


async def test_an_hour_s_quota_is_one_person_s_in_all_servers(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, jobs_per_hour=2)
    await harness.admit(job_request(1))
    harness.clock.now += 100
    await harness.admit(job_request(1, guild_id=101))
    refused = await harness.refused(job_request(1))
    assert (refused.refusal, refused.limit) == (Refusal.TOO_MANY_THIS_HOUR, 2)
    assert refused.until == harness.clock.now + 3500
    await harness.admit(job_request(2))


async def test_a_day_s_steps_are_counted_as_they_are_made(harness: AdmissionHarness) -> None:
    """An init image skips some of them, and `stop` cuts others."""
    harness.limits = replace(WIDE, steps_per_day=100)
    half = replace(job_request(steps=80).request, stop=0.5)
    await harness.admit(job_request(steps=60))
    refused = await harness.refused(job_request(steps=41))
    assert (refused.refusal, refused.limit) == (Refusal.TOO_MANY_STEPS_TODAY, 100)
    assert refused.until == harness.clock.now + 86400
    await harness.admit(job_request(request=half))
    assert (await harness.refused(job_request(steps=1))).refusal is Refusal.TOO_MANY_STEPS_TODAY


@pytest.mark.parametrize(
    ("changes", "times"),
    [({}, 1.0), ({"views": 32}, 6.7), ({"width": 512, "height": 512}, 1.5), ({"width": 64, "height": 64}, 1.0)],
)
async def test_a_day_s_steps_are_priced_by_views_and_pixels(
    harness: AdmissionHarness, changes: dict[str, int], times: float
) -> None:
    made = sized(steps=100, **changes)
    cost = math.ceil(cost_of(made.request))
    assert cost == pytest.approx(100 * times, rel=0.05)
    harness.limits = replace(WIDE, steps_per_day=cost + 50)
    await harness.admit(made)
    assert (await harness.refused(sized(steps=51))).refusal is Refusal.TOO_MANY_STEPS_TODAY
    await harness.admit(sized(steps=50))
    harness.limits = replace(WIDE, steps_per_day=cost - 1)
    assert (await harness.refused(made)).until is None


async def test_a_palette_costs_more_with_more_colours(harness: AdmissionHarness) -> None:
    plain, many = (replace(job_request(steps=10).request, canvas="palette", colours=colours) for colours in (2, 64))
    assert cost_of(plain) == pytest.approx(10, rel=0.1)
    assert cost_of(many) > 2 * cost_of(plain)
    (job,) = await harness.admit(job_request(request=many))
    assert (await harness.jobs.usage(job.requester_id, HERE)).day_steps == math.ceil(cost_of(many))


async def test_a_check_refuses_what_admission_would_and_stores_nothing(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, jobs_per_hour=1, steps_per_day=60)
    admission, requester = harness.admission(), Requester(id=1)
    await admission.check([job_request(steps=60)], requester)
    await admission.check_room(HERE, requester)
    for asked, refusal in (
        ([job_request(steps=61)], Refusal.TOO_MANY_STEPS_TODAY),
        ([job_request(steps=5)] * 2, Refusal.TOO_MANY_THIS_HOUR),
    ):
        with pytest.raises(RefusedError) as caught:
            await admission.check(asked, requester)
        assert caught.value.refusal is refusal
    assert await harness.jobs.in_state(*JobState) == []
    await harness.admit(job_request(steps=5))
    with pytest.raises(RefusedError, match=Refusal.TOO_MANY_THIS_HOUR):
        await admission.check_room(HERE, requester)
    await harness.bans.set(HERE, Ban(1, None, "spam"))
    with pytest.raises(RefusedError, match=Refusal.BANNED):
        await admission.check_room(HERE, requester)


async def test_a_request_that_can_never_be_admitted_has_no_retry_time(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, steps_per_day=50, jobs_per_hour=2)
    assert (await harness.refused(job_request(steps=51))).until is None
    assert (await harness.refused(*[job_request(steps=1)] * 3)).until is None


@pytest.mark.parametrize(
    ("state", "refunded"),
    [(JobState.FAILED, True), (JobState.CANCELLED, True), (JobState.DONE, False), (JobState.HELD, False)],
)
async def test_failed_jobs_and_jobs_cancelled_while_waiting_are_refunded(
    harness: AdmissionHarness, state: JobState, refunded: bool
) -> None:
    harness.limits = replace(WIDE, jobs_per_hour=1)
    await job_in_state(harness.jobs, state, job_request(1))
    if refunded:
        await harness.admit(job_request(1))
    else:
        assert (await harness.refused(job_request(1))).refusal is Refusal.TOO_MANY_THIS_HOUR


async def test_jobs_cancelled_while_running_are_not_refunded(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, steps_per_day=100)
    running = await job_in_state(harness.jobs, JobState.RUNNING, job_request(1, steps=60))
    await harness.jobs.finish(running.id, JobState.CANCELLED)
    assert (await harness.refused(job_request(1, steps=41))).refusal is Refusal.TOO_MANY_STEPS_TODAY


async def test_a_reaction_reruns_a_picture_once_for_each_person(harness: AdmissionHarness) -> None:
    parent = await job_in_state(harness.jobs, JobState.DONE)
    await harness.admit(job_request(2, origin=Origin.REACTION, parent_id=parent.id))
    refused = await harness.refused(job_request(2, origin=Origin.REACTION, parent_id=parent.id))
    assert refused.refusal is Refusal.RERUN_TWICE
    await harness.admit(job_request(3, origin=Origin.REACTION, parent_id=parent.id))


async def test_a_session_takes_pictures_until_its_end(harness: AdmissionHarness) -> None:
    session = await harness.sessions.open(HERE, 200, 9, "sea", 10, 5)
    await harness.admit(job_request(session_id=session.id))
    harness.clock.now += 599
    await harness.admit(job_request(session_id=session.id))
    harness.clock.now += 1
    assert (await harness.refused(job_request(session_id=session.id))).refusal is Refusal.SESSION_OVER
    other = await harness.sessions.open(HERE, 200, 9, "sea", 10, 5)
    await harness.sessions.set(other.id, state=SessionState.CLOSING)
    assert (await harness.refused(job_request(session_id=other.id))).refusal is Refusal.SESSION_OVER
    assert (await harness.refused(job_request(session_id=999))).refusal is Refusal.SESSION_OVER


async def test_a_session_limits_pictures_per_person_and_does_not_count_failed_ones(
    harness: AdmissionHarness,
) -> None:
    session = await harness.sessions.open(HERE, 200, 9, "sea", 10, 2)
    first, _ = await harness.admit(job_request(1, session_id=session.id), job_request(1, session_id=session.id))
    refused = await harness.refused(job_request(1, session_id=session.id))
    assert (refused.refusal, refused.limit) == (Refusal.SESSION_FULL, 2)
    await harness.admit(job_request(2, session_id=session.id))
    await harness.admit(job_request(1))
    await harness.jobs.finish(first.id, JobState.FAILED)
    await harness.admit(job_request(1, session_id=session.id))


async def test_a_role_lifts_its_holders_over_the_server_s_limit_and_weighs_their_jobs(
    harness: AdmissionHarness,
) -> None:
    rules = {8: RoleRule(3, {Limit.JOBS_PER_HOUR: 2}), 9: RoleRule(1, {Limit.JOBS_PER_HOUR: 3})}
    await harness.guilds.set(HERE, GuildSettings(limits={Limit.JOBS_PER_HOUR: 1}, roles=rules))
    both = Requester(id=1, role_ids=frozenset({8, 9}))
    admitted = await harness.admit(job_request(1), job_request(1), job_request(1), requester=both)
    assert {job.weight for job in admitted} == {3}
    assert (await harness.refused(job_request(1), requester=both)).limit == 3
    (plain,) = await harness.admit(job_request(2))
    assert plain.weight == 1
    assert (await harness.refused(job_request(2))).limit == 1


async def test_a_batch_over_the_limit_is_refused_as_a_whole(harness: AdmissionHarness) -> None:
    harness.limits = replace(WIDE, jobs_per_hour=3)
    assert (await harness.refused(*[job_request()] * 4)).refusal is Refusal.TOO_MANY_THIS_HOUR
    assert len(await harness.admit(*[job_request()] * 3)) == 3


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
def test_a_request_at_the_retry_time_is_admitted_and_one_second_earlier_is_not(
    ages: list[int], steps: list[int], hourly: int, daily: int, wanted: list[int]
) -> None:
    async def story() -> None:
        database = await Database.open(Path(":memory:"))
        try:
            harness = AdmissionHarness(database, replace(WIDE, jobs_per_hour=hourly, steps_per_day=daily))
            now = harness.clock.now
            for age, count in zip(sorted(ages, reverse=True), steps, strict=False):
                harness.clock.now = now - age
                await job_in_state(harness.jobs, JobState.DONE, job_request(steps=count))
            harness.clock.now = now
            job_requests = [job_request(steps=count) for count in wanted]
            try:
                await harness.admit(*job_requests)
            except RefusedError as refused:
                if refused.until is None:
                    harness.clock.now += 10**6
                    await harness.refused(*job_requests)
                    return
                harness.clock.now = refused.until - 1
                await harness.refused(*job_requests)
                harness.clock.now = refused.until
                await harness.admit(*job_requests)
        finally:
            await database.close()

    asyncio.run(story())
