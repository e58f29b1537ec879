"""The log: in two forms, with what it is about, in one record each, and without the token."""

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bot.operations import logs
from bot.operations.logs import Format

TOKEN = 'MTE.a-"quoted"\\tökén'
MEMBER = 2**60 + 1


@pytest.fixture
def written() -> io.StringIO:
    """Where the log goes."""
    return io.StringIO()


@pytest.fixture
def log(request: pytest.FixtureRequest, written: io.StringIO) -> Iterator[logging.Logger]:
    """A logger of its own, in the form that the test names."""
    logger = logging.getLogger(f"tests.{request.node.name}")
    logger.propagate = False
    handler = logs.handler(getattr(request, "param", Format.JSON), written)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield logger
    logger.removeHandler(handler)


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(logs._Redacting, "secrets", set())
    logs.redact(TOKEN)
    return TOKEN


def fail(error: Exception, cause: Exception | None = None) -> None:
    """Raises it."""
    raise error from cause


def objects(written: io.StringIO) -> list[dict[str, Any]]:
    """What was logged, a JSON object a line."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_record_carries_what_it_is_about(log: logging.Logger, written: io.StringIO) -> None:
    with logs.log_context(interaction=5, member=MEMBER):
        with logs.log_context(job=17):
            log.info("inside %s", "both")
        log.warning("inside one")
    log.info("outside")
    both, one, outside = objects(written)
    assert (both["message"], both["job"], both["interaction"], both["level"]) == ("inside both", 17, 5, "INFO")
    assert both["member"] == str(MEMBER)  # a reader that knows only doubles would round the number
    assert (one["interaction"], "job" in one) == (5, False)
    assert set(outside) == {"time", "level", "logger", "message"}


@pytest.mark.parametrize("log", [Format.CONSOLE], indirect=True)
def test_a_line_for_people_ends_with_what_it_is_about_before_any_traceback(
    log: logging.Logger, written: io.StringIO
) -> None:
    with logs.log_context(job=17, interaction=99):
        try:
            fail(ZeroDivisionError())
        except ZeroDivisionError:
            log.exception("broken")
    first, second, *_ = written.getvalue().splitlines()
    assert first.endswith(": broken job=17 interaction=99")
    assert second == "Traceback (most recent call last):"


async def test_a_task_inherits_what_its_starter_is_about_unless_it_is_given_a_context_of_its_own(
    log: logging.Logger, written: io.StringIO
) -> None:
    async def say() -> None:
        log.info("said")
        logs.bind(guild=3)
        log.info("said")

    with logs.log_context(interaction=5):
        await asyncio.create_task(say())
        await asyncio.create_task(say(), context=logs.fresh_context(job=17))
        log.info("said")
    told = [{key: entry[key] for key in entry.keys() & {"interaction", "job", "guild"}} for entry in objects(written)]
    assert told == [
        {"interaction": 5},
        {"interaction": 5, "guild": 3},
        {"job": 17},
        {"job": 17, "guild": 3},
        {"interaction": 5},
    ]


@pytest.mark.parametrize("log", list(Format), indirect=True)
def test_the_token_is_in_no_message_no_argument_and_no_traceback(
    log: logging.Logger, secret: str, written: io.StringIO
) -> None:
    log.info("here is %s, and Bot %s", secret, secret)
    log.info("as data: %r", {"authorization": secret.encode()})
    try:
        fail(ValueError(f"bad header: {secret}"), RuntimeError(secret))
    except ValueError:
        log.exception("the request failed")
    said = written.getvalue()
    assert secret not in said
    assert json.dumps(secret)[1:-1] not in said
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in said
    assert said.count(logs.REDACTED) >= 4
    assert "bad header" in said


def test_a_record_that_cannot_be_formatted_is_told_of_without_its_arguments(secret: str) -> None:
    program = "from bot.operations import logs\nimport logging\nlogs.configure()\nlogging.getLogger('bot').info('%d jobs', 'hunter2')\n"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stderr
    assert "hunter2" not in said
    assert "cannot format the record of <string>:4 (TypeError)" in said


def test_an_uncaught_exception_is_one_record_with_its_traceback_and_without_the_token() -> None:
    program = (
        "from bot.operations import logs\n"
        "import threading, warnings\n"
        "logs.configure(logs.Format.JSON, logs.Level.INFO)\n"
        "logs.redact('hunter2')\n"
        "def broken():\n"
        "    raise ValueError('hunter2 is wrong')\n"
        "thread = threading.Thread(target=broken)\n"
        "thread.start()\n"
        "thread.join()\n"
        "warnings.warn('deprecated hunter2')\n"
        "broken()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "hunter2" not in ended.stderr
    in_thread, warned, in_main = [json.loads(line) for line in ended.stderr.splitlines()]
    for record in (in_thread, in_main):
        assert record["level"] == "CRITICAL"
        assert record["message"] == "ValueError: [secret] is wrong"
        assert "in broken" in record["exc_info"]
    assert "deprecated [secret]" in warned["message"]


@pytest.mark.parametrize("level", ["debug", "info"])
def test_libraries_that_would_tell_what_people_wrote_are_heard_from_warnings_on(level: str) -> None:
    program = (
        "from bot.operations import logs\n"
        "import logging\n"
        f"logs.configure(logs.Format.CONSOLE, logs.Level({level!r}))\n"
        "logging.getLogger('discord.http').info('every request')\n"
        "logging.getLogger('aiosqlite').debug('every row')\n"
        "logging.getLogger('discord.gateway').warning('a warning')\n"
        "logging.getLogger('bot').info('ours')\n"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stderr
    assert "every" not in said
    assert "a warning" in said
    assert "ours" in said
