"""Ends a child process with its parent, also when the child is stopped (SIGSTOP) or busy outside Python.

Two means, as neither works everywhere: the kernel's parent-death signal, which only Linux has, and a watchdog, a small
forked process that waits for the end of the pipe from the parent.
"""

import ctypes
import os
import select
import signal
import sys
from typing import Final, NoReturn

POLL_MS: Final = 1000
"""How often the watchdog looks whether the child that it watches has ended."""
PR_SET_PDEATHSIG: Final = 1
"""From linux/prctl.h."""


def end_with_parent(pipe: int) -> None:
    """Makes sure that this process is killed when its parent ends. Call it before any thread starts.

    Args:
        pipe: File descriptor whose other end only the parent holds, such as stdin. Nothing is read from it.
    """
    set_parent_death_signal()
    fork_watchdog(pipe)


def set_parent_death_signal() -> None:
    """Asks the kernel to kill this process when its parent ends. Does nothing except on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def fork_watchdog(pipe: int) -> None:
    """Forks a process that kills this one, with its process group if it leads one, when the pipe's other end closes.

    The watchdog ends with this process.
    """
    watched = os.getpid()
    if os.fork() == 0:
        try:
            _watch(watched, pipe)
        finally:
            os._exit(1)  # after any error: the rest of the program must not run twice


def _watch(watched: int, pipe: int) -> NoReturn:
    set_parent_death_signal()
    # The parent learns from the end of these pipes that the watched process has ended.
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in {0, 1, 2} - {pipe}:
        os.dup2(nothing, descriptor)
    poll = select.poll()
    poll.register(pipe, 0)  # waits for the end only, not for data
    while os.getppid() == watched:
        if poll.poll(POLL_MS):
            if os.getpgid(watched) == watched:
                os.killpg(watched, signal.SIGKILL)
            os.kill(watched, signal.SIGKILL)
            break
    os._exit(0)
