"""Poisson sampling: each training sample is in a batch independently of all others, as the accounting assumes."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import Sampler

from dg.randomness import stream


class PoissonDraws(Sampler[Tensor]):
    """The index draws of an epoch: n / b batches whose sizes vary about b, and may be empty (D59).

    An epoch's draws depend on secret and epoch alone.
    """

    def __init__(self, n: int, sampling_rate: float, secret: int) -> None:
        self.n, self.sampling_rate, self.secret, self.epoch = n, sampling_rate, secret, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning when an epoch begins."""
        self.epoch = epoch

    def __len__(self) -> int:
        return max(1, int(1 / self.sampling_rate))

    def __iter__(self) -> Iterator[Tensor]:
        rng = stream(self.secret, self.epoch, 1)
        for _ in range(len(self)):
            yield (torch.rand(self.n, generator=rng, dtype=torch.float64) < self.sampling_rate).nonzero().flatten()
