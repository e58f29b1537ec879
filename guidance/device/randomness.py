"""Random numbers as a function of (seed, step, stream), never of global state.

So previews, resumes and jobs that share a forward pass do not change a picture.
"""

import hashlib

import torch


def generator(device: torch.device, seed: int, step: int, stream: str) -> torch.Generator:
    """A fresh generator on `device` for one purpose (`stream`) in one step of one run."""
    key = hashlib.blake2b(f"{seed}/{step}/{stream}".encode(), digest_size=8).digest()
    return torch.Generator(device=device).manual_seed(int.from_bytes(key, "big") >> 1)
