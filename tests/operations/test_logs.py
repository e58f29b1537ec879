"""Logs in two formats: ids in every record, one record per event, no token."""

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pytest

from bot.operations import logs
from bot.operations.logs import Format

TOKEN = 'MTE.a-"quoted"\\tökén'
MEMBER = 2**60 + 1


@pytest.fixture
def written() -> io.StringIO:
    """The stream that the log is written to."""
    return io.StringIO()


@pytest.fixture
def log(request: pytest.FixtureRequest, written: io.StringIO) -> Iterator[logging.Logger]:
    """A separate logger in the format given by the test's parameter."""
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
    """Raises the error."""
    raise error from cause


def objects(written: io.StringIO) -> list[dict[str, Any]]:
    """The logged JSON objects."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_record_has_the_ids_of_its_context(log: logging.Logger, written: io.StringIO) -> None:
    with logs.log_context(interaction=5, member=MEMBER):
        with logs.log_context(job=17):
            log.info("inside %s", "both")
        log.warning("inside one")
    log.info("outside")
    both, one, outside = objects(written)
    assert (both["message"], both["job"], both["interaction"], both["level"]) == ("inside both", 17, 5, "INFO")
    assert both["member"] == str(MEMBER)  # as a number, a parser that reads doubles would round it
    assert (one["interaction"], "job" in one) == (5, False)
    assert set(outside) == {"time", "level", "logger", "message"}


@pytest.mark.parametrize("log", [Format.CONSOLE], indirect=True)
def test_a_console_line_ends_with_the_ids_before_any_traceback(log: logging.Logger, written: io.StringIO) -> None:
    with logs.log_context(job=17, interaction=99):
        try:
            fail(ZeroDivisionError())
        except ZeroDivisionError:
            log.exception("broken")
    first, second, *_ = written.getvalue().splitlines()
    assert first.endswith(": broken job=17 interaction=99")
    assert second == "Traceback (most recent call last):"


async def test_a_task_inherits_the_ids_of_its_parent_unless_it_gets_a_context_of_its_own(
    log: logging.Logger, written: io.StringIO
) -> None:
    async def log_events() -> None:
        log.info("event")
        logs.bind(guild=3)
        log.info("event")

    with logs.log_context(interaction=5):
        await asyncio.create_task(log_events())
        await asyncio.create_task(log_events(), context=logs.context_with(copy_context(), job=17))
        log.info("event")
    ids = [{key: entry[key] for key in entry.keys() & {"interaction", "job", "guild"}} for entry in objects(written)]
    assert ids == [
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
    output = written.getvalue()
    assert secret not in output
    assert json.dumps(secret)[1:-1] not in output
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in output
    assert output.count(logs.REDACTED) >= 4
    assert "bad header" in output


def test_a_record_that_cannot_be_formatted_is_reported_without_its_arguments(secret: str) -> None:
    program = (
        "from bot.operations import logs\n"
        "import logging\n"
        "logs.configure()\n"
        "logging.getLogger('bot').info('%d jobs', 'hunter2')\n"
    )
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stderr
    assert "hunter2" not in output
    assert "cannot format the record of <string>:4 (TypeError)" in output


def test_an_uncaught_exception_is_one_record_with_a_traceback_without_the_token() -> None:
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
def test_libraries_that_log_what_people_write_log_warnings_only(level: str) -> None:
    program = (
        "from bot.operations import logs\n"
        "import logging\n"
        f"logs.configure(logs.Format.CONSOLE, logs.Level({level!r}))\n"
        "logging.getLogger('discord.http').info('every request')\n"
        "logging.getLogger('aiosqlite').debug('every row')\n"
        "logging.getLogger('discord.gateway').warning('a warning')\n"
        "logging.getLogger('bot').info('ours')\n"
    )
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stderr
    assert "every" not in output
    assert "a warning" in output
    assert "ours" in output
