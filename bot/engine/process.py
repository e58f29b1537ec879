"""The engine's process: `python -m bot.engine.process`, which reads messages on stdin and writes them on stdout."""

import os
import sys
from typing import BinaryIO

from bot.engine.serving import EngineProcess
from bot.operations import lifeline


def take_stdout() -> BinaryIO:
    """Keeps stdout for messages alone: from here on, what a library prints goes to stderr."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return outgoing


def main() -> None:
    """Serves until the parent ends."""
    lifeline.end_with_parent(sys.stdin.fileno())
    outgoing = take_stdout()
    # Importing torch takes seconds and starts threads, which must not exist when the lifeline forks.
    from bot.engine.rendering import ClipRenderer  # noqa: PLC0415

    EngineProcess(sys.stdin.buffer, outgoing, ClipRenderer()).serve()


if __name__ == "__main__":
    main()
