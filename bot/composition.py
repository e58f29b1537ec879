"""The composition root: builds every part of the bot around a database and an engine."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import discord

from bot.chat.attachments import Attachments
from bot.chat.client import Handlers, ImagineClient, ShardedClient
from bot.chat.commands.blocklist import BlocklistGroup
from bot.chat.commands.config import ConfigGroup
from bot.chat.commands.imagine import imagine_command
from bot.chat.commands.me import PrivacyGroup, help_command, me_command
from bot.chat.commands.menus import ContextMenus
from bot.chat.commands.mod import ModGroup
from bot.chat.commands.queue import cancel_command, history_command, queue_command, show_command, stats_command
from bot.chat.commands.session import SessionGroup
from bot.chat.commands.style import StyleGroup
from bot.chat.download import Download
from bot.chat.gallery import Gallery
from bot.chat.identify_budget import IdentifyBudget
from bot.chat.job_actions import JobActions
from bot.chat.messages.history_pages import HistoryPages
from bot.chat.messages.messenger import DiscordMessenger
from bot.chat.messages.queue_list import QueueList
from bot.chat.modals.handler import ModalHandler
from bot.chat.reactions import ReactionHandler
from bot.chat.session_channel import DiscordSessionChannel
from bot.chat.submission import JobSubmitter
from bot.chat.typed import TypedTexts
from bot.community.erasure import Erasure
from bot.community.moderation import Moderation
from bot.community.prompt_sessions import Sessions
from bot.config import Config
from bot.delivery.job_messages import JobMessages, MessageTiming
from bot.engine import Engine
from bot.jobs.admission import Admission
from bot.jobs.canvases import Canvases
from bot.jobs.current_run import CurrentRun, CurrentRuns
from bot.jobs.job import Concept, Job
from bot.jobs.job_control import JobControl
from bot.jobs.posting import PicturePoster
from bot.jobs.queue import Queue
from bot.jobs.queue_board import QueueBoard
from bot.jobs.wait_time import WaitTimeEstimator
from bot.jobs.worker import Worker
from bot.jobs.worker_pool import WorkerPool
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
    """The parts that `bot.app` runs.

    Attributes:
        client: Makes a client; its argument is called whenever the client is ready.
    """

    workers: WorkerPool
    poster: PicturePoster
    queue_board: QueueBoard
    job_messages: JobMessages
    sessions: Sessions
    jobs: Jobs
    history: History
    people: People
    pictures: Pictures
    client: Callable[[Callable[[], None]], ImagineClient]


async def build(
    config: Config,
    database: Database,
    engines: Mapping[str, Engine],
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
        engines: By the names of their devices, in the order in which idle ones take jobs.
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

    messenger = DiscordMessenger(connected, guilds.of, metrics, clock)
    canvases = Canvases(config.canvas)
    session_channel = DiscordSessionChannel(connected, messenger, pictures, canvases)
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

    current_runs = CurrentRuns([CurrentRun(engine, device, clock) for device, engine in engines.items()])
    metrics.set_servers(current_runs.servers)
    estimator = WaitTimeEstimator(queue, history, current_runs.servers, clock)
    queue_board = QueueBoard(estimator, job_messages.show_positions)
    poster = PicturePoster(jobs, pictures, job_messages, posted, metrics)
    workers = WorkerPool(
        lambda current_run, wake_all: Worker(
            jobs=jobs,
            queue=queue,
            pictures=pictures,
            engine=engines[current_run.device],
            current_run=current_run,
            others=lambda: current_runs.others_available(current_run),
            wake_all=wake_all,
            queue_board=queue_board,
            poster=poster,
            job_messages=job_messages,
            concepts=[Concept(entry.name, entry.texts, entry.threshold) for entry in config.concept],
            timelapse=config.progress.timelapse,
            metrics=metrics,
        ),
        jobs=jobs,
        current_runs=current_runs,
        queue_board=queue_board,
        job_messages=job_messages,
        metrics=metrics,
    )
    job_control = JobControl(
        jobs=jobs,
        queue=queue,
        pictures=pictures,
        workers=workers,
        queue_board=queue_board,
        current_runs=current_runs,
        poster=poster,
        job_messages=job_messages,
        metrics=metrics,
    )
    model, styles = config.engine.model, Styles(database)
    admission = Admission(
        jobs=jobs,
        guilds=guilds,
        bans=bans,
        blocked=blocked,
        sessions=rows,
        limits=config.limits,
        imagine=config.imagine,
        canvases=canvases,
        host_patterns=config.moderation.patterns(),
        clock=clock,
    )
    sessions = Sessions(rows, history, session_channel, clock)
    moderation = Moderation(
        jobs=jobs,
        history=history,
        guilds=guilds,
        bans=bans,
        blocked=blocked,
        audit=audit,
        job_control=job_control,
        post_entry=messenger.post_to_log_channel,
        clock=clock,
    )
    submitter = JobSubmitter(
        admission=admission,
        guilds=guilds,
        sessions=rows,
        screening=config.moderation,
        job_messages=job_messages,
        job_control=job_control,
    )
    job_actions = JobActions(
        jobs=jobs,
        guilds=guilds,
        pictures=pictures,
        job_control=job_control,
        moderation=moderation,
        submitter=submitter,
        messenger=messenger,
        canvases=canvases,
        model=model,
    )
    attachments, typed_texts = Attachments(download, pictures), TypedTexts()
    queue_list, history_pages = QueueList(queue_board, current_runs, history, guilds), HistoryPages(history, pictures)
    menus = ContextMenus(
        jobs=jobs,
        guilds=guilds,
        attachments=attachments,
        submitter=submitter,
        job_actions=job_actions,
        canvases=canvases,
        model=model,
    )
    handlers = Handlers(
        commands=[
            imagine_command(submitter, typed_texts, attachments, styles, guilds, canvases, config.imagine, model),
            queue_command(queue_list),
            cancel_command(history, job_actions),
            history_command(history_pages),
            show_command(history, job_actions),
            stats_command(history, model),
            me_command(admission, bans, guilds, jobs),
            help_command(model),
            PrivacyGroup(people, Erasure(people, history, pictures, job_control, messenger.remove)),
            StyleGroup(styles, admission),
            SessionGroup(sessions, admission, guilds),
            ModGroup(
                moderation=moderation,
                audit=audit,
                history=history,
                jobs=jobs,
                queue_list=queue_list,
                blocklist=BlocklistGroup(moderation, blocked, config.moderation.patterns()),
            ),
            ConfigGroup(config, guilds, canvases, moderation),
            *menus.commands(),
        ],
        buttons=job_actions,
        history_pages=history_pages,
        typed_texts=typed_texts,
        modals=ModalHandler(
            audit=audit,
            guilds=guilds,
            pictures=pictures,
            styles=styles,
            job_actions=job_actions,
            submitter=submitter,
            typed_texts=typed_texts,
            messenger=messenger,
            canvases=canvases,
            model=model,
            host=config.imagine,
        ),
        reactions=ReactionHandler(
            jobs, submitter, job_actions, Gallery(connected, messenger, guilds, jobs, pictures), messenger
        ),
    )
    key_values, identify_budget = KeyValueStore(database), IdentifyBudget()

    def client(online: Callable[[], None]) -> ImagineClient:
        if config.discord.shards == 1:
            return ImagineClient(handlers, key_values, metrics, identify_budget, online)
        shards = config.discord.shards or None
        return ShardedClient(handlers, key_values, metrics, identify_budget, online, shard_count=shards)

    return App(workers, poster, queue_board, job_messages, sessions, jobs, history, people, pictures, client)
