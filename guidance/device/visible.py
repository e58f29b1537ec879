"""The devices of this machine that can render."""

import torch


def visible_devices() -> list[str]:
    """Names of all GPUs, such as "cuda:0"; ["cpu"] without a GPU."""
    return [f"cuda:{number}" for number in range(torch.cuda.device_count())] or ["cpu"]
