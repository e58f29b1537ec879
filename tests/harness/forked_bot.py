"""`python -m bot run` in processes that share their imports, which take more than a second."""

import multiprocessing
import os
import sys
from pathlib import Path

from bot.__main__ import main
from bot.discord_token import TOKEN_VARIABLE

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


def start(config: Path) -> tuple[int, str]:
    """Exit status and stderr of a start that ends by itself."""
    errors = config.with_name("stderr.txt")
    process = FORKS.Process(target=_run, args=(config, errors))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode, errors.read_text(encoding="utf-8")


def _run(config: Path, errors: Path) -> None:
    with errors.open("wb") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.environ[TOKEN_VARIABLE] = "a.b.c"
    sys.exit(main(["run", "--config", str(config)]))
