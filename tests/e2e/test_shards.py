"""The bot as a process with two connections to the gateway, and a stop in the middle of a run."""

import asyncio
import re
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, Service
from tests.e2e.steps import LONG, card_text, finished, imagine, png_of, showing, step_of
from tests.harness.scripted_process import STEP_VARIABLE
from tests.sandbox.person import Person


async def test_with_two_shards_the_bot_answers_in_the_servers_of_each_and_a_run_continues_after_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STEP_VARIABLE, "0.1")
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

            asked = await imagine(ada, "a phoenix", steps=LONG)
            await showing(ada, asked, "█")
            log_start = len(service.log())
            assert await service.stop() == 0
            (steps,) = re.findall(r"suspended after (\d+)", service.log()[log_start:])
            assert "Traceback" not in service.log()[log_start:]
            await service.start()
            running = await ada.wait_for(lambda now: now["id"] == asked["id"] and step_of(now) > int(steps), HANG_S)
            await ada.press(running, "Finish now")
            _, request = await png_of(ada, await finished(ada, asked))
            assert int(steps) < len(request.span()) < LONG
            cards = [message["id"] for message in await ada.messages() if "a phoenix" in card_text(message)]
            assert cards == [asked["id"]]
