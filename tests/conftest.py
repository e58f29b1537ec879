"""Settings for all tests: one thread unless the environment sets more, no downloads, no time limits in Hypothesis."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# pytest runs two processes; one thread in each uses two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # waiting threads leave the core to the other process
os.environ["HF_HUB_OFFLINE"] = "1"

# Tests start the bot dozens of times; without bytecode each start compiles it, which takes a third of a second.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The duration of an example depends on what else the machine does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the torture suite come first: they wait for a minute each while the other worker computes."""
    items.sort(key=lambda item: "torture" not in item.path.parts)
