"""Commands with file systems of their own, where the system permits it."""

import shutil
import subprocess
from pathlib import Path

import pytest

IN_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")

can_mount = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*IN_NAMESPACE, "true"], check=False).returncode != 0,
    reason="needs the right to mount file systems in a namespace of its own",
)


def with_disk(folder: Path, options: str) -> tuple[str, ...]:
    """Runs the command that follows, in the same process, with a small disk at `folder`."""
    mount = f'mount -t tmpfs -o mode=700,{options} none "{folder}"; exec "$@"'
    return (*IN_NAMESPACE, "sh", "-ec", mount, "sh")


def as_seen_by(pid: int, path: Path) -> Path:
    """A path in the namespace of a process."""
    return Path(f"/proc/{pid}/root") / path.relative_to("/")
