"""What chat works with: every part of the bot that a command, a button or an event may need, in one value."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import discord

from bot.admission import Admission
from bot.announce import Announcer
from bot.config import Config
from bot.erasure import Erasure
from bot.moderation import Moderation
from bot.outlook import Outlook
from bot.queue import Queue
from bot.session import Sessions
from bot.store.audit import Audit
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.guilds import Guilds
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.people import People
from bot.store.pictures import Pictures
from bot.store.styles import Styles
from bot.worker import Worker

Download = Callable[[discord.Attachment, int], Awaitable[bytes]]
"""Reads at most so many bytes of an attachment; raises IntakeError when there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts, as `bot.app` builds them."""

    config: Config
    jobs: Jobs
    history: History
    queue: Queue
    outlook: Outlook
    admission: Admission
    announcer: Announcer
    worker: Worker
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
