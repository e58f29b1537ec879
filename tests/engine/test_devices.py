"""Engines on several devices of this machine."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping

import pytest

from bot.config import EngineConfig
from bot.engine import EngineAwayError, EngineCrashedError, RenderTask, RunFailedError
from bot.engine.devices import configured_devices, local_engines, start_engines
from bot.engine.local import LocalEngine
from bot.engine.messages import LoadModel
from guidance.device.visible import visible_devices
from tests.engine.render_tasks import end, request
from tests.harness.scripted_engine import ScriptedEngine
from tests.harness.scripted_process import COMMAND


def loads(*devices: str) -> dict[str, LoadModel]:
    """What each device's process is told to load."""
    return {name: engine._load("pocket") for name, engine in local_engines(EngineConfig(), devices, 1.0).items()}


def test_several_cpu_devices_share_the_cores_and_have_names_of_their_own() -> None:
    cores = len(os.sched_getaffinity(0))
    assert loads("cpu", "cpu") == {
        name: LoadModel("pocket", "cpu", graphs=True, threads=max(1, cores // 2)) for name in ("cpu 1", "cpu 2")
    }


def test_a_device_alone_and_gpus_are_not_limited_to_a_share_of_the_cores() -> None:
    assert loads("cpu") == {"cpu": LoadModel("pocket", "cpu", graphs=True, threads=0)}
    assert loads("cuda:0", "cuda:1") == {
        name: LoadModel("pocket", name, graphs=True, threads=0) for name in ("cuda:0", "cuda:1")
    }


async def test_the_configured_devices_are_one_a_list_or_all_of_this_machine() -> None:
    assert await configured_devices(EngineConfig()) == ["auto"]
    assert await configured_devices(EngineConfig(devices=("cuda:1", "cuda:0"))) == ("cuda:1", "cuda:0")
    assert await configured_devices(EngineConfig(devices="all")) == visible_devices()


async def test_one_engine_that_crashes_at_the_start_does_not_stop_the_others() -> None:
    engines = {"cuda:0": ScriptedEngine(), "cuda:1": ScriptedEngine(broken=EngineCrashedError("died"))}
    assert await start_engines(engines) == engines
    engines["cuda:0"].broken = EngineCrashedError("died too")
    with pytest.raises(EngineCrashedError):
        await start_engines(engines)
    engines["cuda:0"].broken = RunFailedError("the model is unknown")
    with pytest.raises(RunFailedError, match="the model is unknown"):
        await start_engines(engines)


async def test_an_automatic_device_is_named_after_what_it_is() -> None:
    assert list(await start_engines({"auto": ScriptedEngine()})) == ["nothing"]


async def test_a_model_that_can_no_longer_be_loaded_costs_the_job_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.local.COMMAND", COMMAND)
    engine = LocalEngine(EngineConfig(), 0.0)
    await engine.start()
    await engine.close()
    monkeypatch.setattr("bot.engine.local.COMMAND", ("false",))
    with pytest.raises(EngineAwayError):
        await end(engine, RenderTask(request()))
    with pytest.raises(EngineCrashedError):  # the request may be the cause
        await end(engine, RenderTask(request(model="ViT-B-32/openai")))


@pytest.fixture
async def pair() -> AsyncIterator[Mapping[str, LocalEngine]]:
    """Two real engines that share the cores of this machine."""
    engines = local_engines(EngineConfig(), ["cpu", "cpu"], 0.0)
    yield engines
    for engine in engines.values():
        await engine.close()


@pytest.mark.torture  # in `make test`, test_engine.py compares two processes that have all cores
async def test_a_second_device_of_the_same_kind_makes_the_same_bytes(pair: Mapping[str, LocalEngine]) -> None:
    task = RenderTask(request(views=4))
    first, second = await asyncio.gather(*(end(engine, task) for engine in pair.values()))
    assert first.png == second.png
