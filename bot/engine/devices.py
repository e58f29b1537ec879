"""The engines that the host has configured: one for each device of this machine, or for each run on Ray."""

import asyncio
import importlib.util
import logging
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from bot.config import EngineConfig, EngineKind
from bot.engine import Engine, EngineCrashedError, RunFailedError
from bot.engine.local import LocalEngine
from bot.operations.metrics import Metrics

log = logging.getLogger(__name__)

LIST_DEVICES: Final = "from guidance.device.visible import visible_devices; print(*visible_devices())"
"""Runs in a process of its own: this one never imports torch."""
REPLACE_S: Final = 45.0
"""Seconds in which another machine must take a run whose machine died; otherwise the run is suspended."""
MARGIN_S: Final = 30.0
"""Seconds that a process has to say that a time limit has passed on Ray, before it is killed itself."""


AnyEngine = TypeVar("AnyEngine", bound=Engine)


async def configured_devices(settings: EngineConfig) -> Sequence[str]:
    """The devices as `engine.devices` or `engine.device` names them; "all" is replaced by their names.

    Raises:
        RunFailedError: The devices cannot be listed, because torch cannot be imported.
    """
    if not settings.devices:
        return [settings.device]
    if not isinstance(settings.devices, str):
        return settings.devices
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LIST_DEVICES, stdout=asyncio.subprocess.PIPE, process_group=0
    )
    output, _ = await process.communicate()
    if process.returncode or not output.split():
        raise RunFailedError("the devices of this machine cannot be listed; see the output above")
    return output.decode().split()


def local_engines(
    settings: EngineConfig,
    devices: Sequence[str],
    preview_interval_s: float,
    metrics: Metrics | None = None,
) -> dict[str, LocalEngine]:
    """One engine for each device, by a name that is unique. Several CPU devices share the cores equally."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = Counter(devices)
    # Without a number of threads, a single CPU device uses all cores, and so do the CPU parts of a GPU's runs.
    threads = max(1, cores // count["cpu"]) if count["cpu"] > 1 else 0
    engines: dict[str, LocalEngine] = {}
    for place, device in enumerate(devices):
        name = f"{device} {devices[:place].count(device) + 1}" if count[device] > 1 else device
        engines[name] = LocalEngine(
            replace(settings, device=device, devices=()),
            preview_interval_s,
            metrics,
            name=name,
            threads=threads if device == "cpu" else 0,
        )
    return engines


def ray_engines(
    settings: EngineConfig, preview_interval_s: float, metrics: Metrics | None = None
) -> dict[str, LocalEngine]:
    """One engine for each run at a time on a Ray cluster. Each is ready once Ray has placed it.

    Raises:
        RunFailedError: Ray is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise RunFailedError('engine.kind is "ray", but Ray is not installed: pip install "guided-imagine[ray]"')
    resources = (settings.gpus_per_run, settings.cpus_per_run)
    arguments = map(str, (settings.address, *resources, settings.load_timeout_s, settings.step_timeout_s, REPLACE_S))
    command = (sys.executable, "-m", "bot.engine.ray_process", *arguments)
    # A step may take too long twice, with a move to another machine in between.
    step_s = 2 * settings.step_timeout_s + REPLACE_S + MARGIN_S
    patient = replace(settings, load_timeout_s=settings.load_timeout_s + MARGIN_S, step_timeout_s=step_s)
    return {
        (name := f"ray {number}"): LocalEngine(
            patient,
            preview_interval_s,
            metrics,
            name=name,
            threads=0 if settings.gpus_per_run else settings.cpus_per_run,
            command=command,
        )
        for number in range(1, settings.runs + 1)
    }


async def configured_engines(
    settings: EngineConfig, preview_interval_s: float, metrics: Metrics | None = None
) -> dict[str, LocalEngine]:
    """The engines, by the names of their devices. None has started.

    Raises:
        RunFailedError: Ray is not installed, or the devices cannot be listed.
    """
    if settings.kind is EngineKind.RAY:
        return ray_engines(settings, preview_interval_s, metrics)
    return local_engines(settings, await configured_devices(settings), preview_interval_s, metrics)


async def start_engines(engines: Mapping[str, AnyEngine]) -> dict[str, AnyEngine]:
    """Starts all engines at once; returns them by the names of their devices, with the type in place of "auto".

    An engine that crashes is left to its worker, which tries again, if another one starts.

    Raises:
        RunFailedError: The model cannot be loaded on a device.
        EngineCrashedError: All engines crashed.
    """
    outcomes = await asyncio.gather(*(engine.start() for engine in engines.values()), return_exceptions=True)
    started: dict[str, AnyEngine] = {}
    crashes = []
    for (name, engine), outcome in zip(engines.items(), outcomes, strict=True):
        if isinstance(outcome, EngineCrashedError):
            log.error("%s does not start: %s", name, outcome)
            crashes.append(outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
        started[outcome if name == "auto" and isinstance(outcome, str) else name] = engine
    if len(crashes) == len(engines):
        raise crashes[0]
    return started
