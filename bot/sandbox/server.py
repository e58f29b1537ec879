"""The sandbox as a whole: one HTTP server on loopback with Discord's REST API, its gateway, its CDN and the page."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Self

from aiohttp import web

from bot.sandbox.cdn.media import add_cdn
from bot.sandbox.clock import WallClock
from bot.sandbox.control.serve import control_app
from bot.sandbox.gateway.gateway import Gateway
from bot.sandbox.gateway.intents import NO_INTENT, Intent
from bot.sandbox.models.seed import default_guild
from bot.sandbox.models.snowflake import Snowflakes
from bot.sandbox.origin_check import check_origin
from bot.sandbox.page.serve import add_page
from bot.sandbox.rest import (
    audit,
    bans,
    channels,
    commands,
    crosspost,
    emojis,
    empty_lists,
    guild_channels,
    guild_roles,
    identity,
    interactions,
    members,
    moderation,
    polls,
    reactions,
    refused,
    threads,
    webhooks,
)
from bot.sandbox.rest.endpoint import add_endpoints
from bot.sandbox.rest.fault_injection import count_requests, inject_faults
from bot.sandbox.rest.request_body import MAX_REQUEST
from bot.sandbox.services import poll_service
from bot.sandbox.state.archive import Archive
from bot.sandbox.state.cdn_urls import CdnUrls
from bot.sandbox.state.events import MessageCreated
from bot.sandbox.state.interaction_registry import ACKNOWLEDGE_S
from bot.sandbox.state.ratelimit import RateLimits
from bot.sandbox.state.sandbox_state import SandboxState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.sandbox.clock import Clock
    from bot.sandbox.models.guild import GuildData
    from bot.sandbox.state.events import Event
    from bot.sandbox.state.ratelimit import RateLimit

ENDPOINTS = [
    *guild_roles.ENDPOINTS,
    *members.ENDPOINTS,
    *bans.ENDPOINTS,
    *emojis.ENDPOINTS,
    *empty_lists.ENDPOINTS,
    *polls.ENDPOINTS,
    *crosspost.ENDPOINTS,
    *identity.ENDPOINTS,
    *commands.ENDPOINTS,
    # before those of messages, whose paths fit too
    *moderation.ENDPOINTS,
    *guild_channels.ENDPOINTS,
    *audit.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *channels.ENDPOINTS,
    *reactions.ENDPOINTS,
    *interactions.ENDPOINTS,
    *threads.ENDPOINTS,
]
HOST = "127.0.0.1"


class Sandbox:
    """A loopback Discord on 127.0.0.1.

    Args:
        port: 0 picks a free one.
        guild_data: What exists at the start; `default_guild` by default.
        clock: The time of the machine by default.
        data: A directory in which messages, files and commands are stored; they are lost at the end without one.
        token: The bot's token; a random one by default.
        limits: Rate limits that replace those of `ratelimit.DEFAULT_LIMITS`, by bucket.
        intents: The privileged intents that the bot's application has; a new application has none.
        heartbeat_s: Seconds between heartbeats that the gateway asks for.
        acknowledge_s: Seconds within which the bot has to answer an interaction; Discord allows 3.
        control_port: The port of the control API, 0 for a free one; there is none by default.
        control_secret: The secret of the control API; a random one by default.
    """

    def __init__(
        self,
        port: int = 0,
        guild_data: GuildData | None = None,
        *,
        clock: Clock | None = None,
        data: Path | None = None,
        token: str | None = None,
        limits: Mapping[str, RateLimit] | None = None,
        intents: Intent = NO_INTENT,
        heartbeat_s: float = 41.25,
        acknowledge_s: float = ACKNOWLEDGE_S,
        control_port: int | None = None,
        control_secret: str | None = None,
    ) -> None:
        clock = WallClock() if clock is None else clock
        self._port = port
        archive = Archive(data)
        self.page_token = secrets.token_urlsafe(24)
        self.state = SandboxState(
            guild_data=default_guild(archive.created_at(clock.time())) if guild_data is None else guild_data,
            clock=clock,
            snowflakes=Snowflakes(clock),
            archive=archive,
            cdn=CdnUrls(clock),
            limits=RateLimits(clock, limits or {}),
            acknowledge_s=acknowledge_s,
            bot_token=secrets.token_urlsafe(48) if token is None else token,
            message_content=bool(intents & Intent.MESSAGE_CONTENT),
            member_list=bool(intents & Intent.GUILD_MEMBERS),
            presences=bool(intents & Intent.GUILD_PRESENCES),
        )
        self.state.snowflakes.after(self.state.archive.restore(self.state.guild_data))
        self.state.events.subscribe(self._on_event)
        self.gateway = Gateway(self.state, intents, heartbeat_s)
        # `request_body` enforces Discord's limits; aiohttp's own limit is set so high that it does not matter
        self._app = web.Application(
            middlewares=[check_origin(), count_requests(self.state), inject_faults(self.state)],
            client_max_size=2 * MAX_REQUEST,
        )
        add_endpoints(self._app, self.state, [*ENDPOINTS, *refused.ENDPOINTS])
        self._app.router.add_get("/gateway", self.gateway.serve)
        add_cdn(self._app, self.state)
        self._page = add_page(self._app, self.state, self.page_token)
        self.control_secret = secrets.token_urlsafe(24) if control_secret is None else control_secret
        self._control_port = control_port
        self._control = control_app(self.state, self.gateway, self.control_secret)
        self._runners: list[web.AppRunner] = []

    @property
    def bot_token(self) -> str:
        """The token with which the bot logs in."""
        return self.state.bot_token

    @property
    def guild_data(self) -> GuildData:
        """The guild and everything in it. Tests may change it before `start`."""
        return self.state.guild_data

    @property
    def page_url(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self._port}/"

    @property
    def api_url(self) -> str:
        """The address that replaces `https://discord.com/api/v10`."""
        return f"http://{HOST}:{self._port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The address that replaces `wss://gateway.discord.gg/`."""
        return f"ws://{HOST}:{self._port}/gateway"

    @property
    def control_url(self) -> str:
        """The address of the control API; it needs the header `Authorization: Bearer` with `control_secret`."""
        return f"http://{HOST}:{self._control_port}"

    @property
    def cdn_url(self) -> str:
        """The address that replaces `https://cdn.discordapp.com`."""
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Start to listen.

        Raises:
            OSError: The port is in use.
        """
        try:
            self._port = await self._listen(self._app, self._port)
            if self._control_port is not None:
                self._control_port = await self._listen(self._control, self._control_port)
        except OSError:
            await self._close()
            raise
        self.state.cdn.base = self.cdn_url
        for posted in self.state.guild_data.messages.values():
            for message in posted.values():
                poll_service.watch(self.state, message)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, MessageCreated):
            poll_service.watch(self.state, event.message)

    async def _listen(self, app: web.Application, port: int) -> int:
        """Serve an application on a port, and return the port."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        actual: int = runner.addresses[0][1]
        return actual

    async def _close(self) -> None:
        while self._runners:
            await self._runners.pop().cleanup()

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        self.state.faults.stop()
        await self.state.timers.close()
        await self.gateway.drop(1001)
        await self._page.close()
        await self._close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
