"""Settings for all tests: one thread unless the environment sets more, no downloads, no time limits in Hypothesis."""

import os

from hypothesis import HealthCheck, settings

# pytest runs two processes; one thread in each uses two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # waiting threads leave the core to the other process
os.environ["HF_HUB_OFFLINE"] = "1"

# The duration of an example depends on what else the machine does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
