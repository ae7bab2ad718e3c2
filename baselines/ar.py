"""The nonlinear auto-regressive baseline of §5.1.2: R_t = f(A, R_{t-1}, …, R_{t-p}) with a multi-layer perceptron f."""

from __future__ import annotations

from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor, nn

from baselines.marginals import COPIES_METADATA, Attributes, FirstRecord, attributes
from baselines.records import End, Unrolling, record_blocks, records
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Decay, Few, Rate, Width
from dg.module import GenerativeModule
from dg.nn import Heads, mlp


class AR(GenerativeModule):
    """The defaults are those of Appendix B; a batch is one window of each of `batch_size` samples (D14).

    p: number of past records that predict the next; those before the first are zero and marked so (D15)
    end, residual_noise: how a record follows from its prediction, see `Unrolling`; the defaults are the paper's
    """

    copies = COPIES_METADATA
    quick = MappingProxyType({"layers": 1, "units": 8, "batch_size": 8})

    def __init__(
        self,
        layout: Layout,
        *,
        p: Few = 3,
        layers: Few = 4,
        units: Width = 200,
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
        condition = width(layout.metadata) + width(layout.minmax)
        inputs = condition + p * (width(layout.measurements) + 1)
        self.f = nn.Sequential(mlp(inputs, [units] * layers), Heads(units, self.blocks), nn.Flatten())

    def observe(self, train: Encoded) -> None:
        """Learns the distributions of metadata and of the first record."""
        self.attributes.learn(train)
        self.first_record.learn(records(train, self.layout)[:, 0])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam [66]."""
        return self.adam(self.f, self.hparams.learning_rate, self.hparams.beta1, self.hparams.beta2)

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """One step on windows at random times; long samples weigh more, so that all windows count alike."""
        windows = batch.lengths - 1
        uniform = torch.rand(len(batch), generator=self.batch_rng(), device=self.device)
        at = (1 + (uniform * windows).long()).clamp(max=self.layout.max_length - 1)
        sample = torch.arange(len(batch), device=self.device)
        lags = at[:, None] - 1 - torch.arange(self.hparams.p, device=self.device)
        past = self._mark(batch.measurements[sample[:, None], lags.clamp_min(0)], lags >= 0)
        predicted = self._predict(attributes(batch), past)
        target, weight = records(batch, self.layout)[sample, at], windows.to(predicted)
        loss = self.unrolling.loss(predicted, target, weight)
        self.descend(self.optimizers(), loss, self.f, counts=True)  # type: ignore[arg-type]
        self.report(prediction=loss.detach())

    def draw_metadata(self, n: int, rng: torch.Generator) -> Float[Tensor, "n m"]:
        """Those of training samples."""
        return self.attributes.metadata(n, rng)

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator, metadata: Float[Tensor, "n m"] | None = None) -> Encoded:
        """n samples, record by record."""
        past = torch.zeros(n, self.hparams.p, width(self.layout.measurements) + 1, device=rng.device)

        def predict(condition: Tensor, record: Tensor) -> Tensor:
            nonlocal past
            newest = self._mark(record[:, None], torch.ones_like(record[:, :1], dtype=torch.bool))
            past = torch.cat([newest, past[:, :-1]], dim=1)
            return self._predict(condition, past)

        return self.unrolling(self.attributes, self.first_record, predict, n, rng, metadata)

    def _mark(self, past: Float[Tensor, "b p k"], valid: Tensor) -> Float[Tensor, "b p kv"]:
        """Past records, newest first. A mark shows which of them exist; the others are zero."""
        mark = valid[..., None].to(past)
        return torch.cat([past * mark, mark], dim=2)

    def _predict(self, condition: Float[Tensor, "b m"], past: Float[Tensor, "b p kv"]) -> Float[Tensor, "b c"]:
        return self.f(torch.cat([condition, past.flatten(1)], dim=1))
