"""Logging: console lines or JSON lines, with ids such as the job's in every record, and without secrets.

Imports no other module of the bot, so that every module can import it.
"""

import contextlib
import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextvars import Context, ContextVar
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, TextIO

from pythonjsonlogger.json import JsonFormatter

_CONTEXT: ContextVar[Mapping[str, int] | None] = ContextVar("log_context", default=None)

CONSOLE: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
REDACTED: Final = "[secret]"
QUIET: Final = ("discord", "aiosqlite")
"""Libraries that log at WARNING at least: below that they log every event and row, and so what people wrote."""
EXACT: Final = 2**53
"""Integers from here on, such as snowflakes, are strings in JSON, because many parsers read numbers as doubles."""

log = logging.getLogger(__name__)


class Format(StrEnum):
    """The format of a record."""

    CONSOLE = "console"
    JSON = "json"


class Level(StrEnum):
    """The lowest level that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@contextlib.contextmanager
def log_context(**ids: int) -> Iterator[None]:
    """Adds ids to every record inside the block, in this task and in tasks that it starts.

    Args:
        ids: By name: job, interaction, member or guild. They replace ids of the same name of an outer block.
    """
    token = _CONTEXT.set({**(_CONTEXT.get() or {}), **ids})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def bind(**ids: int) -> None:
    """Like `log_context`, but until the end of this task."""
    _CONTEXT.set({**(_CONTEXT.get() or {}), **ids})


def context_with(base: Context, **ids: int) -> Context:
    """A copy of a context for a new task, with only these ids in it."""
    context = base.copy()
    context.run(_CONTEXT.set, ids)
    return context


def configure(format_: Format = Format.CONSOLE, level: Level = Level.INFO) -> None:
    """Writes all records to stderr, including uncaught exceptions and warnings."""
    logging.basicConfig(level=level.upper(), handlers=[handler(format_, sys.stderr)], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def handler(format_: Format, stream: TextIO) -> logging.Handler:
    """A handler that writes records to the stream."""
    new = _SafeHandler(stream)
    new.addFilter(_add_context)
    new.setFormatter(_Redacting(_Json() if format_ is Format.JSON else _Console(CONSOLE)))
    return new


def redact(text: str) -> None:
    """Replaces this text by REDACTED in all later records, tracebacks included."""
    if text:
        # JSON escapes quotes, backslashes and non-ASCII letters, so the escaped forms are redacted too.
        _Redacting.secrets.update({text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]})


def _add_context(record: logging.LogRecord) -> bool:
    """A filter that adds the ids; it runs in the context in which the record is made."""
    record.__dict__["log_context"] = _CONTEXT.get() or {}
    return True


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt) or error is None:
        sys.__excepthook__(kind, error or kind(), trace)
        return
    log.critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


class _SafeHandler(logging.StreamHandler[TextIO]):
    """Reports a record that cannot be formatted, without its arguments: they are not redacted."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        reason = sys.exc_info()[0] or Exception
        if record.name != log.name:
            log.error("cannot format the record of %s:%d (%s)", record.pathname, record.lineno, reason.__name__)


class _Console(logging.Formatter):
    """One line for people, with the ids at its end, before any traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line, separator, rest = super().format(record).partition("\n")
        ids = "".join(f" {name}={value}" for name, value in record.__dict__["log_context"].items())
        return f"{line}{ids}{separator}{rest}"


class _Json(JsonFormatter):
    """One JSON object per line: time, level, logger, message, ids, and the traceback as one string."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger"},
            reserved_attrs=[*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName", "log_context"],
            json_ensure_ascii=False,
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        for name, value in record.__dict__["log_context"].items():
            log_data[name] = value if value < EXACT else str(value)


class _Redacting(logging.Formatter):
    """Replaces secrets in the output of another formatter."""

    secrets: Final[set[str]] = set()

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        text = self._inner.format(record)
        for secret in self.secrets:
            text = text.replace(secret, REDACTED)
        return text
