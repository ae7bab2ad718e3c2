"""RCGAN (§5.1.2): one LSTM turns noise into records, another says of every record whether it is real."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from baselines.marginals import Empirical, attributes, take_metadata
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Few, Rate, Width
from dg.module import GenerativeModule
from dg.nn import LSTM, activate_all, linear

Init = Literal["release", "glorot"]


class RCGAN(GenerativeModule):
    """The unconditional run of its release, which the paper calls RCGAN; the defaults are that run's (D25).

    One batch is a round: `discriminator_rounds` steps of the discriminator, then `generator_rounds` of the generator,
    each on `batch_size` samples of its own. Lengths are drawn from the training samples.

    noise: width of the N(0, 1) input of every record
    conditional: both networks receive metadata and min/max with every record; generated are those of training samples,
        as they also are with auto-normalization (D50)
    init: "release" begins with output weights of standard deviation 1 and a gate bias of 1, "glorot" as other models do
    """

    quick = MappingProxyType({"units": 8, "batch_size": 8})

    lacks: Mapping[str, str] = MappingProxyType(
        {
            "metadata": "its release generates measurements alone (§5.1.2)",
            "lengths": "its release generates series of one length",
        }
    )

    def __init__(
        self,
        layout: Layout,
        *,
        noise: Width = 5,
        units: Width = 100,
        conditional: bool = False,
        init: Init = "release",
        discriminator_rounds: Few = 5,
        generator_rounds: Few = 1,
        discriminator_learning_rate: Rate = 0.1,
        generator_learning_rate: Rate = 0.001,
        batch_size: Count = 28,
    ) -> None:
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        self.batch_size = batch_size
        self.takes_metadata = conditional or bool(layout.minmax)
        if self.takes_metadata:
            take_metadata(self)
        condition, taken = (
            width(layout.metadata) + width(layout.minmax) if chosen else 0
            for chosen in (conditional, self.takes_metadata)
        )
        k = width(layout.measurements)
        self.generator = RecordNetwork(noise + condition, units, k, init, gate_bias=1.0 if init == "release" else 0.0)
        self.discriminator = RecordNetwork(k + condition, units, 1, init)
        self.drawn = Empirical(condition=torch.empty(0, taken), lengths=torch.empty(0, dtype=torch.int64))

    @property
    def samples_per_batch(self) -> int:
        """Every step of a round has samples of its own."""
        return self.hparams.batch_size * (self.hparams.discriminator_rounds + self.hparams.generator_rounds)

    def observe(self, train: Encoded) -> None:
        """Keeps what the model does not generate."""
        taken = attributes(train) if self.takes_metadata else train.metadata[:, :0]
        self.drawn.keep(condition=taken, lengths=train.lengths)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Adam for the generator, plain gradient descent for the discriminator, as in the release."""
        return [
            self.adam(self.generator, self.hparams.generator_learning_rate),
            torch.optim.SGD(self.discriminator.parameters(), lr=self.hparams.discriminator_learning_rate),
        ]

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """One round."""
        rng = self.batch_rng()
        generator_optimizer, discriminator_optimizer = self.optimizers()
        parts = [batch[index] for index in torch.arange(len(batch), device=self.device).split(self.hparams.batch_size)]
        losses: dict[str, Tensor] = {}
        for part in parts[: self.hparams.discriminator_rounds]:
            active, condition = self._active(part.lengths), self._condition(part)
            with torch.no_grad():
                fake = self._series(condition, active, rng)
            both = self._labels(torch.cat([part.measurements, fake]), torch.cat([condition, condition]))
            real_labels, fake_labels = both.chunk(2)
            loss = label_loss(real_labels, 1.0, active) + label_loss(fake_labels, 0.0, active)
            losses["discriminator"] = loss.detach()
            self.descend(discriminator_optimizer, loss, self.discriminator)
        for round, part in enumerate(parts[self.hparams.discriminator_rounds :]):
            active, condition = self._active(part.lengths), self._condition(part)
            loss = label_loss(self._labels(self._series(condition, active, rng), condition), 1.0, active)
            losses["generator"] = loss.detach()
            self.descend(generator_optimizer, loss, self.generator, counts=round == 0)
        self.report(**losses)

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n samples with the lengths, and the metadata and min/max if it takes them, of training samples."""
        drawn = self.drawn.draw(n, rng)
        taken, lengths = drawn["condition"], drawn["lengths"]
        condition = taken if self.hparams.conditional else taken[:, :0]
        metadata, minmax = taken.tensor_split([width(self.layout.metadata)], dim=1)
        return Encoded(metadata, minmax, self._series(condition, self._active(lengths), rng), lengths)

    def _series(
        self, condition: Float[Tensor, "b m"], active: Bool[Tensor, "b t"], rng: torch.Generator
    ) -> Float[Tensor, "b t k"]:
        """Generated measurements, zero past the lengths."""
        noise = torch.randn((*active.shape, self.hparams.noise), generator=rng, device=self.device)
        return activate_all(self.generator(beside(noise, condition)), self.layout.measurements) * active[..., None]

    def _labels(self, measurements: Float[Tensor, "b t k"], condition: Float[Tensor, "b m"]) -> Float[Tensor, "b t"]:
        """The logit of every record that it is real."""
        return self.discriminator(beside(measurements, condition)).squeeze(2)

    def _condition(self, samples: Encoded) -> Float[Tensor, "b m"]:
        """What both networks know about a sample: its metadata and min/max, or nothing."""
        return attributes(samples) if self.hparams.conditional else samples.metadata[:, :0]

    def _active(self, lengths: Tensor) -> Bool[Tensor, "b t"]:
        return torch.arange(self.layout.max_length, device=lengths.device) < lengths[:, None]


class RecordNetwork(nn.Module):
    """One LSTM and a linear output for every record."""

    def __init__(self, inputs: int, units: int, outputs: int, init: Init, gate_bias: float = 0.0) -> None:
        super().__init__()
        self.lstm = LSTM(inputs, units)
        with torch.no_grad():
            self.lstm.get_parameter("bias_ih_l0").add_(gate_bias)
        self.head = linear(units, outputs)
        if init == "release":
            nn.init.trunc_normal_(self.head.weight)
            nn.init.trunc_normal_(self.head.bias)

    def forward(self, inputs: Float[Tensor, "b t i"]) -> Float[Tensor, "b t o"]:
        """One output a record."""
        hidden, _ = self.lstm(inputs)
        return self.head(hidden)


def beside(records: Float[Tensor, "b t c"], condition: Float[Tensor, "b m"]) -> Float[Tensor, "b t cm"]:
    """Every record with the condition of its sample."""
    return torch.cat([records, condition[:, None].expand(-1, records.shape[1], -1)], dim=2)


def label_loss(logits: Float[Tensor, "b t"], label: float, active: Bool[Tensor, "b t"]) -> Float[Tensor, ""]:
    """Cross-entropy with one label for all records, averaged over each sample's records and then over samples."""
    error = binary_cross_entropy_with_logits(logits, torch.full_like(logits, label), reduction="none")
    return ((error * active).sum(dim=1) / active.sum(dim=1)).mean()
