"""The parts of a bot, put together: around a database, an engine and a connection, whichever those are. No logic."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import discord

from bot.admission import Admission
from bot.announce import Announced, Announcer
from bot.chat.client import ImagineClient
from bot.chat.messenger import DiscordMessenger
from bot.chat.parts import Download, Parts
from bot.chat.venue import DiscordVenue
from bot.config import Config
from bot.engine import Engine
from bot.erasure import Erasure
from bot.job import Concept, Job
from bot.metrics import Metrics
from bot.moderation import Moderation
from bot.outlook import Outlook
from bot.queue import Queue
from bot.session import Sessions
from bot.store.audit import Audit
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.memos import Memos
from bot.store.people import People
from bot.store.pictures import Pictures
from bot.store.sessions import SessionRows
from bot.store.styles import Styles
from bot.worker import Worker

PICTURES: Final = "pictures"


@dataclass(frozen=True, slots=True)
class House:
    """Everything but the connection, which comes and goes: `client` makes one."""

    parts: Parts
    messenger: DiscordMessenger
    memos: Memos
    metrics: Metrics
    connected: Callable[[], discord.Client | None]

    def client(self, online: Callable[[], None]) -> ImagineClient:
        """A new connection; `online` is called whenever it is ready."""
        return ImagineClient(self.parts, self.messenger, self.memos, self.metrics, online, self.connected)


async def build(
    config: Config,
    database: Database,
    engine: Engine,
    connected: Callable[[], discord.Client | None],
    download: Download,
    clock: Callable[[], float] = time.time,
    *,
    metrics: Metrics | None = None,
) -> House:
    """Builds the parts.

    Args:
        config: The host's.
        database: Opened.
        engine: Started.
        connected: Gives the client that is connected now, or None.
        download: Reads attachments.
        clock: Seconds since 1970.
        metrics: Counts.
    """
    metrics = metrics or Metrics()
    jobs, history = Jobs(database, clock), History(database, clock)
    pictures = Pictures(Path(config.storage.folder) / PICTURES)
    guilds, bans, blocked = Guilds(database), Bans(database, clock), Blocked(database)
    audit, people, rows = Audit(database, clock), People(database, clock), SessionRows(database, clock)
    await guilds.load()

    messenger = DiscordMessenger(connected, guilds.of, metrics)
    venue = DiscordVenue(connected, messenger, pictures)
    announcer = Announcer(
        jobs,
        pictures,
        messenger,
        guilds.of,
        Announced(config.progress.interval_s, config.discord.mention_after_s),
        clock,
    )
    queue = Queue(jobs, guilds.paused)

    async def posted(job: Job) -> None:
        if job.session_id is not None and job.message_id is not None:
            await venue.invite_votes(job, job.message_id)

    worker = Worker(
        jobs,
        queue,
        pictures,
        engine,
        announcer,
        concepts=[Concept(entry.name, entry.texts, entry.threshold) for entry in config.concept],
        film=config.progress.film,
        posted=posted,
        metrics=metrics,
        clock=clock,
    )
    outlook = Outlook(queue, history, worker.running, clock)
    worker.look_ahead_with(outlook)
    parts = Parts(
        config=config,
        jobs=jobs,
        history=history,
        queue=queue,
        outlook=outlook,
        admission=Admission(
            jobs=jobs,
            guilds=guilds,
            bans=bans,
            blocked=blocked,
            sessions=rows,
            limits=config.limits,
            imagine=config.imagine,
            host_patterns=config.moderation.patterns(),
            clock=clock,
        ),
        announcer=announcer,
        worker=worker,
        pictures=pictures,
        guilds=guilds,
        bans=bans,
        blocked=blocked,
        audit=audit,
        styles=Styles(database),
        people=people,
        sessions=Sessions(rows, history, venue, clock),
        moderation=Moderation(
            jobs=jobs,
            history=history,
            guilds=guilds,
            bans=bans,
            blocked=blocked,
            audit=audit,
            worker=worker,
            tell=messenger.tell,
            clock=clock,
        ),
        erasure=Erasure(people, history, pictures, worker, messenger.remove),
        download=download,
    )
    return House(parts, messenger, Memos(database), metrics, connected)
