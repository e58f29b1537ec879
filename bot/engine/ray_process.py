"""A child process that renders on a Ray cluster. Its arguments are the attributes of `RaySettings`, in their order."""

import sys

from bot.engine.process import take_stdout
from bot.engine.serving import EngineProcess
from bot.operations import lifeline


def main() -> None:
    """Serves until the parent ends."""
    lifeline.end_with_parent(sys.stdin.fileno())
    outgoing = take_stdout()
    # Importing Ray starts threads, which must not exist when the lifeline forks.
    from bot.engine.ray_renderer import RayRenderer, RaySettings  # noqa: PLC0415

    address, gpus, cpus, *limits = sys.argv[1:]
    settings = RaySettings(address, float(gpus), int(cpus), *map(float, limits))
    EngineProcess(sys.stdin.buffer, outgoing, RayRenderer(settings)).serve()


if __name__ == "__main__":
    main()
