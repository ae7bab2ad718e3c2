"""The recurrent baseline of §5.1.2: an LSTM that predicts the next record from all before it and the metadata."""

from __future__ import annotations

from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor

from baselines.marginals import COPIES_METADATA, Attributes, FirstRecord, attributes
from baselines.records import End, Unrolling, record_blocks, records
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Decay, Few, Rate, Width
from dg.module import GenerativeModule
from dg.nn import LSTM, Heads


class RNN(GenerativeModule):
    """Trained by teacher forcing, with the metadata as additional input at every step; defaults of Appendix B.

    end, residual_noise: how a record follows from its prediction, see `Unrolling`; the defaults are the paper's
    """

    copies = COPIES_METADATA
    quick = MappingProxyType({"units": 8, "batch_size": 8})

    def __init__(
        self,
        layout: Layout,
        *,
        layers: Few = 1,
        units: Width = 100,
        learning_rate: Rate = 0.001,
        beta1: Decay = 0.9,
        beta2: Decay = 0.999,
        batch_size: Count = 100,
        end: End = "threshold",
        residual_noise: bool = False,
    ) -> None:
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        self.batch_size = batch_size
        self.blocks = record_blocks(layout)
        self.attributes = Attributes(layout)
        self.first_record = FirstRecord(self.blocks)
        self.unrolling = Unrolling(layout, end, residual_noise)
        inputs = width(layout.metadata) + width(layout.minmax) + width(layout.measurements)
        self.lstm = LSTM(inputs, units, layers)
        self.heads = Heads(units, self.blocks)

    def observe(self, train: Encoded) -> None:
        """Learns the distributions of metadata and of the first record."""
        self.attributes.learn(train)
        self.first_record.learn(records(train, self.layout)[:, 0])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam [66]."""
        return self.adam(self, self.hparams.learning_rate, self.hparams.beta1, self.hparams.beta2)

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """One step on all records of the batch, each predicted from the true ones before it."""
        t = self._longest(batch)
        condition = attributes(batch)[:, None].expand(-1, t, -1)
        hidden, _ = self.lstm(torch.cat([condition, batch.measurements[:, :t]], dim=2))
        following = records(batch, self.layout)[:, :t].roll(-1, dims=1)
        there_is_one = (torch.arange(1, t + 1, device=self.device) < batch.lengths[:, None]).to(hidden)
        predicted = self.heads(hidden).squeeze(2)
        loss = self.unrolling.loss(predicted, following, there_is_one)
        self.descend(self.optimizers(), loss, self, counts=True)  # type: ignore[arg-type]
        self.report(prediction=loss.detach())

    def _longest(self, batch: Encoded) -> int:
        """How many records the longest sample of the batch has: what follows them has no part in the loss."""
        return self.layout.max_length if self.layout.fixed_length else int(batch.lengths.max())

    def draw_metadata(self, n: int, rng: torch.Generator) -> Float[Tensor, "n m"]:
        """Those of training samples."""
        return self.attributes.metadata(n, rng)

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator, metadata: Float[Tensor, "n m"] | None = None) -> Encoded:
        """n samples, record by record."""
        state: tuple[Tensor, Tensor] | None = None

        def predict(condition: Tensor, record: Tensor) -> Tensor:
            nonlocal state
            hidden, state = self.lstm(torch.cat([condition, record], dim=1)[:, None], state)
            return self.heads(hidden[:, 0]).squeeze(1)

        return self.unrolling(self.attributes, self.first_record, predict, n, rng, metadata)
