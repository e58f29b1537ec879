"""What every test shares: one thread unless the environment asks for more, and no network for hubs."""

import os

# pytest runs two processes; a thread in each keeps two cores busy without fighting over them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # threads that wait do not keep a core from the other half of the suite
os.environ["HF_HUB_OFFLINE"] = "1"
