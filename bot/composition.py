"""The composition root: builds every part of the bot around a database and an engine."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import discord

from bot.chat.client import ImagineClient
from bot.chat.messages.messenger import DiscordMessenger
from bot.chat.services import Download, Services
from bot.chat.session_channel import DiscordSessionChannel
from bot.community.erasure import Erasure
from bot.community.moderation import Moderation
from bot.community.prompt_sessions import Sessions
from bot.config import Config
from bot.delivery.job_messages import JobMessages, MessageTiming
from bot.engine import Engine
from bot.jobs.admission import Admission
from bot.jobs.current_run import CurrentRun
from bot.jobs.job import Concept, Job
from bot.jobs.job_control import JobControl
from bot.jobs.posting import PicturePoster
from bot.jobs.queue import Queue
from bot.jobs.wait_time import WaitTimeEstimator
from bot.jobs.worker import Worker
from bot.operations.metrics import Metrics
from bot.store.audit import Audit
from bot.store.bans import Bans
from bot.store.blocklist import Blocked
from bot.store.database import Database
from bot.store.guilds import Guilds
from bot.store.history import History
from bot.store.jobs import Jobs
from bot.store.key_values import KeyValueStore
from bot.store.people import People
from bot.store.pictures import Pictures
from bot.store.sessions import SessionRows
from bot.store.styles import Styles

PICTURES: Final = "pictures"


@dataclass(frozen=True, slots=True)
class App:
    """All parts except the connection to Discord: `client` makes a new one for each attempt."""

    services: Services
    worker: Worker
    poster: PicturePoster
    messenger: DiscordMessenger
    key_values: KeyValueStore
    metrics: Metrics
    connected: Callable[[], discord.Client | None]

    def client(self, online: Callable[[], None]) -> ImagineClient:
        """A new client; it calls `online` whenever its connection is ready."""
        return ImagineClient(self.services, self.messenger, self.key_values, self.metrics, online, self.connected)


async def build(
    config: Config,
    database: Database,
    engine: Engine,
    connected: Callable[[], discord.Client | None],
    download: Download,
    clock: Callable[[], float] = time.time,
    *,
    metrics: Metrics | None = None,
) -> App:
    """Builds the parts.

    Args:
        config: The host's settings.
        database: An open database.
        engine: A started engine.
        connected: Returns the client that is connected now, or None.
        download: Downloads attachments.
        clock: Returns the seconds since 1970.
        metrics: Where the parts count what they do; by default a new `Metrics`.
    """
    metrics = metrics or Metrics()
    jobs, history = Jobs(database, clock), History(database, clock)
    pictures = Pictures(Path(config.storage.folder) / PICTURES)
    guilds, bans, blocked = Guilds(database), Bans(database, clock), Blocked(database)
    audit, people, rows = Audit(database, clock), People(database, clock), SessionRows(database, clock)
    await guilds.load()

    messenger = DiscordMessenger(connected, guilds.of, metrics)
    session_channel = DiscordSessionChannel(connected, messenger, pictures)
    job_messages = JobMessages(
        jobs,
        pictures,
        messenger,
        guilds.of,
        MessageTiming(config.progress.interval_s, config.discord.mention_after_s),
        clock,
    )
    queue = Queue(jobs, guilds.paused)

    async def posted(job: Job) -> None:
        if job.session_id is not None and job.message_id is not None:
            await session_channel.invite_votes(job, job.message_id)

    current_run = CurrentRun(engine, clock)
    estimator = WaitTimeEstimator(queue, history, current_run.running, clock)
    poster = PicturePoster(jobs, pictures, job_messages, posted, metrics)
    worker = Worker(
        jobs=jobs,
        queue=queue,
        pictures=pictures,
        engine=engine,
        current_run=current_run,
        estimator=estimator,
        poster=poster,
        job_messages=job_messages,
        concepts=[Concept(entry.name, entry.texts, entry.threshold) for entry in config.concept],
        timelapse=config.progress.timelapse,
        metrics=metrics,
    )
    job_control = JobControl(
        jobs=jobs,
        queue=queue,
        pictures=pictures,
        worker=worker,
        current_run=current_run,
        poster=poster,
        job_messages=job_messages,
        metrics=metrics,
    )
    services = Services(
        config=config,
        jobs=jobs,
        history=history,
        queue=queue,
        estimator=estimator,
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
        job_messages=job_messages,
        job_control=job_control,
        pictures=pictures,
        guilds=guilds,
        bans=bans,
        blocked=blocked,
        audit=audit,
        styles=Styles(database),
        people=people,
        sessions=Sessions(rows, history, session_channel, clock),
        moderation=Moderation(
            jobs=jobs,
            history=history,
            guilds=guilds,
            bans=bans,
            blocked=blocked,
            audit=audit,
            job_control=job_control,
            tell=messenger.post_to_log_channel,
            clock=clock,
        ),
        erasure=Erasure(people, history, pictures, job_control, messenger.remove),
        download=download,
    )
    return App(services, worker, poster, messenger, KeyValueStore(database), metrics, connected)
