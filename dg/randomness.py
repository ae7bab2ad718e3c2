"""Randomness as an argument: a random stream is a pure function of its key, e.g. (seed, batch)."""

from __future__ import annotations

import numpy as np
import torch


def stream(*key: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator whose numbers depend on `key` alone, so that a resumed run draws what an unbroken one would."""
    state = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    return torch.Generator(device).manual_seed(int(state >> 1))
