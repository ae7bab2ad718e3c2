"""The naive GAN of §3.3.2: a dense network generates metadata and all records at once, another one judges them."""

from __future__ import annotations

from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor, nn

from baselines.records import record_blocks, records, samples_of
from dg.critic import Critic, interpolation, last_biases
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Decay, Few, Rate, Weight, Width
from dg.module import GenerativeModule
from dg.nn import FLAGS, Heads, active_blocks, mlp
from dg.privacy import Privacy, PrivateTraining


class NaiveGAN(GenerativeModule):
    """Appendix B gives the sizes. What it does not state is as in DoppelGANger, except the noise.

    noise: width of the N(0, 1) input, which the paper does not state (D11)
    penalty: λ, the weight of the gradient penalty
    """

    version = 2
    quick = MappingProxyType({"layers": 1, "units": 8, "noise": 4, "batch_size": 8})

    def __init__(
        self,
        layout: Layout,
        *,
        noise: Width = 100,
        layers: Few = 4,
        units: Width = 200,
        batch_norm: bool = False,
        penalty: Weight = 10.0,
        learning_rate: Rate = 0.001,
        beta1: Decay = 0.5,
        beta2: Decay = 0.999,
        batch_size: Count = 100,
    ) -> None:
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        self.batch_size = batch_size
        hidden = [units] * layers
        self.generator = NaiveGenerator(layout, noise, hidden, batch_norm)
        attributes = width(layout.metadata) + width(layout.minmax)
        self.discriminator = Critic(attributes + layout.max_length * width(record_blocks(layout)), hidden)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One Adam a player."""
        rates = (self.hparams.learning_rate, self.hparams.beta1, self.hparams.beta2)
        return [self.adam(player, *rates) for player in (self.generator, self.discriminator)]

    def privatize(self, privacy: Privacy, n: int, batches: int) -> PrivateTraining:
        """From now on the discriminator's steps are private; the generator learns from them alone (§6.2)."""
        self.private = privacy.plan(n, self.hparams.batch_size, batches)
        return self.private

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """Discriminator and generator in turn, on the same real batch and noise."""
        rng = self.batch_rng()
        generator_optimizer, discriminator_optimizer = self.optimizers()
        noise = self._noise(self.hparams.batch_size, rng)
        with torch.no_grad():
            fake = self.generator(noise)
        real = self._row(batch)
        if self.private is None:
            weight = interpolation(len(batch), rng)
            parts = self.discriminator.backward(real, fake, weight, penalty=self.hparams.penalty)
        else:
            parts = self._judge_privately(real, fake)
        discriminator_optimizer.optimizer.step()
        losses = {f"discriminator_{name}": part for name, part in parts.items()}
        loss = -self.discriminator(self.generator(noise)).mean()
        losses["generator"] = loss.detach()
        self.descend(generator_optimizer, loss, self.generator, counts=True)
        self.report(**losses)

    def _judge_privately(self, real: Float[Tensor, "b d"], fake: Float[Tensor, "n d"]) -> dict[str, Tensor]:
        """`Critic.backward`, but each sample's gradient is clipped, and noise is added (D58)."""
        assert self.private is not None
        hidden, b = self.private.rng(self.global_step, real.device), len(real)
        weight, partners = interpolation(b, hidden), self.private.partners(b, hidden)
        critics, rows = [self.discriminator], [(real, fake[partners], weight)]
        noise = self.private.noise(critics, hidden)
        (parts,) = self.private.backward(critics, rows, noise, penalty=self.hparams.penalty)
        return parts

    def without_gradient(self) -> dict[str, str]:
        """The last bias of the discriminator."""
        return last_biases(self)

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n samples; all have max_length records where all training samples had."""
        row, layout = self.generator(self._noise(n, rng)), self.layout
        attributes = width(layout.metadata) + width(layout.minmax)
        return samples_of(row[:, :attributes], row[:, attributes:].unflatten(1, (layout.max_length, -1)), layout)

    @torch.no_grad()
    def scores(self, samples: Encoded) -> Float[Tensor, " n"]:
        """By the discriminator."""
        return self.discriminator(self._row(samples))[:, 0]

    def _noise(self, n: int, rng: torch.Generator) -> Float[Tensor, "n z"]:
        return torch.randn((n, self.hparams.noise), generator=rng, device=rng.device)

    def _row(self, batch: Encoded) -> Float[Tensor, "b d"]:
        """All of a training sample in one row."""
        return torch.cat([batch.metadata, batch.minmax, records(batch, self.layout).flatten(1)], dim=1)


class NaiveGenerator(nn.Module):
    """From noise to rows of metadata, min/max and t records; categories are soft.

    Records have generation flags where lengths vary (D44); those after the end of a series are 0, as they are in
    training samples.
    """

    def __init__(self, layout: Layout, noise: int, hidden: list[int], batch_norm: bool) -> None:
        super().__init__()
        self.flags = not layout.fixed_length
        self.body = mlp(noise, hidden, batch_norm=batch_norm)
        blocks = (*layout.metadata, *layout.minmax)
        self.attributes = Heads(hidden[-1], blocks) if blocks else None
        self.records = Heads(hidden[-1], record_blocks(layout), records=layout.max_length)

    def forward(self, noise: Float[Tensor, "b z"]) -> Float[Tensor, "b d"]:
        """Rows, a function of `noise` alone."""
        hidden = self.body(noise)
        records = self.records(hidden)
        if self.flags:
            records = records * active_blocks(records[..., -FLAGS.width :], 1)
        row = [self.attributes(hidden).flatten(1)] if self.attributes is not None else []
        return torch.cat([*row, records.flatten(1)], dim=1)
