"""A control: training samples drawn with replacement, as faithful as a model can be and as private as none."""

from __future__ import annotations

import torch

from baselines.marginals import Empirical
from dg.encoding import Encoded, Layout, width
from dg.module import GenerativeModule


class Bootstrap(GenerativeModule):
    """Keeps every training sample and returns some: the ceiling of fidelity, the floor of privacy."""

    batch_size = None
    max_epochs = 1

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.samples = Empirical(
            metadata=torch.empty(0, width(layout.metadata)),
            minmax=torch.empty(0, width(layout.minmax)),
            measurements=torch.empty(0, layout.max_length, width(layout.measurements)),
            lengths=torch.empty(0, dtype=torch.int64),
        )

    def observe(self, train: Encoded) -> None:
        """Keeps the training samples: there is nothing else to learn."""
        self.samples.keep(**vars(train))

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """None: nothing is optimised."""
        return []

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """There is nothing to train."""

    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n training samples."""
        return Encoded(**self.samples.draw(n, rng))
