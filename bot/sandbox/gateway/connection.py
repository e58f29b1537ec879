"""One websocket connection of the gateway, from HELLO to its close."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Protocol

from aiohttp import WSMsgType, web

from bot.sandbox.gateway.compression import Compressor, zlib_stream, zstd_stream
from bot.sandbox.gateway.frame import Frame
from bot.sandbox.gateway.opcodes import Close, Op, Refused
from bot.sandbox.state.faults import GATEWAY, Fault, FaultKind

if TYPE_CHECKING:
    from bot.sandbox.gateway.session import GatewaySession
    from bot.sandbox.state.sandbox_state import SandboxState

MAX_PAYLOAD = 4096
RATE, RATE_WINDOW_S = 120, 60.0
ACK_DELAY_S = 0.05


class ConnectionHandler(Protocol):
    """What a connection needs from the gateway, which imports this module."""

    state: SandboxState
    heartbeat_s: float

    def receive(self, connection: Connection, op: Op, data: object) -> None:
        """Handle a payload other than a heartbeat."""
        ...

    def lost(self, connection: Connection) -> None:
        """Record that a connection has ended."""
        ...


class Connection:
    """Reads a client's payloads and writes a session's events."""

    def __init__(
        self,
        gateway: ConnectionHandler,
        socket: web.WebSocketResponse,
        host: str,
        compress: str | None,
        transport: asyncio.Transport | None,
    ) -> None:
        self.gateway = gateway
        self.host = host
        self.socket = socket
        self.outbox: asyncio.Queue[Frame] = asyncio.Queue()
        self._transport = transport
        self.session: GatewaySession | None = None
        self._compressor: Compressor | None = None
        if compress == "zlib-stream":
            self._compressor = zlib_stream()
        elif compress == "zstd-stream":
            self._compressor = zstd_stream()
        self._closed_here = False
        self._closing: asyncio.Task[None] | None = None
        self._last_beat = gateway.state.clock.time()
        self._sent_at: list[float] = []

    def send(self, op: Op, data: object = None) -> None:
        """Queue a payload that is not an event."""
        self.outbox.put_nowait(Frame(op.name, json.dumps({"op": op, "d": data, "s": None, "t": None})))

    @property
    def closed_by_client(self) -> bool:
        """Whether the client closed the connection with a code that ends its session."""
        return not self._closed_here and self.socket.close_code in (1000, 1001)

    async def close(self, code: int, reason: str = "") -> None:
        """Close the connection from this side."""
        self._closed_here = True
        await self.socket.close(code=code, message=reason.encode())

    def close_soon(self, code: int, reason: str) -> None:
        """Close the connection from this side, without waiting for it."""
        self._closing = asyncio.get_running_loop().create_task(self.close(code, reason))

    def cut(self) -> None:
        """Reset the connection without a closing frame, as a network that fails does."""
        self._closed_here = True
        if self._transport is not None:
            self._transport.abort()

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        self.send(Op.HELLO, {"heartbeat_interval": int(self.gateway.heartbeat_s * 1000), "_trace": ["sandbox"]})
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._watch())]
        try:
            await self._read()
        except Refused as refused:
            await self._flush()
            await self.close(refused.code, refused.reason)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.gateway.lost(self)

    async def _read(self) -> None:
        async for frame in self.socket:
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
            if len(frame.data) > MAX_PAYLOAD:
                raise Refused(Close.DECODE_ERROR, "Error while decoding payload.")
            self._count()
            try:
                payload = json.loads(frame.data)
                op = Op(payload["op"])
            except (ValueError, KeyError, TypeError) as error:
                unknown = isinstance(error, ValueError) and not isinstance(error, json.JSONDecodeError)
                code = Close.UNKNOWN_OPCODE if unknown else Close.DECODE_ERROR
                raise Refused(code, "Error while decoding payload.") from error
            if op is Op.HEARTBEAT:
                self._last_beat = self.gateway.state.clock.time()
                # discord.py records the time of a heartbeat after sending it. An immediate answer, which no real
                # network gives, would count for the previous heartbeat, and discord.py would warn of 41 s of latency.
                asyncio.get_running_loop().call_later(ACK_DELAY_S, self.send, Op.HEARTBEAT_ACK)
            else:
                self.gateway.receive(self, op, payload.get("d"))
            for observe in self.gateway.state.observers.payloads:
                observe(op, payload.get("d"))

    def _count(self) -> None:
        """Close the connection with 4008 if the client sends more than 120 payloads in 60 seconds."""
        now = self.gateway.state.clock.time()
        self._sent_at = [moment for moment in self._sent_at if now - moment < RATE_WINDOW_S] + [now]
        if len(self._sent_at) > RATE:
            raise Refused(Close.RATE_LIMITED, "You are being rate limited.")

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._put(await self.outbox.get())

    async def _flush(self) -> None:
        with contextlib.suppress(ConnectionError):
            while not self.outbox.empty():
                await self._put(self.outbox.get_nowait())

    async def _put(self, frame: Frame) -> None:
        state = self.gateway.state
        fault = await state.faults.take(GATEWAY, frame.name, {})
        if fault is None:
            await self._transmit(frame.text)
            return
        # everything behind it waits too, so that the order stays
        if fault.seconds:
            await state.clock.sleep(fault.seconds)
        if fault.kind is FaultKind.HOLD:
            await fault.removed.wait()
        await self._spoil(frame, fault)

    async def _spoil(self, frame: Frame, fault: Fault) -> None:
        if fault.kind is FaultKind.CUT:
            self.cut()
        elif fault.kind is FaultKind.HALF:
            self._transmit_half(frame.text)
        elif fault.kind is FaultKind.GARBAGE:
            await self._transmit(frame.text[: len(frame.text) // 2])
        elif fault.kind is FaultKind.CLOSE:
            await self.close(fault.close_code)
        elif fault.kind is not FaultKind.DROP:
            await self._transmit(frame.text)

    async def _transmit(self, text: str) -> None:
        if self._compressor is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self._compressor(text))

    def _transmit_half(self, text: str) -> None:
        """Send the header of a websocket frame and half of its content, then reset the connection."""
        data = text.encode() if self._compressor is None else self._compressor(text)
        # a final text or binary frame with a length of 64 bits, RFC 6455
        header = bytes([0x81 if self._compressor is None else 0x82, 127]) + len(data).to_bytes(8, "big")
        if self._transport is not None:
            self._transport.write(header + data[: len(data) // 2])
            # the write goes out at once when the socket has room; aborting now would discard the rest only
            self.cut()

    async def _watch(self) -> None:
        """Close the connection when the client stops sending heartbeats."""
        clock, allowed = self.gateway.state.clock, self.gateway.heartbeat_s * 1.5
        while True:
            await clock.sleep(self.gateway.heartbeat_s)
            if clock.time() - self._last_beat > allowed:
                await self.close(Close.SESSION_TIMED_OUT, "Session timed out.")
                return
