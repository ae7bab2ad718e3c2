"""TimeGAN (§5.1.2): a GAN in the latent space of an autoencoder, with a supervisor that predicts the next record."""

from __future__ import annotations

from itertools import islice
from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, l1_loss, mse_loss

from baselines.gru import GRU
from baselines.marginals import Unlearnt, samples_with, take_metadata
from dg.encoding import Encoded, Layout, width
from dg.hyperparameters import Count, Few, Rate, Weight, Width
from dg.memory import available
from dg.module import GenerativeModule
from dg.nn import linear


class TimeGAN(GenerativeModule):
    """Five recurrent networks and three phases of training; the defaults are the code that the paper cites (D26).

    A batch of the budget is one joint iteration, after as many iterations of the embedding phase and of the supervised
    phase: `batches` take three times as many steps. Lengths are drawn from the training samples, as in the release.

    units: of every network; None: 4 times the measurements, as in the code of May 2019. The later one has 24
    shifted: the supervisor predicts the next latent record, as in the later code; False: the same one
    gamma: weight of the discriminator's loss on what the supervisor has not seen
    threshold: the discriminator learns only while its loss is above it
    """

    quick = MappingProxyType({"units": 4, "layers": 2, "batch_size": 8})

    lacks = MappingProxyType(
        {
            "metadata": "its release generates measurements alone (§5.1.2)",
            "lengths": "its release takes the lengths of the training samples",
        }
    )
    low: Tensor
    span: Tensor

    def __init__(
        self,
        layout: Layout,
        *,
        units: Width | None = None,
        layers: Few = 3,
        shifted: bool = False,
        gamma: Weight = 1.0,
        threshold: Weight = 0.15,
        learning_rate: Rate = 0.001,
        batch_size: Count = 128,
    ) -> None:
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        self.batch_size = batch_size
        if layout.minmax:
            take_metadata(self)
        k = width(layout.measurements)
        h = units or 4 * k
        self.embedder = RecurrentStack(k, h, h, layers)
        self.recovery = RecurrentStack(h, h, k, layers)
        self.generator = RecurrentStack(k, h, h, layers)
        self.supervisor = RecurrentStack(h, h, h, max(1, layers - 1))
        self.discriminator = RecurrentStack(h, h, 1, layers, bounded=False)
        self.register_buffer("low", torch.zeros(k))
        self.register_buffer("span", torch.ones(k))
        self.lengths = Unlearnt(layout)
        self.latents: Tensor | None = None

    @property
    def samples_per_batch(self) -> int:
        """A joint iteration has three minibatches."""
        return 3 * self.hparams.batch_size

    def steps(self, batches: int) -> int:
        """Three phases of as many iterations each."""
        self.iterations = batches
        return 3 * batches

    def observe(self, train: Encoded) -> None:
        """Learns the range of each measurement, which the networks see as [0, 1], and keeps the lengths."""
        self.lengths.keep(**vars(train))
        records = train.measurements[self._active(train.lengths).squeeze(2) > 0]
        self.low.copy_(records.amin(dim=0))
        self.span.copy_((records.amax(dim=0) - self.low).clamp_min(1e-7))

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One Adam a loss: the phases do not share their moments."""
        return [self.adam(networks, self.hparams.learning_rate) for networks in self._players().values()]

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """One iteration of the current phase."""
        rng = self.batch_rng()
        parts = [batch[index] for index in torch.arange(len(batch), device=self.device).split(self.hparams.batch_size)]
        phase = self.global_step // self.iterations
        if phase == 0:
            losses = self._embed(parts[0])
        elif phase == 1:
            losses = self._supervise(parts[0], batch_index)
        else:
            losses, self.latents = {}, None
            for number, part in enumerate(parts[:2]):
                losses |= self._generate_and_embed(part, rng, counts=number == 0)
            losses |= self._discriminate(parts[2], rng)
        self.report(**losses)

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n samples with the lengths of training samples."""
        drawn = self.lengths.draw(n, rng)
        active = self._active(drawn["lengths"])
        latent = self.supervisor(self.generator(self._noise(active, rng), active), active)
        return samples_with(drawn, (self.recovery(latent, active) * self.span + self.low) * active)

    def _embed(self, part: Encoded) -> dict[str, Tensor]:
        """Phase 1: embedder and recovery learn to reproduce their input."""
        real, active = self._real(part)
        reconstruction = mse_loss(self.recovery(self.embedder(real, active), active), real).sqrt()
        self._descend("autoencoder", 10 * reconstruction, counts=True)
        return {"reconstruction": reconstruction.detach()}

    def _supervise(self, part: Encoded, batch_index: int) -> dict[str, Tensor]:
        """Phase 2: the supervisor learns the dynamics of the latent records; the generator has no part in its loss."""
        if self.latents is None:
            self.latents = self._all_latents()
        if len(self.latents):
            drawn = next(islice(self.trainer.train_dataloader.sampler.draws, batch_index, None))[: len(part)]  # type: ignore[union-attr]
            latent, active = self.latents[drawn.to(self.device)], self._active(part.lengths)
        else:
            latent, active = self._latent(part)
        supervised = self._supervised(latent, self.supervisor(latent, active))
        self._descend("supervisor", supervised, counts=True)
        return {"supervised": supervised.detach()}

    def _all_latents(self) -> Float[Tensor, "n t h"]:
        """The latent records of every training sample, which phase 2 does not change.

        None of them (n = 0) if phase 2 draws fewer samples than there are, or if they would fill a quarter of the free
        memory.
        """
        samples, h = self.trainer.train_dataloader.dataset.encoded, self.embedder.head.out_features  # type: ignore[union-attr]
        n, b, t = len(samples), self.hparams.batch_size, self.layout.max_length
        free = torch.cuda.mem_get_info(self.device)[0] if self.device.type == "cuda" else available()
        if n > b * self.iterations or 4 * n * t * h > free // 4:
            return self.low.new_empty(0, t, h)
        latents = self.low.new_empty(n, t, h)
        for index in torch.arange(n, device=self.device).split(b):
            latents[index], _ = self._latent(samples[index])
        return latents

    @torch.no_grad()
    def _latent(self, part: Encoded) -> tuple[Float[Tensor, "b t h"], Float[Tensor, "b t 1"]]:
        """The latent records of training samples, and where they are active."""
        real, active = self._real(part)
        return self.embedder(real, active), active

    def _generate_and_embed(self, part: Encoded, rng: torch.Generator, *, counts: bool) -> dict[str, Tensor]:
        """Phase 3: a step of generator and supervisor, then one of embedder and recovery on the same samples."""
        real, active = self._real(part)
        latent = self.embedder(real, active)
        generated = self.generator(self._noise(active, rng), active)
        both = torch.cat([active, active])
        supervised, predicted = self.supervisor(torch.cat([generated, latent.detach()]), both).chunk(2)
        logits = self.discriminator(torch.cat([supervised, generated]), both)
        fooled, fooled_early = (_labelled(part, 1.0) for part in logits.chunk(2))
        dynamics = self._supervised(latent.detach(), predicted)
        moments = moment_distance(self.recovery(supervised, active), real)
        loss = fooled + self.hparams.gamma * fooled_early + 100 * dynamics.sqrt() + 100 * moments
        self._descend("generator", loss, counts=counts)
        reconstruction = mse_loss(self.recovery(latent, active), real).sqrt()
        embedding = 10 * reconstruction + 0.1 * self._supervised(latent, self.supervisor(latent, active))
        self._descend("embedder", embedding)
        return {
            "generator": loss.detach(),
            "moments": moments.detach(),
            "supervised": dynamics.detach(),
            "reconstruction": reconstruction.detach(),
        }

    def _discriminate(self, part: Encoded, rng: torch.Generator) -> dict[str, Tensor]:
        """Phase 3: a step of the discriminator, unless it is already far ahead."""
        real, active = self._real(part)
        with torch.no_grad():
            generated = self.generator(self._noise(active, rng), active)
            latents = [self.embedder(real, active), self.supervisor(generated, active), generated]
        logits = self.discriminator(torch.cat(latents), torch.cat([active] * 3)).chunk(3)
        loss = _labelled(logits[0], 1.0) + _labelled(logits[1], 0.0) + self.hparams.gamma * _labelled(logits[2], 0.0)
        self._descend("discriminator", loss, skips=~(loss.detach() > self.hparams.threshold))
        return {"discriminator": loss.detach()}

    def _supervised(self, latent: Float[Tensor, "b t h"], predicted: Float[Tensor, "b t h"]) -> Float[Tensor, ""]:
        """The error of the supervisor on all records but the first, if there are others."""
        if latent.shape[1] == 1:
            return mse_loss(predicted, latent)
        return mse_loss(predicted[:, :-1] if self.hparams.shifted else predicted[:, 1:], latent[:, 1:])

    def _descend(self, player: str, loss: Tensor, *, counts: bool = False, skips: Tensor | None = None) -> None:
        """One step of `player`'s optimiser; if `skips` is true, weights, moments and count of steps stay as they are.

        The device decides it: torch's fused Adam skips a step where `found_inf` is 1.
        """
        optimizer = list(self.optimizers())[PLAYERS.index(player)]  # type: ignore[arg-type]
        if skips is not None:
            optimizer.optimizer.found_inf = skips.float()
        self.descend(optimizer, loss, self._players()[player], counts=counts)

    def _players(self) -> dict[str, nn.Module]:
        """What each optimiser moves: a pair of networks has one optimiser a phase."""
        autoencoder = nn.ModuleList([self.embedder, self.recovery])
        dynamics = nn.ModuleList([self.generator, self.supervisor])
        networks = (autoencoder, self.supervisor, dynamics, autoencoder, self.discriminator)
        return dict(zip(PLAYERS, networks, strict=True))

    def _real(self, part: Encoded) -> tuple[Float[Tensor, "b t k"], Float[Tensor, "b t 1"]]:
        """Training samples in [0, 1], zero past their lengths, and where they are active."""
        active = self._active(part.lengths)
        return (part.measurements - self.low) / self.span * active, active

    def _noise(self, active: Float[Tensor, "b t 1"], rng: torch.Generator) -> Float[Tensor, "b t k"]:
        """Uniform noise for every record, as wide as the measurements."""
        shape = (*active.shape[:2], len(self.low))
        return torch.rand(shape, generator=rng, device=active.device) * active

    def _active(self, lengths: Tensor) -> Float[Tensor, "b t 1"]:
        step = torch.arange(self.layout.max_length, device=lengths.device)
        return (step < lengths[:, None])[..., None].float()


class RecurrentStack(nn.Module):
    """GRUs on top of each other, silent past the end of a series, and a dense layer for every record.

    Initialised as TensorFlow does: Glorot-uniform kernels, one bias, which is 1 for the gates.
    """

    def __init__(self, inputs: int, units: int, outputs: int, layers: int, *, bounded: bool = True) -> None:
        super().__init__()
        self.bounded = bounded
        self.gru = GRU(inputs, units, layers)
        self.head = linear(units, outputs)
        for layer in range(layers):
            inside = (inputs if layer == 0 else units) + units
            for kind in ("ih", "hh"):
                weight = getattr(self.gru, f"weight_{kind}_l{layer}").data
                for part, out in ((weight[: 2 * units], 2 * units), (weight[2 * units :], units)):
                    bound = (6 / (inside + out)) ** 0.5
                    nn.init.uniform_(part, -bound, bound)
            bias, second_bias = (getattr(self.gru, f"bias_{kind}_l{layer}") for kind in ("ih", "hh"))
            nn.init.zeros_(bias)
            nn.init.ones_(bias.data[: 2 * units])
            nn.init.zeros_(second_bias)
            second_bias.requires_grad_(False)

    def forward(self, inputs: Float[Tensor, "b t i"], active: Float[Tensor, "b t 1"]) -> Float[Tensor, "b t o"]:
        """Outputs of every record, in (0, 1) if bounded."""
        hidden, _ = self.gru(inputs)
        outputs = self.head(hidden * active)
        return outputs.sigmoid() if self.bounded else outputs


PLAYERS = ("autoencoder", "supervisor", "generator", "embedder", "discriminator")


def moment_distance(generated: Float[Tensor, "b t k"], real: Float[Tensor, "b t k"]) -> Float[Tensor, ""]:
    """How far means and standard deviations over the batch, one a record and measurement, are apart."""
    deviation, real_deviation = ((samples.var(dim=0, correction=0) + 1e-6).sqrt() for samples in (generated, real))
    return l1_loss(deviation, real_deviation) + l1_loss(generated.mean(dim=0), real.mean(dim=0))


def _labelled(logits: Float[Tensor, "b t 1"], label: float) -> Float[Tensor, ""]:
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))
