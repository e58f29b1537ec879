"""Bans, blocklists, guild settings, styles, sessions, the audit log and the history in the database."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.community.guild_settings import GuildSettings, Limit, RoleRule, Screening
from bot.jobs.job import Job, JobState
from bot.store.audit import Audit
from bot.store.bans import Ban, Bans
from bot.store.blocklist import Blocked
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.history import History, Load
from bot.store.jobs import Jobs
from bot.store.sessions import SessionRows, SessionState
from bot.store.styles import Styles
from guidance.request.request import Request
from tests.harness.job_requests import SettableClock, admit_all, job_in_state, job_request, oldest

SNOWFLAKES = st.integers(1, 2**63 - 1)
MODES = st.sampled_from(Screening)
LIMITS = st.dictionaries(st.sampled_from(Limit), st.integers(0, 10**6))
SETTINGS = st.builds(
    GuildSettings,
    channels=st.lists(SNOWFLAKES, max_size=5).map(tuple),
    limits=LIMITS,
    roles=st.dictionaries(SNOWFLAKES, st.builds(RoleRule, weight=st.integers(1, 9), limits=LIMITS), max_size=3),
    gallery_channel=st.none() | SNOWFLAKES,
    gallery_stars=st.integers(1, 100),
    log_channel=st.none() | SNOWFLAKES,
    preview_s=st.none() | st.floats(1, 60),
    spoiler=st.booleans(),
    screening=st.none() | MODES,
    screening_restricted=st.none() | MODES,
    screening_channels=st.dictionaries(SNOWFLAKES, MODES, max_size=3),
    language=st.sampled_from(["", "en", "de"]),
    paused=st.none() | st.text(max_size=50),
)


@given(settings=SETTINGS)
def test_guild_settings_survive_a_round_trip_through_json(settings: GuildSettings) -> None:
    assert GuildSettings.from_json(settings.to_json()) == settings


def test_missing_settings_have_their_defaults() -> None:
    assert GuildSettings.from_json("{}") == GuildSettings()
    assert GuildSettings().to_json() == "{}", "a default that changes later must reach servers that chose nothing"


async def test_guild_settings_persist_and_belong_to_one_server(database: Database) -> None:
    guilds = Guilds(database)
    changed = GuildSettings(paused="cleaning", roles={5: RoleRule(2, {Limit.JOBS_PER_HOUR: 9})})
    await guilds.set(1, changed)
    reloaded = Guilds(database)
    assert reloaded.of(1) == GuildSettings()
    await reloaded.load()
    assert (reloaded.of(1), reloaded.of(2)) == (changed, GuildSettings())
    assert reloaded.paused() == frozenset({1})
    await reloaded.set(1, replace(changed, paused=None))
    assert reloaded.paused() == frozenset()


def test_the_most_generous_role_sets_weight_and_limits() -> None:
    few, many = RoleRule(1, {Limit.JOBS_PER_HOUR: 5}), RoleRule(3, {Limit.JOBS_PER_HOUR: 20})
    settings = GuildSettings(limits={Limit.JOBS_PER_HOUR: 50}, roles={1: few, 2: many, 3: RoleRule(2)})
    assert settings.weight_of(frozenset({1, 2, 3})) == 3
    assert settings.weight_of(frozenset({9})) == 1
    assert settings.limit(Limit.JOBS_PER_HOUR, 7, frozenset({1, 2, 3})) == 20
    assert settings.limit(Limit.JOBS_PER_HOUR, 7, frozenset({3})) == 50
    assert settings.limit(Limit.STEPS_PER_DAY, 7, frozenset({1, 2})) == 7


def test_screening_of_a_channel_overrides_the_server_s_and_the_host_s() -> None:
    settings = GuildSettings(screening=Screening.SPOILER, screening_channels={5: Screening.HOLD})
    assert settings.screens(frozenset({5, 6}), restricted=True, default=Screening.OFF) is Screening.HOLD
    assert settings.screens(frozenset({6}), restricted=False, default=Screening.OFF) is Screening.SPOILER
    assert settings.screens(frozenset({6}), restricted=True, default=Screening.OFF) is Screening.OFF


async def test_a_ban_applies_until_its_end_in_one_server(database: Database) -> None:
    clock = SettableClock()
    bans = Bans(database, clock)
    await bans.set(1, Ban(7, clock.now + 60, "spam"))
    await bans.set(1, Ban(8, None, "for good"))
    assert await bans.of(2, 7) is None
    clock.now += 59
    assert {ban.user_id for ban in await bans.all(1)} == {7, 8}
    clock.now += 1
    assert await bans.of(1, 7) is None
    assert not await bans.lift(1, 7)
    assert await bans.lift(1, 8)
    assert await bans.all(1) == []


async def test_a_second_ban_replaces_the_first(database: Database) -> None:
    bans = Bans(database, SettableClock())
    await bans.set(1, Ban(7, None, "for good"))
    await bans.set(1, Ban(7, 2_000_000.0, "mercy"))
    assert await bans.all(1) == [Ban(7, 2_000_000.0, "mercy")]


async def test_the_audit_log_is_paged_newest_first_for_one_server(database: Database) -> None:
    audit = Audit(database, SettableClock())
    for number in range(5):
        await audit.add(1, 9, "clear", detail=str(number))
    await audit.add(2, 9, "ban", 7, "other server")
    assert [entry.detail for entry in await audit.page(1, 0, 3)] == ["4", "3", "2"]
    assert [entry.detail for entry in await audit.page(1, 1, 3)] == ["1", "0"]
    assert [(entry.action, entry.target_id) for entry in await audit.page(2, 0, 3)] == [("ban", 7)]


async def test_patterns_belong_to_a_server(database: Database) -> None:
    blocked = Blocked(database)
    assert await blocked.add(1, "b")
    assert await blocked.add(1, "a")
    assert not await blocked.add(1, "b")
    assert (await blocked.of(1), await blocked.of(2)) == (["a", "b"], [])
    assert not await blocked.remove(2, "a")
    assert await blocked.remove(1, "a")
    assert await blocked.of(1) == ["b"]


async def test_styles_belong_to_a_person(database: Database) -> None:
    styles = Styles(database)
    await styles.save(1, "ink", "ink on paper")
    await styles.save(1, "ink", "ink on rice paper")
    await styles.save(2, "ink", "spilled")
    assert await styles.of(1) == {"ink": "ink on rice paper"}
    assert not await styles.delete(1, "oil")
    assert await styles.delete(1, "ink")
    assert (await styles.of(1), await styles.of(2)) == ({}, {"ink": "spilled"})


async def test_a_session_is_found_by_its_thread_before_and_after_its_end(database: Database) -> None:
    clock = SettableClock()
    rows = SessionRows(database, clock)
    later, sooner = await rows.open(1, 2, 3, "sea", 60, 2), await rows.open(1, 2, 3, "sky", 30, 1)
    assert sooner.ends_at == clock.now + 1800
    opened = await rows.set(sooner.id, thread_id=55)
    assert await rows.of_thread(55) == opened
    assert [row.id for row in await rows.unfinished()] == [sooner.id, later.id]
    ended = await rows.set(sooner.id, state=SessionState.ENDED, results_id=77)
    assert await rows.of_thread(55) == ended
    assert [row.id for row in await rows.running_in(1)] == [later.id]
    assert await rows.running_in(2) == []
    assert await rows.get(99) is None


async def _made(jobs: Jobs, request: Request, seconds: float) -> Job:
    (job,) = await jobs.admit([job_request(request=request)], admit_all)
    await jobs.claim(oldest)
    await jobs.render_done(job.id, "0" * 64, 0.5, seconds)
    return await jobs.finish(job.id, JobState.DONE)


def _request(width: int = 128, steps: int = 10, views: int = 8) -> Request:
    return replace(Request.resolve("a cat", seed=1, width=width, height=64, steps=steps), views=views)


async def test_a_pace_is_the_median_of_the_last_runs_of_its_kind(database: Database) -> None:
    jobs, history = Jobs(database), History(database)
    for seconds in (500.0, *(10.0,) * 7, *(30.0,) * 8):  # the first is too old to count
        await _made(jobs, _request(), seconds)
    await _made(jobs, _request(width=256), 40.0)
    await job_in_state(jobs, JobState.FAILED, job_request(request=_request(width=512)))
    paces = {(pace.area, pace.views): pace.seconds for pace in await history.paces()}
    assert paces == {(128 * 64, 8): 3.0, (256 * 64, 8): 4.0}


async def test_loads_are_those_of_waiting_and_running_jobs(database: Database) -> None:
    jobs, history = Jobs(database), History(database)
    for state in JobState:
        if state is not JobState.QUEUED:
            await job_in_state(jobs, state, job_request(request=_request(steps=20)))
    first_job, second = await jobs.admit([job_request(request=_request(steps=30)) for _ in range(2)], admit_all)
    running = (await jobs.in_state(JobState.RUNNING))[0]
    model = first_job.request.model
    assert await history.loads() == {
        running.id: Load(running.id, running.id, 20, model, 128 * 64, 8, 1, 1, 100),
        first_job.id: Load(first_job.id, first_job.id, 30, model, 128 * 64, 8, 1, 1, 100),
        second.id: Load(second.id, first_job.id, 30, model, 128 * 64, 8, 1, 1, 100),
    }


async def test_pictures_of_a_person_are_paged_newest_first(database: Database) -> None:
    jobs, history = Jobs(database), History(database)
    mine = [await job_in_state(jobs, JobState.DONE, job_request(1)) for _ in range(5)]
    await job_in_state(jobs, JobState.DONE, job_request(2))
    await job_in_state(jobs, JobState.DONE, job_request(1, guild_id=101))
    await job_in_state(jobs, JobState.FAILED, job_request(1))
    await jobs.drop_files([mine[2].id])
    shown = [mine[4].id, mine[3].id, mine[1].id, mine[0].id]
    pages = [await history.pictures_of(1, 100, page, 3) for page in range(3)]
    assert [[job.id for job in page] for page in pages] == [shown[:3], shown[3:], []]
    assert await history.count_of(1, 100) == 4


async def test_stats_count_the_pictures_of_one_server(database: Database) -> None:
    clock = SettableClock()
    jobs, history = Jobs(database, clock), History(database, clock)
    await job_in_state(jobs, JobState.DONE, job_request(1))
    clock.now += 2 * 86400
    for person in (1, 2):
        await job_in_state(jobs, JobState.DONE, job_request(person))
    await job_in_state(jobs, JobState.DONE, job_request(3, guild_id=101))
    await job_in_state(jobs, JobState.CANCELLED, job_request(3))
    stats = await history.stats(100)
    assert (stats.pictures, stats.people, stats.last_day, stats.seconds, stats.median_s) == (3, 2, 2, 3.0, 1.0)
    assert (await history.stats(999)).median_s is None


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.HELD, JobState.POSTING])
async def test_files_of_a_job_that_has_not_ended_are_never_old(database: Database, state: JobState) -> None:
    clock = SettableClock()
    jobs, history = Jobs(database, clock), History(database, clock)
    start = replace(job_request().request, init="a" * 64)
    await job_in_state(jobs, JobState.DONE, job_request(request=start), picture="b" * 64)
    clock.now += 10
    await job_in_state(jobs, state, job_request(request=start), picture="b" * 64)
    remaining = {"a" * 64} | ({"b" * 64} if state in {JobState.HELD, JobState.POSTING} else set())
    assert await history.files_before(clock.now + 1e6) == {"a" * 64, "b" * 64} - remaining
    assert await history.files() == {"a" * 64, "b" * 64}
