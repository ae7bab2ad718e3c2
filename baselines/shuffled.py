"""A control: training samples with their records shuffled in time. No temporal model may fall below it."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from baselines.bootstrap import Bootstrap
from dg.encoding import Encoded


class Shuffled(Bootstrap):
    """The bootstrap without time: metadata, lengths and each sample's values are real, their order is not."""

    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n training samples, each in a new order of its own."""
        drawn = super().generate(n, rng)
        return replace(drawn, measurements=shuffle(drawn.measurements, drawn.lengths, rng))


def shuffle(
    measurements: Float[Tensor, "n t k"], lengths: Int[Tensor, " n"], rng: torch.Generator
) -> Float[Tensor, "n t k"]:
    """Each sample's records in random order within its length; a record's measurements stay together."""
    n, t, k = measurements.shape
    keys = torch.rand((n, t), generator=rng, device=rng.device)
    padding = torch.arange(t, device=rng.device) >= lengths[:, None]
    order = keys.masked_fill(padding, 2.0).argsort(dim=1, stable=True)
    return measurements.gather(1, order[..., None].expand(n, t, k))
