"""What every test shares: few threads, so that a suite on two cores does not fight itself, and no network for hubs."""

import os

os.environ["OMP_NUM_THREADS"] = "2"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # threads that wait do not keep a core from the other half of the suite
os.environ["HF_HUB_OFFLINE"] = "1"
