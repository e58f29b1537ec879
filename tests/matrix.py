"""`make test-matrix`: the guidance suite as on other processors, with other numbers of threads, and on a busy machine.

Torch and oneDNN choose their code by the processor; environment variables make them choose that of an older one. Each
sums in another order, so the last bits of every product differ between passes, and no test may depend on them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PASSES: Final = (
    ({"ATEN_CPU_CAPABILITY": "default", "OMP_NUM_THREADS": "1"}, False),
    ({"ATEN_CPU_CAPABILITY": "avx2", "OMP_NUM_THREADS": "2"}, False),
    ({"ONEDNN_MAX_CPU_ISA": "SSE41", "OMP_NUM_THREADS": "4"}, False),
    ({"ONEDNN_MAX_CPU_ISA": "AVX2", "OMP_NUM_THREADS": "1"}, True),
)
"""For each pass the environment, and whether it runs at low priority beside two busy loops."""
SUITE: Final = (sys.executable, "-m", "pytest", "-n", "0", "tests/guidance")
# Ends when this process has ended.
LOOP: Final = f"import os\nwhile os.getppid() == {os.getpid()}: pass"


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Runs `count` processes that keep a core busy."""
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def main() -> int:
    """Prints a row for each pass; returns 1 if one failed."""
    failed = False
    print(f"{'result':<8}{'seconds':>8}  settings")
    for settings, busy in PASSES:
        began = time.monotonic()
        with busy_loops(2 if busy else 0):
            run = subprocess.run(
                ["nice", "-n", "5", *SUITE] if busy else SUITE,
                env=os.environ | settings,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        failed |= run.returncode != 0
        named = [f"{name}={value}" for name, value in settings.items()] + ["nice, beside two busy loops"] * busy
        result = "FAILED" if run.returncode else "passed"
        print(f"{result:<8}{time.monotonic() - began:>8.0f}  {' '.join(named)}", flush=True)
        if run.returncode:
            print(run.stdout, flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
