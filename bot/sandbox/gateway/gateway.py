"""The gateway: keeps the sessions, and sends each the events that its intents include."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.gateway.connection import Connection
from bot.sandbox.gateway.dispatch import dispatch
from bot.sandbox.gateway.frame import Frame
from bot.sandbox.gateway.intents import NO_INTENT, PRIVILEGED, Intent, is_valid
from bot.sandbox.gateway.opcodes import Close, Op, Refused
from bot.sandbox.gateway.session import LIFETIME_S, GatewaySession
from bot.sandbox.models.payload import snowflake
from bot.sandbox.serializers import guild_objects, objects
from bot.sandbox.services import member_service, thread_lifecycle
from bot.sandbox.state.events import BotPresence
from bot.sandbox.state.identify_limit import IdentifyResult

if TYPE_CHECKING:
    from bot.sandbox.models.payload import Payload
    from bot.sandbox.state.events import Event
    from bot.sandbox.state.sandbox_state import SandboxState

VERSION = "10"
MEMBERS_PER_CHUNK = 1000


class Gateway:
    """All sessions of the bot.

    `approved` are the privileged intents that the bot may ask for. `heartbeat_s` is the interval that HELLO asks for.
    """

    def __init__(self, state: SandboxState, approved: Intent = NO_INTENT, heartbeat_s: float = 41.25) -> None:
        self.state = state
        self.heartbeat_s = heartbeat_s
        self._approved = approved
        self.sessions: dict[str, GatewaySession] = {}
        self._connections: set[Connection] = set()
        state.events.subscribe(self._on_event)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a websocket request to /gateway."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20, autoping=True)
        await socket.prepare(request)
        version, encoding = request.query.get("v", VERSION), request.query.get("encoding", "json")
        if version != VERSION or encoding != "json":
            await socket.close(code=Close.INVALID_VERSION, message=b"Invalid API version or encoding.")
            return socket
        connection = Connection(self, socket, request.headers["Host"], request.query.get("compress"), request.transport)
        self._connections.add(connection)
        await connection.run()
        return socket

    def receive(self, connection: Connection, op: Op, data: object) -> None:
        """Handle a payload other than a heartbeat.

        Raises:
            Refused: The payload is invalid; the connection has to be closed.
        """
        if op is Op.IDENTIFY:
            self._identify(connection, _object(data))
        elif op is Op.RESUME:
            self._resume(connection, _object(data))
        elif connection.session is None:
            raise Refused(Close.NOT_AUTHENTICATED, "Not authenticated.")
        elif op is Op.REQUEST_MEMBERS:
            self._request_members(connection.session, _object(data))
        elif op is Op.PRESENCE:
            self._set_presence(_object(data))
        elif op is not Op.VOICE_STATE:
            raise Refused(Close.UNKNOWN_OPCODE, "Unknown opcode.")

    def lost(self, connection: Connection) -> None:
        """Record that a connection has ended; its session can be resumed for 3 minutes unless the client closed it."""
        self._connections.discard(connection)
        session = connection.session
        if session is None or session.outbox is not connection.outbox:
            return
        session.outbox = None
        session.lost_at = self.state.clock.time()
        if connection.closed_by_client:
            self.sessions.pop(session.id, None)
        self._publish_presence()

    async def drop(self, code: int = 4000) -> None:
        """Close every connection, as Discord does from time to time. The sessions can be resumed."""
        for connection in list(self._connections):
            await connection.close(code)

    def cut(self) -> None:
        """Reset every connection, as a network that fails does. The sessions can be resumed."""
        for connection in list(self._connections):
            connection.cut()

    def send(self, op: Op, data: object = None) -> None:
        """Send a payload that is not an event to every connection, such as RECONNECT or INVALID_SESSION."""
        for connection in list(self._connections):
            connection.send(op, data)

    def send_text(self, text: str) -> None:
        """Send any text to every connection, as it is."""
        for connection in list(self._connections):
            connection.outbox.put_nowait(Frame("RAW", text))

    def dispatch(self, name: str, data: Payload) -> None:
        """Send an event to every session."""
        for session in list(self.sessions.values()):
            self._send(session, name, data)

    def forget_sessions(self) -> None:
        """Make every session impossible to resume. Connections stay."""
        for session in self.sessions.values():
            session.forgotten = True

    def revoke_token(self) -> None:
        """Replace the bot's token, end every session, and close every other connection with 4004."""
        self.state.bot_token = secrets.token_urlsafe(48)
        self.forget_sessions()
        for connection in list(self._connections):
            connection.close_soon(Close.AUTHENTICATION_FAILED, "Authentication failed.")

    def _send(self, session: GatewaySession, name: str, data: Payload) -> None:
        for observe in self.state.observers.events:
            observe(name, data)
        session.dispatch(name, data)

    def _identify(self, connection: Connection, data: Payload) -> None:
        if connection.session is not None:
            raise Refused(Close.ALREADY_AUTHENTICATED, "Already authenticated.")
        self._authenticate(data)
        bits = data.get("intents")
        if isinstance(bits, bool) or not isinstance(bits, int) or not is_valid(bits):
            raise Refused(Close.INVALID_INTENTS, "Invalid intent(s).")
        intents = Intent(bits)
        if intents & PRIVILEGED & ~self._approved:
            raise Refused(Close.DISALLOWED_INTENTS, "Disallowed intent(s).")
        shard = _shard(data.get("shard", [0, 1]))
        allowed = self.state.identifies.take(shard[0])
        if allowed is IdentifyResult.EXHAUSTED:
            self.revoke_token()
            raise Refused(Close.AUTHENTICATION_FAILED, "Authentication failed.")
        if allowed is IdentifyResult.TOO_SOON:
            connection.send(Op.INVALID_SESSION, data=False)
            return
        session = GatewaySession(secrets.token_hex(16), intents, outbox=connection.outbox, shard=shard)
        connection.session = self.sessions[session.id] = session
        self._send(session, "READY", self._ready(session, connection))
        self.state.guild_data.presences[self.state.guild_data.bot.id] = "online"
        if data.get("presence"):
            self._set_presence(_object(data["presence"]))
        if intents & Intent.GUILDS and self._has_guild(session):
            for thread in list(self.state.guild_data.threads.values()):
                thread_lifecycle.auto_archive(self.state, thread)
            presences = bool(intents & Intent.GUILD_PRESENCES)
            self._send(session, "GUILD_CREATE", guild_objects.guild_create(self.state, with_presences=presences))
        self._publish_presence()

    def _set_presence(self, data: Payload) -> None:
        """Change the bot's status, or close the connection with 4002 for one that does not exist."""
        status = data.get("status", "online")
        if status not in ("online", "idle", "dnd", "invisible", "offline"):
            raise Refused(Close.DECODE_ERROR, "Error while decoding payload.")
        shown = "offline" if status == "invisible" else status
        member_service.set_presence(self.state, self.state.guild_data.bot.id, shown)

    def _authenticate(self, data: Payload) -> None:
        token = str(data.get("token", "")).removeprefix("Bot ")
        if not secrets.compare_digest(token.encode(), self.state.bot_token.encode()):
            raise Refused(Close.AUTHENTICATION_FAILED, "Authentication failed.")

    def _has_guild(self, session: GatewaySession) -> bool:
        return session.has_guild(self.state.guild_data.guild.id)

    def _ready(self, session: GatewaySession, connection: Connection) -> Payload:
        guilds = [self.state.guild_data.guild] if self._has_guild(session) else []
        return {
            "v": int(VERSION),
            "user": objects.user(self.state.guild_data.bot) | {"mfa_enabled": True, "verified": True, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": f"ws://{connection.host}/gateway",
            "shard": list(session.shard),
            "application": {key: objects.application(self.state)[key] for key in ("id", "flags", "flags_new")},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "_trace": ["sandbox"],
        }

    def _resume(self, connection: Connection, data: Payload) -> None:
        if connection.session is not None:
            raise Refused(Close.ALREADY_AUTHENTICATED, "Already authenticated.")
        self._authenticate(data)
        session = self.sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        if session is None or session.forgotten or not isinstance(sequence, int) or self._expired(session):
            connection.send(Op.INVALID_SESSION, data=False)
            return
        if sequence > session.sequence:
            raise Refused(Close.INVALID_SEQUENCE, "Invalid seq.")
        if not session.can_replay(sequence):
            connection.send(Op.INVALID_SESSION, data=False)
            return
        session.outbox, session.lost_at = connection.outbox, None
        connection.session = session
        session.replay(sequence)
        self._send(session, "RESUMED", {"_trace": ["sandbox"]})
        self._publish_presence()

    def _expired(self, session: GatewaySession) -> bool:
        return session.lost_at is not None and self.state.clock.time() - session.lost_at > LIFETIME_S

    def _request_members(self, session: GatewaySession, data: Payload) -> None:
        query, limit = data.get("query"), data.get("limit", 0)
        if query == "" and limit == 0 and not session.intents & Intent.GUILD_MEMBERS:
            raise Refused(Close.DISALLOWED_INTENTS, "Disallowed intent(s).")
        members = list(self.state.guild_data.members.values())
        chunk: Payload = {"guild_id": str(self.state.guild_data.guild.id), "chunk_index": 0, "chunk_count": 1}
        if query is None:
            asked = data.get("user_ids") or []
            ids = [snowflake(entry) for entry in (asked if isinstance(asked, list) else [asked])]
            members = [member for member in members if member.user.id in ids]
            chunk["not_found"] = [str(i) for i in ids if i not in self.state.guild_data.members]
        else:
            start = str(query).lower()
            members = [member for member in members if member.user.username.startswith(start)][: limit or None]
        chunk["members"] = [objects.member(member) for member in members[:MEMBERS_PER_CHUNK]]
        if data.get("nonce") is not None:
            chunk["nonce"] = data["nonce"]
        self._send(session, "GUILD_MEMBERS_CHUNK", chunk)

    def _on_event(self, event: Event) -> None:
        gateway_event = dispatch(self.state, event)
        if gateway_event is None:
            return
        for session in list(self.sessions.values()):
            if self._expired(session):
                del self.sessions[session.id]
            elif not self._has_guild(session):  # every event is one of the guild
                continue
            elif gateway_event.intent is NO_INTENT or session.intents & gateway_event.intent:
                self._send(session, gateway_event.name, gateway_event.data)

    def _publish_presence(self) -> None:
        online = any(session.outbox is not None for session in self.sessions.values())
        if online != self.state.bot_online:
            self.state.bot_online = online
            if not online:
                self.state.guild_data.presences.pop(self.state.guild_data.bot.id, None)
            self.state.events.publish(BotPresence(online))


def _shard(data: object) -> tuple[int, int]:
    match data:
        case [int(number), int(count)] if 0 <= number < count:
            return number, count
    raise Refused(Close.INVALID_SHARD, "Invalid shard.")


def _object(data: object) -> Payload:
    if not isinstance(data, dict):
        raise Refused(Close.DECODE_ERROR, "Error while decoding payload.")
    return data
