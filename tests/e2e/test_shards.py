"""The bot as a process with two connections to the gateway."""

import asyncio
import signal
from pathlib import Path

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, Service
from tests.e2e.steps import finished, imagine
from tests.sandbox.person import Person


async def test_with_two_shards_the_bot_answers_in_the_servers_of_each(tmp_path: Path) -> None:
    async with Sandbox(acknowledge_s=HANG_S) as sandbox, Person(sandbox.page_url, "Ada") as ada:
        service = Service(sandbox, tmp_path, program="tests.harness.scripted_bot", shards=2)
        async with service:
            sessions = {session.shard: session for session in sandbox.gateway.sessions.values()}
            assert set(sessions) == {(0, 2), (1, 2)}
            message = await imagine(ada, "a cat")
            await finished(ada, message)
            (away,) = [each for each in sessions.values() if not each.has_guild(sandbox.state.guild_data.guild.id)]
            assert away.sequence == 1, "it has READY, and no event of a server of the other shard"
            await sandbox.gateway.drop()  # Discord closes the connections; both are resumed
            async with asyncio.timeout(HANG_S):
                while not all(session.outbox for session in sandbox.gateway.sessions.values()):
                    await asyncio.sleep(0.05)
            await finished(ada, await imagine(ada, "a dog"))
            assert await service.stop(signal.SIGTERM) == 0
