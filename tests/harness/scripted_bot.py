"""The real bot with the scripted engine process: `python -m tests.harness.scripted_bot`, as `python -m bot`."""

import sys

from bot.__main__ import main
from bot.engine import local
from tests.harness.scripted_process import COMMAND

if __name__ == "__main__":
    local.COMMAND = COMMAND  # type: ignore[misc]
    sys.exit(main())
