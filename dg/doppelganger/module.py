"""DoppelGANger (§4): the alternating optimisation of Eq. 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy, deepcopy
from dataclasses import replace
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from dg.capture import Captured
from dg.critic import Critic, interpolation, last_biases
from dg.doppelganger.networks import DoppelGANgerGenerator, Noise, Series
from dg.doppelganger.summaries import Summaries
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Decay, Few, Rate, Weight, Width
from dg.module import GenerativeModule
from dg.nn import FLAGS, generation_flags, harden, lengths_from_flags, move_averages
from dg.privacy import Privacy, PrivateTraining


class Judged(NamedTuple):
    """Samples as rows, `packing` samples to a row: once whole, once only their metadata and min/max (Eq. 1)."""

    samples: Float[Tensor, "b d"]
    attributes: Float[Tensor, "b a"]


class Draw(NamedTuple):
    """What is random in a round of the discriminators: the fakes' noise, and where x̂ lies for each discriminator.

    In private training also which fake each training sample is judged against, and the noise on the gradients.
    """

    noise: Noise
    weights: list[Float[Tensor, "b 1"]]
    partners: Int[Tensor, " b"] | None = None
    gradient_noise: list[Tensor] | None = None


class DoppelGANger(GenerativeModule):
    """The model of Figure 7; the defaults are those of Appendix B, and of the release where the paper is silent.

    sample_len: S, the records of one RNN pass (§4.1); None: as many as make the passes nearest to 50 (§4.4, D22)
    alpha: weight of the auxiliary discriminator, which judges the metadata alone (Eq. 1)
    auxiliary_discriminator: False leaves it out (Figure 6a)
    penalty: λ, the weight of the gradient penalty of both discriminators
    packing: samples that a discriminator judges together
    measurement_noise: noise numbers of one RNN pass; None: as many as its records, S (D45)
    initial_state: of the LSTM, drawn from N(0, 1) for every series or zero
    flags: generation flags are generated and judged where lengths are "varied", or "always" as in the release (D44)
    generator_rounds, discriminator_rounds: optimiser steps a batch; each round of the discriminators has new fakes
    mask_tail: after the end flag, records of the last block are 0; False leaves them to the generator, as released (D6)
    self_normalizing: generated series reach both ends of their range, as auto-normalised real ones do (D47)
    summaries: weight of a series' statistics among what the discriminator sees; 0: it sees the records alone (D56)
    season: records after which a pattern comes again, e.g. 7 days, for these statistics; 1: no such pattern
    averaging: decay of a moving average of the generator's weights, used for sampling; None: the last weights (D45)
    """

    version = 3

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
        measurement_noise: Width | None = None,
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
        flags: Literal["varied", "always"] = "varied",
        mask_tail: bool = False,
        self_normalizing: bool = False,
        summaries: Weight = 0.0,
        season: Count = 1,
        averaging: Decay | None = 0.99,
    ) -> None:
        if sample_len is not None and sample_len > layout.max_length:
            raise ValueError(
                f"DoppelGANger: sample_len: S should be at most T = {layout.max_length}, the records of the longest "
                f"sample, got {sample_len}"
            )
        if self_normalizing and not layout.normalized:
            raise ValueError("DoppelGANger: self_normalizing: no measurement of this encoder is auto-normalised")
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        self.batch_size = batch_size
        sample_len = sample_len or recommended_sample_len(layout.max_length)
        self.generator = DoppelGANgerGenerator(
            layout,
            sample_len=sample_len,
            metadata_noise=metadata_noise,
            minmax_noise=minmax_noise,
            measurement_noise=measurement_noise or sample_len,
            metadata_layers=metadata_layers,
            metadata_units=metadata_units,
            lstm_layers=lstm_layers,
            lstm_units=lstm_units,
            initial_state=initial_state,
            flags=flags == "always" or not layout.fixed_length,
            mask_tail=mask_tail,
            self_normalizing=self_normalizing,
        )
        self.compete: Callable[..., dict[str, Tensor]] = self._compete
        self.averaged = None
        if averaging is not None:
            self.averaged = deepcopy(self.generator).requires_grad_(False)
        attributes = width(layout.metadata) + width(layout.minmax)
        record = width(layout.measurements) + (FLAGS.width if self.generator.flags else 0)
        hidden = [discriminator_units] * discriminator_layers
        self.summaries = Summaries(layout, season) if summaries else None
        seen = self.generator.records * record + attributes + (self.summaries.width if self.summaries else 0)
        self.discriminator = Critic(packing * seen, hidden)
        judged_alone = auxiliary_discriminator and attributes > 0
        self.auxiliary_discriminator = Critic(packing * attributes, hidden) if judged_alone else None

    takes_parts = True

    def observe(self, train: Encoded) -> None:
        """Learns the units of the summaries."""
        self.observe_parts([train])

    def observe_parts(self, parts: Iterable[Encoded]) -> None:
        """The same."""
        if self.summaries is not None:
            self.summaries.fit(parts)

    def capture(self) -> None:
        """From now on a batch is a CUDA graph, but for the generator's step; raises ValueError where lengths vary."""
        if not self.layout.fixed_length:
            raise ValueError(
                "capture: where lengths vary, a batch of DoppelGANger ends when its series have (D36), which a CUDA "
                "graph cannot: train without it"
            )
        self.capturable, self.compete = True, Captured(self._compete)

    def privatize(self, privacy: Privacy, n: int, batches: int) -> PrivateTraining:
        """From now on the discriminators' steps are private; the generator learns from them alone (§6.2)."""
        if self.hparams.packing > 1:
            raise ValueError("privacy: a pack of samples has one gradient, which cannot be clipped for each: packing=1")
        self.private = privacy.plan(n, self.hparams.batch_size, batches, uses=self.hparams.discriminator_rounds)
        return self.private

    @property
    def samples_per_batch(self) -> int:
        """A batch holds `batch_size` packs."""
        return self.hparams.batch_size * self.hparams.packing

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One Adam for each player."""
        rates = (self.hparams.learning_rate, self.hparams.beta1, self.hparams.beta2)
        return [self.adam(player, *rates) for player in (self.generator, *self._critics().values())]

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """Discriminator, auxiliary discriminator, generator in turn, on one real and one generated batch (D21)."""
        generator_optimizer, *_ = self.optimizers()
        draws = self._draws(len(batch), self.batch_rng())
        losses = self.compete(self._judged(self._real(batch)), draws)
        generator_optimizer.step()
        for _ in range(1, self.hparams.generator_rounds):
            losses |= self._fool(self._judged(self.generator(draws[-1].noise)))
            generator_optimizer.optimizer.step()
        if self.averaged is not None:
            move_averages(self.averaged.state_dict(), self.generator.state_dict(), self.hparams.averaging)
        self.report(**losses)

    def _draws(self, b: int, rng: torch.Generator) -> list[Draw]:
        """All that is random in a batch of b samples, so that the rest of it is a function of tensors."""
        fakes, packs, critics = self.samples_per_batch, b // self.hparams.packing, [*self._critics().values()]
        hidden = rng if self.private is None else self.private.rng(self.global_step, rng.device)

        def draw() -> Draw:
            noise, weights = self.generator.noise(fakes, rng), [interpolation(packs, hidden) for _ in critics]
            if self.private is None:
                return Draw(noise, weights)
            return Draw(noise, weights, self.private.partners(b, hidden), self.private.noise(critics, hidden))

        return [draw() for _ in range(self.hparams.discriminator_rounds)]

    def _compete(self, real: Judged, draws: list[Draw]) -> dict[str, Tensor]:
        """All steps of the discriminators, and the generator's gradient before its first step; returns the losses."""
        _, *optimizers = self.optimizers()
        losses: dict[str, Tensor] = {}
        for draw in draws:
            with torch.set_grad_enabled(draw is draws[-1]):
                fake = self._judged(self.generator(draw.noise))
            judge = self._judge if self.private is None else self._judge_privately
            found = judge(real, [judged.detach() for judged in fake], draw)
            for name, optimizer, parts in zip(self._critics(), optimizers, found, strict=True):
                optimizer.optimizer.step()
                losses |= {f"{name}_{part}": value for part, value in parts.items()}
        return losses | self._fool(fake)

    def _judge(self, real: Judged, fake: list[Tensor], draw: Draw) -> list[dict[str, Tensor]]:
        """Computes the gradients of the discriminators; returns the parts of their losses."""
        players = zip(self._critics().values(), real, fake, draw.weights, strict=False)
        return [critic.backward(*rows, penalty=self.hparams.penalty) for critic, *rows in players]

    def _judge_privately(self, real: Judged, fake: list[Tensor], draw: Draw) -> list[dict[str, Tensor]]:
        """The same, but each sample's gradient is clipped over both discriminators, and noise is added (D58)."""
        assert self.private is not None and draw.gradient_noise is not None
        critics = [*self._critics().values()]
        rows = [*zip(real, (judged[draw.partners] for judged in fake), draw.weights, strict=False)]
        return self.private.backward(critics, rows, draw.gradient_noise, penalty=self.hparams.penalty)

    def _fool(self, fake: Judged) -> dict[str, Tensor]:
        """Computes the gradient of the generator's loss; returns the loss."""
        loss = -self.discriminator(fake.samples).mean()
        if self.auxiliary_discriminator is not None:
            loss = loss - self.hparams.alpha * self.auxiliary_discriminator(fake.attributes).mean()
        self.differentiate(loss, self.generator)
        return {"generator": loss.detach()}

    def without_gradient(self) -> dict[str, str]:
        """The last biases of both discriminators."""
        return last_biases(self)

    @torch.no_grad()
    def generate(
        self,
        n: int,
        rng: torch.Generator,
        lengths: Int[Tensor, " n"] | None = None,
        metadata: Float[Tensor, "n m"] | None = None,
    ) -> Encoded:
        """n samples; all have max_length records where all training samples had (D7).

        lengths: the length of each sample, used instead of what the generation flags say (Appendix B)
        metadata: of each sample, encoded, used instead of what the metadata generator draws (§4.4)
        """
        t = self.layout.max_length
        if lengths is None and self.layout.fixed_length:
            lengths = torch.full((n,), t, device=rng.device)
        fake = self.sampled(self.generator.noise(n, rng), lengths, metadata)
        lengths = lengths_from_flags(fake.flags[:, :t]) if lengths is None else lengths
        active = torch.arange(t, device=rng.device) < lengths[:, None]
        return Encoded(fake.metadata, fake.minmax, fake.measurements[:, :t] * active[..., None], lengths)

    @torch.no_grad()
    def draw_metadata(self, n: int, rng: torch.Generator) -> Float[Tensor, "n m"]:
        """What the metadata generator gives, with hard categories (§4.3, step 1)."""
        noise = torch.randn((n, self.hparams.metadata_noise), generator=rng, device=rng.device)
        drawn = self.sampled.metadata
        return harden(drawn(noise), self.layout.metadata) if drawn else noise[:, :0]

    @torch.no_grad()
    def scores(self, samples: Encoded) -> Float[Tensor, " n"]:
        """By the main discriminator; a pack holds the same sample again and again."""
        repeated = torch.arange(len(samples), device=samples.lengths.device).repeat_interleave(self.hparams.packing)
        return self.discriminator(self._judged(self._real(samples[repeated])).samples)[:, 0]

    def lengthened(self, max_length: int) -> DoppelGANger:
        """The same weights for longer samples: the RNN runs on. Only to generate: its critics cannot."""
        longer = copy(self)
        longer._modules = dict(self._modules)
        longer.layout = replace(self.layout, max_length=max_length, fixed_length=False)
        longer.generator = self.generator.lengthened(max_length)
        if self.averaged is not None:
            longer.averaged = self.averaged.lengthened(max_length)
        return longer

    @property
    def sampled(self) -> DoppelGANgerGenerator:
        """The weights that samples are made with."""
        return self.generator if self.averaged is None else self.averaged

    def _critics(self) -> dict[str, Critic]:
        """Those that judge, in the order of `Judged`."""
        critics = {"discriminator": self.discriminator, "auxiliary_discriminator": self.auxiliary_discriminator}
        return {name: critic for name, critic in critics.items() if critic is not None}

    def _real(self, batch: Encoded) -> Series:
        """Training samples as a discriminator sees them; with flags, padded to a whole number of RNN passes."""
        records = self.generator.records
        padding = records - self.layout.max_length
        return Series(
            batch.metadata,
            batch.minmax,
            functional.pad(batch.measurements, (0, 0, 0, padding)) if padding else batch.measurements,
            generation_flags(batch.lengths, records, self.generator.sample_len) if self.generator.flags else None,
        )

    def _judged(self, series: Series) -> Judged:
        """What the discriminators see of `series`."""
        parts = [series.measurements] if series.flags is None else [series.measurements, series.flags]
        records = torch.cat(parts, dim=2).flatten(1)
        attributes = torch.cat([series.metadata, series.minmax], dim=1)
        seen = [records, attributes]
        if self.summaries is not None:
            ends = None if series.flags is None else lengths_from_flags(series.flags)
            seen.append(self.hparams.summaries * self.summaries(series.measurements, ends))
        return Judged(self._packed(torch.cat(seen, dim=1)), self._packed(attributes))

    def _packed(self, rows: Float[Tensor, "b d"]) -> Float[Tensor, "p e"]:
        packing = self.hparams.packing
        return rows.view(len(rows) // packing, packing * rows.shape[1])


def recommended_sample_len(max_length: int, passes: int = 50) -> int:
    """The smallest S that brings the number of passes, T/S rounded up, nearest to 50 (§4.4)."""
    return min(range(1, max_length + 1), key=lambda s: (abs(-(-max_length // s) - passes), s))
