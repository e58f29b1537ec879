"""The bot as a process on a disk that is full for a while. The engine is scripted and needs no torch."""

import errno
import signal
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.e2e.service import HANG_S, Service
from tests.e2e.steps import finished, imagine, showing
from tests.harness.channel import until
from tests.harness.scripted_process import STEP_VARIABLE
from tests.namespaces import as_seen_by, can_mount, with_disk
from tests.sandbox.person import Person


def fill(path: Path) -> None:
    """Writes a file until the disk is full."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC


@pytest.mark.torture
@can_mount
async def test_a_full_disk_stops_nothing_and_loses_no_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STEP_VARIABLE, "0.2")
    data = tmp_path / "data"
    data.mkdir()
    async with Sandbox(acknowledge_s=HANG_S) as sandbox, Person(sandbox.page_url, "Ada") as ada:
        service = Service(sandbox, tmp_path, program="tests.harness.scripted_bot", wrapper=with_disk(data, "size=24m"))
        async with service:
            running = await imagine(ada, "running")
            await showing(ada, running, "█")
            filler = as_seen_by(service.pid, data / "filler")
            fill(filler)
            await until(lambda: "jobs wait: the disk is full" in service.log())
            # SQLite has some room in its files, so what members ask now is accepted or refused with a reason.
            asked = await ada.answer_to(await ada.invoke("imagine", {"prompt": "meanwhile"}))
            refused = bool(asked["flags"] & 64)
            assert not refused or "disk is full" in asked["content"]
            filler.unlink()
            for job in (running,) if refused else (running, asked):
                await finished(ada, job)
            await finished(ada, await imagine(ada, "after"))
            assert "Traceback" not in service.log()
            assert await service.stop(signal.SIGTERM) == 0
