"""What the log says: lines for people, or a JSON object a line; with what each is about, and never a secret.

Knows logging and nothing of the bot's parts, so that every one of them can use it.
"""

import contextlib
import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextvars import Context, ContextVar, copy_context
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, TextIO

from pythonjsonlogger.json import JsonFormatter

_CONTEXT: ContextVar[Mapping[str, int] | None] = ContextVar("ids that log records carry", default=None)

CONSOLE: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
REDACTED: Final = "[secret]"
QUIET: Final = ("discord", "aiosqlite")
"""Libraries heard from warnings on: they tell of every event and every row, and so of what people wrote."""
EXACT: Final = 2**53
"""From here on a JSON number loses digits in many a reader: snowflakes are written as text, as Discord does."""

log = logging.getLogger(__name__)


class Format(StrEnum):
    """How a record looks."""

    CONSOLE = "console"
    JSON = "json"


class Level(StrEnum):
    """From where on records are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@contextlib.contextmanager
def log_context(**ids: int) -> Iterator[None]:
    """Every record made inside carries these ids, in this task and in those that it starts.

    Args:
        ids: job, interaction, member, guild; the inner one counts where two have a name.
    """
    token = _CONTEXT.set({**(_CONTEXT.get() or {}), **ids})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def bind(**ids: int) -> None:
    """As `log_context`, to the end of this task: for an id that is known only in the middle of things."""
    _CONTEXT.set({**(_CONTEXT.get() or {}), **ids})


def fresh_context(**ids: int) -> Context:
    """A context for a new task, about these ids alone: not about whatever happened to start it."""
    context = copy_context()
    context.run(_CONTEXT.set, ids)
    return context


def start(form: Format = Format.CONSOLE, level: Level = Level.INFO) -> None:
    """Sends every record to stderr in that form, uncaught exceptions and warnings among them."""
    logging.basicConfig(level=level.upper(), handlers=[handler(form, sys.stderr)], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def handler(form: Format, stream: TextIO) -> logging.Handler:
    """Writes records to the stream in that form."""
    made = _SafeHandler(stream)
    made.addFilter(_add_context)
    made.setFormatter(_Redacting(_Json() if form is Format.JSON else _Console(CONSOLE)))
    return made


def keep_secret(text: str) -> None:
    """From now on this text is written nowhere, not even in a traceback."""
    if text:
        # In JSON a quote or a backslash has another one before it, and a secret may have either.
        _Redacting.secrets.update({text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]})


def _add_context(record: logging.LogRecord) -> bool:
    """Gives a record what it is about; a filter sees it in the context in which it was made."""
    record.__dict__["log_context"] = _CONTEXT.get() or {}
    return True


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt) or error is None:
        sys.__excepthook__(kind, error or kind(), trace)
        return
    log.critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


class _SafeHandler(logging.StreamHandler[TextIO]):
    """A record that cannot be formatted is told of, but not its arguments, which nothing has been taken out of."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        reason = sys.exc_info()[0] or Exception
        if record.name != log.name:
            place = f"{record.pathname}:{record.lineno}"
            log.error("a record of %s cannot be written (%s)", place, reason.__name__)


class _Console(logging.Formatter):
    """A line for people, with what it is about at its end."""

    def format(self, record: logging.LogRecord) -> str:
        line, separator, rest = super().format(record).partition("\n")
        ids = "".join(f" {name}={value}" for name, value in record.__dict__["log_context"].items())
        return f"{line}{ids}{separator}{rest}"


class _Json(JsonFormatter):
    """An object a line: time, level, logger, message, what it is about, and the traceback in one string."""

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
    """Takes secrets out of what another formatter made, wherever they got in."""

    secrets: Final[set[str]] = set()

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        text = self._inner.format(record)
        for secret in self.secrets:
            text = text.replace(secret, REDACTED)
        return text
