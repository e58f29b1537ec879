"""The parts of the bot that commands, buttons and events use, in one value."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import discord

from bot.community.erasure import Erasure
from bot.community.moderation import Moderation
from bot.community.prompt_sessions import Sessions
from bot.config import Config
from bot.delivery.job_messages import JobMessages
from bot.jobs.admission import Admission
from bot.jobs.job_control import JobControl
from bot.jobs.queue import Queue
from bot.jobs.wait_time import WaitTimeEstimator
from bot.store.audit import Audit
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.guilds import Guilds
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.people import People
from bot.store.pictures import Pictures
from bot.store.styles import Styles

Download = Callable[[discord.Attachment, int], Awaitable[bytes]]
"""Reads at most so many bytes of an attachment; raises IntakeError when there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of the bot, built once at the start."""

    config: Config
    jobs: Jobs
    history: History
    queue: Queue
    estimator: WaitTimeEstimator
    admission: Admission
    job_messages: JobMessages
    job_control: JobControl
    pictures: Pictures
    guilds: Guilds
    bans: Bans
    blocked: Blocked
    audit: Audit
    styles: Styles
    people: People
    sessions: Sessions
    moderation: Moderation
    erasure: Erasure
    download: Download
