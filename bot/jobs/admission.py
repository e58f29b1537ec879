"""Admission: checks a request against all limits and stores it as a job. Every way to ask for a picture uses it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.community.blocklist_search import search
from bot.community.guild_settings import GuildSettings, Limit
from bot.config import LEAST_TILE, ImagineConfig, LimitsConfig
from bot.jobs.canvases import Canvases
from bot.jobs.job import Job, JobRequest
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.guilds import Guilds
from bot.store.jobs import Jobs, RerunTwiceError
from bot.store.sessions import Session, SessionRows, SessionState
from bot.store.usage import DAY_S, HOUR_S, Usage
from guidance.request.cost import cost_of
from guidance.request.parameters import MODEL_CANVASES


class Refusal(StrEnum):
    """Why a request is not admitted; chat has a text for each."""

    BANNED = "banned"
    PAUSED = "paused"
    WRONG_CHANNEL = "wrong_channel"
    ACCOUNT_TOO_YOUNG = "account_too_young"
    MEMBER_TOO_NEW = "member_too_new"
    BLOCKED_WORDS = "blocked_words"
    TOO_MANY_STEPS = "too_many_steps"
    TOO_MANY_VIEWS = "too_many_views"
    TOO_LARGE = "too_large"
    TOO_LARGE_FOR_CANVAS = "too_large_for_canvas"
    CANVAS_NOT_OFFERED = "canvas_not_offered"
    TOO_MANY_WAITING = "too_many_waiting"
    SERVER_FULL = "server_full"
    QUEUE_FULL = "queue_full"
    TOO_MANY_THIS_HOUR = "too_many_this_hour"
    TOO_MANY_STEPS_TODAY = "too_many_steps_today"
    RERUN_TWICE = "rerun_twice"
    SESSION_OVER = "session_over"
    SESSION_FULL = "session_full"


class RefusedError(Exception):
    """A request is not admitted.

    Attributes:
        refusal: Why.
        limit: The limit that was reached, or 0.
        until: When the request would be admitted (seconds since 1970), if that is known.
        detail: A moderator's reason or the list of permitted channels, or "".
    """

    def __init__(self, refusal: Refusal, limit: int = 0, until: float | None = None, detail: str = "") -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.limit = limit
        self.until = until
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The requester, and where they ask. Times are seconds since 1970.

    Attributes:
        id: The user's id.
        role_ids: Their roles in the server.
        created_at: When the account was created.
        joined_at: When they joined the server, if that is known.
        moderates: Whether they may manage messages in the server.
        channel_ids: The channel, and its parent if it is a thread.
    """

    id: int
    role_ids: frozenset[int] = frozenset()
    created_at: float = 0.0
    joined_at: float | None = None
    moderates: bool = False
    channel_ids: frozenset[int] = field(default_factory=frozenset)


class Admission:
    """Admits requests to one store.

    Args:
        jobs, guilds, bans, blocked, sessions: The rows that decide.
        limits, imagine: The host's limits.
        canvases: Those that the host offers.
        host_patterns: Patterns that are blocked in every server.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        *,
        jobs: Jobs,
        guilds: Guilds,
        bans: Bans,
        blocked: Blocked,
        sessions: SessionRows,
        limits: LimitsConfig,
        imagine: ImagineConfig,
        canvases: Canvases,
        host_patterns: Sequence[str],
        clock: Callable[[], float],
    ) -> None:
        self._jobs = jobs
        self._guilds = guilds
        self._bans = bans
        self._blocked = blocked
        self._sessions = sessions
        self._limits = limits
        self._imagine = imagine
        self._canvases = canvases
        self._host_patterns = host_patterns
        self._clock = clock

    async def admit(self, job_requests: Sequence[JobRequest], requester: Requester) -> list[Job]:
        """Stores the requests as jobs, all or none. When this returns, they are in the database.

        Args:
            job_requests: Of one requester in one channel; more than one make a batch.
            requester: Who asks, with roles and ages.

        Raises:
            RefusedError: They are not admitted; nothing is stored.
        """
        settings = self._guilds.of(job_requests[0].guild_id)
        session = await self._check(job_requests, requester)
        weight = settings.weight_of(requester.role_ids)
        weighed = [replace(job_request, weight=weight) for job_request in self._priced(job_requests)]
        try:
            return await self._jobs.admit(
                weighed,
                lambda used: self._check_usage(used, len(weighed), _cost(weighed), settings, requester, session),
            )
        except RerunTwiceError:
            raise RefusedError(Refusal.RERUN_TWICE) from None

    async def check(self, job_requests: Sequence[JobRequest], requester: Requester) -> None:
        """Checks what `admit` checks, and stores nothing: before the work that comes before a request.

        Raises:
            RefusedError: They would not be admitted now.
        """
        first = job_requests[0]
        session = await self._check(job_requests, requester)
        used = await self._jobs.usage(requester.id, first.guild_id, first.session_id)
        wanted = _cost(self._priced(job_requests))
        self._check_usage(used, len(job_requests), wanted, self._guilds.of(first.guild_id), requester, session)

    async def check_room(self, guild_id: int, requester: Requester) -> None:
        """Checks whether a member may ask for a picture here and now, whatever it will be.

        Raises:
            RefusedError: They may not (see `check_person`), or have reached the limit of a number of pictures.
        """
        await self.check_person(guild_id, requester)
        used = await self._jobs.usage(requester.id, guild_id)
        self._check_usage(used, 1, 1, self._guilds.of(guild_id), requester, None)

    async def check_words(self, guild_id: int, *texts: str) -> None:
        """Checks texts against the patterns that the host and the server block.

        Raises:
            RefusedError: BLOCKED_WORDS. It does not name the words, so that nobody can find out the list.
        """
        # The host's list is searched on its own, so that it is compiled once for all servers.
        if await search(self._host_patterns, *texts) or await search(await self._blocked.of(guild_id), *texts):
            raise RefusedError(Refusal.BLOCKED_WORDS)

    def limit(self, name: Limit, settings: GuildSettings, requester: Requester) -> int:
        """A limit as it applies to a member of a server."""
        return settings.limit(name, getattr(self._limits, name), requester.role_ids)

    async def check_person(self, guild_id: int, requester: Requester) -> None:
        """Checks whether a member may ask here and now, whatever the request.

        Raises:
            RefusedError: The member is banned, the server is paused, the channel is wrong, or the account or the
                membership is too new.
        """
        settings = self._guilds.of(guild_id)
        ban = await self._bans.of(guild_id, requester.id)
        if ban is not None:
            raise RefusedError(Refusal.BANNED, until=ban.until, detail=ban.reason)
        if settings.paused is not None:
            raise RefusedError(Refusal.PAUSED, detail=settings.paused)
        if settings.channels and not requester.channel_ids & set(settings.channels):
            raise RefusedError(Refusal.WRONG_CHANNEL, detail=" ".join(f"<#{channel}>" for channel in settings.channels))
        now = self._clock()
        days = self.limit(Limit.ACCOUNT_AGE_DAYS, settings, requester)
        hours = self.limit(Limit.MEMBERSHIP_AGE_HOURS, settings, requester)
        old_enough = requester.created_at + days * DAY_S
        long_enough = 0.0 if requester.joined_at is None else requester.joined_at + hours * HOUR_S
        if old_enough > now:
            raise RefusedError(Refusal.ACCOUNT_TOO_YOUNG, days, max(old_enough, long_enough))
        if long_enough > now:
            raise RefusedError(Refusal.MEMBER_TOO_NEW, hours, long_enough)

    def _priced(self, job_requests: Sequence[JobRequest]) -> list[JobRequest]:
        return [replace(wanted, canvas_cost=self._canvases.cost_of(wanted.request)) for wanted in job_requests]

    async def _check(self, job_requests: Sequence[JobRequest], requester: Requester) -> Session | None:
        await self.check_person(job_requests[0].guild_id, requester)
        session = await self._session(job_requests[0])
        for job_request in job_requests:
            self._check_request(job_request)
            await self.check_words(
                job_request.guild_id,
                job_request.request.prompt,
                job_request.request.negative,
                job_request.request.style,
            )
        return session

    def _check_request(self, job_request: JobRequest) -> None:
        if job_request.request.steps > self._imagine.max_steps:
            raise RefusedError(Refusal.TOO_MANY_STEPS, self._imagine.max_steps)
        if job_request.request.views > self._imagine.max_views:
            raise RefusedError(Refusal.TOO_MANY_VIEWS, self._imagine.max_views)
        if job_request.request.width * job_request.request.height > self._imagine.max_pixels:
            raise RefusedError(Refusal.TOO_LARGE, self._imagine.max_pixels)
        if job_request.request.canvas in MODEL_CANVASES:
            self._check_canvas(job_request)

    def _check_canvas(self, job_request: JobRequest) -> None:
        """Refuses a model that is not offered: a request in a PNG could name any, which the host would download."""
        request, settings = job_request.request, self._guilds.of(job_request.guild_id)
        entry = self._canvases.entry_of(request)
        # Only a PNG can ask for small tiles, whose overlaps would cost many times the picture.
        if entry is None or entry.name in settings.canvases_off or 0 < request.tile < LEAST_TILE:
            raise RefusedError(Refusal.CANVAS_NOT_OFFERED, detail=", ".join(self._canvases.choices(settings)))
        if 0 < entry.max_pixels < request.width * request.height:
            raise RefusedError(Refusal.TOO_LARGE_FOR_CANVAS, entry.max_pixels, detail=entry.name)

    async def _session(self, job_request: JobRequest) -> Session | None:
        if job_request.session_id is None:
            return None
        session = await self._sessions.get(job_request.session_id)
        if session is None or session.state is not SessionState.OPEN or session.ends_at <= self._clock():
            raise RefusedError(Refusal.SESSION_OVER)
        return session

    def _check_usage(
        self,
        used: Usage,
        count: int,
        wanted: int,
        settings: GuildSettings,
        requester: Requester,
        session: Session | None,
    ) -> None:
        """Checks limits for `count` jobs that cost `wanted` steps."""
        if session is not None and used.session + count > session.per_person:
            raise RefusedError(Refusal.SESSION_FULL, session.per_person)
        own = self.limit(Limit.WAITING_PER_MEMBER, settings, requester)
        if used.own + count > own:
            raise RefusedError(Refusal.TOO_MANY_WAITING, own)
        server = self.limit(Limit.WAITING_PER_SERVER, settings, requester)
        if used.server + count > server:
            raise RefusedError(Refusal.SERVER_FULL, server)
        if used.everybody + count > self._limits.waiting_in_all:
            raise RefusedError(Refusal.QUEUE_FULL, self._limits.waiting_in_all)
        hourly = self.limit(Limit.JOBS_PER_HOUR, settings, requester)
        daily = self.limit(Limit.STEPS_PER_DAY, settings, requester)
        frees = (_hour_frees(used, hourly, count), _day_frees(used, daily, wanted))
        until = None if None in frees else max(moment for moment in frees if moment is not None)
        if len(used.hour) + count > hourly:
            raise RefusedError(Refusal.TOO_MANY_THIS_HOUR, hourly, until)
        if used.day_steps + wanted > daily:
            raise RefusedError(Refusal.TOO_MANY_STEPS_TODAY, daily, until)


def _cost(job_requests: Sequence[JobRequest]) -> int:
    return sum(math.ceil(cost_of(job_request.request) * job_request.canvas_cost) for job_request in job_requests)


def _hour_frees(used: Usage, limit: int, count: int) -> float | None:
    """When the hourly limit permits `count` more jobs (seconds since 1970); None if it never does."""
    leaving = len(used.hour) + count - limit
    if leaving <= 0:
        return used.now
    return used.hour[leaving - 1] + HOUR_S if leaving <= len(used.hour) else None


def _day_frees(used: Usage, limit: int, wanted: int) -> float | None:
    """When the daily limit permits `wanted` more steps (seconds since 1970); None if it never does."""
    steps = used.day_steps
    if steps + wanted <= limit:
        return used.now
    for at, spent in used.day:
        steps -= spent
        if steps + wanted <= limit:
            return at + DAY_S
    return None
