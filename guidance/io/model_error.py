"""Why a model cannot be used, in one sentence: what all loaders of models share."""

from collections.abc import Iterator
from typing import Final

from guidance.request.messages import MessageError

_NETWORK: Final = (
    "ConnectionError", "ConnectTimeout", "ReadTimeout", "URLError", "LocalEntryNotFoundError", "OfflineModeIsEnabled",
    "ConnectError", "NameResolutionError", "MaxRetryError", "ProxyError",
)  # fmt: skip
"""Names of the errors of urllib, requests, httpx and huggingface_hub for a network that cannot be reached."""
_MOST: Final = 160


class ModelError(MessageError, RuntimeError):
    """A model or device is not available; the message is one sentence that says what to do."""


def missing_package(error: Exception) -> str | None:
    """The package whose absence caused the error; None if another cause is known."""
    return next((cause.name for cause in _causes(error) if isinstance(cause, ModuleNotFoundError) and cause.name), None)


def is_offline(error: Exception) -> bool:
    """True if the network could not be reached."""
    return any(kind.__name__ in _NETWORK for cause in _causes(error) for kind in type(cause).__mro__)


def first_line(error: Exception) -> str:
    """The first line of the error's text, at most 160 characters, without a full stop."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:_MOST].rstrip(". ")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
