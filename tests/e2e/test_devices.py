"""The bot as a process with two devices, whose engines and which itself are killed. The engine is scripted."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, SMALL, Service
from tests.e2e.steps import finished, imagine, showing
from tests.harness.scripted_process import STEP_VARIABLE
from tests.sandbox.person import Person

JOBS = 6
PLENTY = SMALL.replace("waiting_per_member = 2", f"waiting_per_member = {JOBS}")


@pytest.mark.torture
async def test_no_job_is_lost_or_made_twice_when_engines_and_bot_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STEP_VARIABLE, "0.3")
    async with Sandbox(acknowledge_s=HANG_S) as sandbox, Person(sandbox.page_url, "Ada") as ada:
        service = Service(sandbox, tmp_path, PLENTY, "tests.harness.scripted_bot", devices=["cpu", "cpu"])
        async with service:
            messages = [await imagine(ada, f"picture {number}") for number in range(JOBS)]
            await showing(ada, messages[0], "█")
            first, second = service.children()
            os.kill(first, signal.SIGKILL)
            async with asyncio.timeout(HANG_S):
                while first in service.children() or len(service.children()) < 2:
                    await asyncio.sleep(0.05)
            assert second in service.children(), "the other device goes on"
            await finished(ada, messages[0])
            await service.stop(signal.SIGKILL)
            await service.start()
            for message in messages:
                await finished(ada, message)
            made = [message for message in await ada.messages() if message["attachments"]]
            assert sorted(message["id"] for message in made) == sorted(message["id"] for message in messages)
            assert await service.stop() == 0
