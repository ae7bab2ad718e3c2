"""A control: training samples with their records shuffled in time, what no temporal model may fall below."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from baselines.marginals import Empirical
from dg.encoding import Encoded, Layout
from dg.module import GenerativeModule


class Shuffled(GenerativeModule):
    """The bootstrap without time: metadata, lengths and each sample's values are real, their order is not."""

    batch_size = None
    max_epochs = 1

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.samples = Empirical("metadata", "minmax", "measurements", "lengths")

    def observe(self, train: Encoded) -> None:
        """All that there is to learn."""
        self.samples.keep(**vars(train))

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Nothing descends."""
        return []

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """There is nothing to train."""

    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n training samples, each in a new order of its own."""
        drawn = Encoded(**self.samples.draw(n, rng))
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
