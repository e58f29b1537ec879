"""A child process of the engine and the pipe to it. A child that exceeds the time limit of an exchange is killed."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Sequence
from typing import Final, Self

from bot.engine import EngineCrashedError, ProcessEndedError, RunFailedError, protocol
from bot.engine.messages import BotMessage, ProcessMessage

log = logging.getLogger(__name__)

ANSWER_S: Final = 10.0
"""Seconds in which an idle child answers, and reads a short message."""
READ_RATE: Final = 10 * 2**20
"""Bytes per second that a child reads at least; a long message has so much more time."""
KILL_S: Final = 3.0
"""Seconds to wait for a killed child. One that waits for a disk or for a GPU's driver may take longer."""


class EngineChild:
    """A running child. Use `start` to create it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._killed = False

    @classmethod
    async def start(cls, command: Sequence[str]) -> Self:
        """Starts a child in a process group of its own, so that Ctrl-C in a terminal reaches the bot only.

        Raises:
            EngineCrashedError: The system does not start a process, for example for lack of memory.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, process_group=0
            )
        except OSError as error:
            raise EngineCrashedError(f"process cannot be started ({error.strerror})") from error
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process has ended or was killed."""
        return self._killed or self._process.returncode is not None

    async def send(self, message: BotMessage) -> None:
        """Sends a message; returns when the child has read most of it.

        Raises:
            EngineCrashedError: The child ended, or does not read. It is killed.
            RunFailedError: The message is too long.
        """
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it is a pipe
        try:
            data = protocol.encode(message)
        except protocol.ProtocolError as error:
            raise RunFailedError("the images of this request are too large to be rendered together") from error
        limit_s = ANSWER_S + len(data) / READ_RATE
        try:
            stdin.write(data)
            async with asyncio.timeout(limit_s):
                await stdin.drain()
        except TimeoutError as error:
            raise await self.crashed(f"a message was not read for {limit_s:.0f} s") from error
        except ConnectionError as error:
            raise await self.crashed("process closed its pipe") from error

    async def receive(self, limit_s: float) -> ProcessMessage:
        """The child's next message.

        Raises:
            EngineCrashedError: The child ended, or sent no valid message in that time. It is killed.
        """
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - it is a pipe
        try:
            async with asyncio.timeout(limit_s):
                text, size = protocol.lengths(await stdout.readexactly(protocol.HEADER.size))
                body = await stdout.readexactly(text + size)
            return protocol.decode_process_message(body, text)
        except TimeoutError as error:
            raise await self.crashed(f"no message for {limit_s:g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self.crashed("process ended") from error
        except protocol.ProtocolError as error:
            raise await self.crashed(str(error)) from error

    async def crashed(self, why: str) -> ProcessEndedError:
        """Kills the child; returns the error to raise."""
        await self.kill()
        log.warning("engine: %s; it will be restarted", why)
        return ProcessEndedError(why)

    async def kill(self) -> None:
        """Kills the child with its process group, and waits at most KILL_S for its end."""
        if not self.ended:
            self._killed = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        try:
            async with asyncio.timeout(KILL_S):
                await self._process.wait()
        except TimeoutError:
            log.error("engine: process %d does not end, although it was killed", self.pid)  # noqa: TRY400
