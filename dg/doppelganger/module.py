"""DoppelGANger (§4): the alternating optimisation of Eq. 1."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from dg.doppelganger.networks import DoppelGANgerGenerator, Series
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Decay, Few, Rate, Weight, Width
from dg.losses import discriminator_loss, last_biases
from dg.module import GenerativeModule, refuse_nan
from dg.nn import generation_flags, lengths_from_flags, mlp


class Judged(NamedTuple):
    """Samples as rows, `packing` samples to a row: once whole, once only their metadata and min/max (Eq. 1)."""

    samples: Float[Tensor, "b d"]
    attributes: Float[Tensor, "b a"]


class DoppelGANger(GenerativeModule):
    """The model of Figure 7; the defaults are those of Appendix B, and of the release where the paper is silent.

    sample_len: S, the records of one RNN pass (§4.1); None takes the divisor of T with T/S nearest to 50 (§4.4)
    alpha: weight of the auxiliary discriminator, which judges the metadata alone (Eq. 1)
    auxiliary_discriminator: False leaves it out (Figure 6a)
    penalty: λ, the weight of the gradient penalty of both discriminators
    packing: samples that a discriminator judges together
    initial_state: of the LSTM, drawn from N(0, 1) on every pass or zero
    generator_rounds, discriminator_rounds: optimiser steps a batch
    mask_tail: after the end flag, records of the last block are 0; False leaves them to the generator, as released (D6)
    averaging: decay of a moving average of the generator's weights, used for sampling; None uses the last weights
    """

    def __init__(
        self,
        layout: Layout,
        *,
        sample_len: Count | None = None,
        alpha: Weight = 1.0,
        auxiliary_discriminator: bool = True,
        penalty: Weight = 10.0,
        packing: Few = 1,
        metadata_noise: Width = 5,
        minmax_noise: Width = 5,
        measurement_noise: Width = 5,
        metadata_layers: Few = 2,
        metadata_units: Width = 100,
        lstm_layers: Few = 1,
        lstm_units: Width = 100,
        initial_state: Literal["random", "zero"] = "random",
        discriminator_layers: Few = 4,
        discriminator_units: Width = 200,
        learning_rate: Rate = 0.001,
        beta1: Decay = 0.5,
        beta2: Decay = 0.999,
        batch_size: Count = 100,
        generator_rounds: Few = 1,
        discriminator_rounds: Few = 1,
        mask_tail: bool = False,
        averaging: Decay | None = None,
    ) -> None:
        if sample_len is not None and sample_len > layout.max_length:
            raise ValueError(
                f"DoppelGANger: sample_len: S should be at most T = {layout.max_length}, the records of the longest "
                f"sample, got {sample_len}"
            )
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        self.batch_size = batch_size
        self.generator = DoppelGANgerGenerator(
            layout,
            sample_len=sample_len or recommended_sample_len(layout.max_length),
            metadata_noise=metadata_noise,
            minmax_noise=minmax_noise,
            measurement_noise=measurement_noise,
            metadata_layers=metadata_layers,
            metadata_units=metadata_units,
            lstm_layers=lstm_layers,
            lstm_units=lstm_units,
            initial_state=initial_state,
            mask_tail=mask_tail,
        )
        self.averaged = None
        if averaging is not None:
            self.averaged = AveragedModel(
                self.generator, multi_avg_fn=get_ema_multi_avg_fn(averaging), use_buffers=True
            )
        attributes = width(layout.metadata) + width(layout.minmax)
        records = self.generator.passes * self.generator.sample_len
        hidden = [discriminator_units] * discriminator_layers
        self.discriminator = mlp(packing * (records * (width(layout.measurements) + 2) + attributes), hidden, 1)
        judged_alone = auxiliary_discriminator and attributes > 0
        self.auxiliary_discriminator = mlp(packing * attributes, hidden, 1) if judged_alone else None

    @property
    def samples_per_batch(self) -> int:
        """A batch holds `batch_size` packs."""
        return self.hparams.batch_size * self.hparams.packing

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One Adam for each player."""
        players = (self.generator, self.discriminator, self.auxiliary_discriminator)
        rates = (self.hparams.learning_rate, self.hparams.beta1, self.hparams.beta2)
        return [self.adam(player, *rates) for player in players if player is not None]

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """Discriminator, auxiliary discriminator, generator in turn, all on one real and one generated batch (D21)."""
        rng = self.batch_rng()
        generator_optimizer, optimizer, *auxiliary = self.optimizers()
        noise = self.generator.noise(len(batch), rng)
        real, fake = self._judged(self._real(batch)), self._judged(self.generator(noise))
        losses: dict[str, Any] = {}
        for _ in range(self.hparams.discriminator_rounds):
            loss = self._discriminate("discriminator", real.samples, fake.samples, rng, losses)
            self.descend(optimizer, loss, self.discriminator)
            if self.auxiliary_discriminator is not None:
                loss = self._discriminate("auxiliary_discriminator", real.attributes, fake.attributes, rng, losses)
                self.descend(auxiliary[0], loss, self.auxiliary_discriminator)
        for round in range(self.hparams.generator_rounds):
            if round > 0:
                fake = self._judged(self.generator(noise))
            loss = -self.discriminator(fake.samples).mean()
            if self.auxiliary_discriminator is not None:
                loss = loss - self.hparams.alpha * self.auxiliary_discriminator(fake.attributes).mean()
            losses["generator"] = loss.detach()
            self.descend(generator_optimizer, loss, self.generator, counts=round == 0)
        if self.averaged is not None:
            self.averaged.update_parameters(self.generator)
        refuse_nan(self.global_step, **losses)
        self.report(**losses)

    @torch.no_grad()
    def without_gradient(self) -> dict[str, str]:
        """The last biases of both discriminators."""
        return last_biases(self, "discriminator", "auxiliary_discriminator")

    def generate(self, n: int, rng: torch.Generator, lengths: Int[Tensor, " n"] | None = None) -> Encoded:
        """n samples; all have max_length records where all training samples had (D7).

        lengths: the length of each sample, used instead of what the generation flags say (Appendix B)
        """
        t = self.layout.max_length
        if lengths is None and self.layout.fixed_length:
            lengths = torch.full((n,), t, device=rng.device)
        generator = self.generator if self.averaged is None else self.averaged
        fake = generator(self.generator.noise(n, rng), masked=lengths is None)
        lengths = lengths_from_flags(fake.flags[:, :t]) if lengths is None else lengths
        active = torch.arange(t, device=rng.device) < lengths[:, None]
        return Encoded(fake.metadata, fake.minmax, fake.measurements[:, :t] * active[..., None], lengths)

    def _discriminate(
        self, name: str, real: Tensor, fake: Tensor, rng: torch.Generator, losses: dict[str, Any]
    ) -> Float[Tensor, ""]:
        """The loss of the discriminator called `name`; notes its parts in `losses`."""
        loss, parts = discriminator_loss(getattr(self, name), real, fake.detach(), rng, penalty=self.hparams.penalty)
        losses.update({f"{name}_{part}": value for part, value in parts.items()})
        return loss

    def _real(self, batch: Encoded) -> Series:
        """Training samples as a discriminator sees them, padded to a whole number of RNN passes."""
        records = self.generator.passes * self.generator.sample_len
        padding = records - self.layout.max_length
        return Series(
            batch.metadata,
            batch.minmax,
            functional.pad(batch.measurements, (0, 0, 0, padding)) if padding else batch.measurements,
            generation_flags(batch.lengths, records, self.generator.sample_len),
        )

    def _judged(self, series: Series) -> Judged:
        """What the discriminators see of `series`."""
        records = torch.cat([series.measurements, series.flags], dim=2).flatten(1)
        attributes = torch.cat([series.metadata, series.minmax], dim=1)
        packs = self.hparams.batch_size
        return Judged(torch.cat([records, attributes], dim=1).view(packs, -1), attributes.view(packs, -1))


def recommended_sample_len(max_length: int, passes: int = 50) -> int:
    """S such that T/S is nearest to 50 (§4.4) among the divisors of T; of two equally near, the smaller S."""
    divisors = [s for s in range(1, max_length + 1) if max_length % s == 0]
    return min(divisors, key=lambda s: (abs(max_length / s - passes), s))
