"""Why a model cannot be used, in one sentence: what all loaders of models share."""

import errno
import os
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from guidance.request.messages import Message, MessageError

_NETWORK: Final = (
    "ConnectionError", "ConnectTimeout", "ReadTimeout", "URLError", "LocalEntryNotFoundError", "OfflineModeIsEnabled",
    "ConnectError", "NameResolutionError", "MaxRetryError", "ProxyError",
)  # fmt: skip
"""Names of the errors of urllib, requests, httpx and huggingface_hub for a network that cannot be reached."""
_DISK: Final = frozenset({
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
})  # fmt: skip
"""A folder or disk that does not take the weights."""
_MOST: Final = 300


class ModelError(MessageError, RuntimeError):
    """A model or device is not available; the message is one sentence that says what to do."""


def missing_package(error: Exception) -> str | None:
    """The package whose absence caused the error; None if another cause is known."""
    return next((cause.name for cause in _causes(error) if isinstance(cause, ModuleNotFoundError) and cause.name), None)


def disk_reason(error: Exception) -> str | None:
    """Why the weights cannot be stored; None if that is not the cause."""
    for cause in _causes(error):
        # The number of an SSLError is none of the system's.
        if isinstance(cause, OSError) and cause.errno in _DISK and not isinstance(cause, ssl.SSLError):
            return os.strerror(cause.errno) + (f" ({cause.filename})" if cause.filename else "")
    return None


def hub_problem(error: Exception) -> Message | None:
    """Why a hub that can be reached does not give the weights, and what to do; None if that is not the cause."""
    for cause in _causes(error):
        kinds = {kind.__name__ for kind in type(cause).__mro__}
        status = getattr(getattr(cause, "response", None), "status_code", None)
        if isinstance(cause, ssl.SSLError) or "SSLError" in kinds or "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return Message("hub-certificate", reason=first_line(cause))
        if "ProxyError" in kinds or status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return Message("hub-proxy", reason=first_line(cause))
        if "GatedRepoError" in kinds or status == HTTPStatus.FORBIDDEN:
            return Message("hub-closed")
        if "RepositoryNotFoundError" in kinds or status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
            return Message("hub-unknown")
        if isinstance(status, int) and (
            status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            return Message("hub-busy", status=status)
    return None


def network_reason(error: Exception) -> str | None:
    """Why the network cannot be reached; None if that is not the cause."""
    found = [cause for cause in _causes(error) if any(kind.__name__ in _NETWORK for kind in type(cause).__mro__)]
    # The last one is the cause of the others.
    return first_line(found[-1]) if found else None


def first_line(error: BaseException) -> str:
    """The first line of the error's text, at most 300 characters, without a full stop."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:_MOST].rstrip(". ")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
