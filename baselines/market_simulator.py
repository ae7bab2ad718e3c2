"""The Market Simulator (Buehler et al. 2020; §5.1.2): a conditional VAE over the log-signatures of short windows."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Literal

import pysiglib
import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from baselines.marginals import Unlearnt, clip, samples_with, take_metadata
from baselines.signatures import by_evolution, by_gradient, log_signature
from dg.encoding import Encoded, Layout, width
from dg.files import short
from dg.hyperparameters import Count, Rate, Share, Width
from dg.module import GenerativeModule
from dg.nn import linear

LOW, HIGH = 1e-5, 1 - 1e-5


class MarketSimulator(GenerativeModule):
    """The defaults of networks, training and evolution are the release's, which takes 10,000 full-batch steps (D28).

    The features of a window are the coordinates of its path and its first value, one measurement after the other. The
    release has no first value. Here that of the first window is generated, and each later window starts where the one
    before it ends (D29).

    windows: what a window is, and what its features are conditioned on
        "chained": `window` increments; the condition is the previous window of the same series, or that there is none
        "whole": the whole series; the condition is the training series before it, although the two are unrelated
        "increments": as "chained", but the coordinates are the increments themselves, so that nothing is inverted
        In the other two, the coordinates are the lead-lag log-signature of one measurement, up to `order` (≥ 2)
    leaky_heads: mean and log-variance pass through the leaky ReLU, as in the release
    alpha: weight of the Kullback-Leibler divergence
    inversion: how a path is found from its log-signature: by "gradient", in `inversion_steps` steps, or by the
        release's "evolution" of a `population` over `generations`, which is slow (D30)
    pip: the unit of increments in "evolution"

    Raises ValueError for a categorical measurement, which has no increments.
    """

    quick = MappingProxyType({"window": 4, "order": 3, "inversion_steps": 3})

    batch_size = None
    lacks = MappingProxyType(
        {
            "metadata": "its release generates measurements alone",
            "lengths": "its release generates windows of one length; they are cut to those of training samples",
        }
    )
    low: Tensor
    span: Tensor
    reach: Tensor
    features: Tensor
    conditions: Tensor

    def __init__(
        self,
        layout: Layout,
        *,
        windows: Literal["chained", "whole", "increments"] = "chained",
        window: Count = 50,
        order: Annotated[int, Field(ge=2, le=12)] = 4,
        hidden: Width = 50,
        latent: Width = 8,
        leaky_heads: bool = True,
        alpha: Share = 0.003,
        learning_rate: Rate = 0.005,
        inversion: Literal["gradient", "evolution"] = "gradient",
        inversion_steps: Count = 100,
        pip: Rate = 0.01,
        population: Annotated[int, Field(ge=3, le=2**20)] = 100,
        generations: Count = 100,
    ) -> None:
        categorical = [block.name for block in layout.measurements if block.activation == "softmax"]
        if categorical:
            raise ValueError(
                f"MarketSimulator: {short(categorical[0])} is categorical, and categories have no increments: fit it "
                "to the numeric measurements, those of `TimeSeriesDataset.only_numeric()`"
            )
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        if layout.minmax:
            take_metadata(self)
        self.k = width(layout.measurements)
        longest = max(1, layout.max_length - 1)
        self.increments = longest if windows == "whole" else min(window, longest)
        self.windows = -(-longest // self.increments)
        coordinates = self.increments if windows == "increments" else pysiglib.log_sig_length(2, order)
        f = self.k * (coordinates + 1)
        self.vae = ConditionalVAE(f, f + 1, hidden, latent, leaky_heads=leaky_heads)
        self.register_buffer("low", torch.zeros(f))
        self.register_buffer("span", torch.ones(f))
        self.register_buffer("reach", torch.zeros(self.k))
        self.register_buffer("features", torch.empty(0, f), persistent=False)
        self.register_buffer("conditions", torch.empty(0, f + 1), persistent=False)
        self.drawn = Unlearnt(layout, condition=torch.empty(0, f + 1))

    def observe(self, train: Encoded) -> None:
        """Computes all windows' features and conditions; keeps the range, the lengths and the first conditions."""
        paths, in_use = self._cut(train)
        features = self._features(paths.flatten(0, 1)).unflatten(0, in_use.shape)
        self.low.copy_(features[in_use].amin(dim=0))
        self.span.copy_(features[in_use].amax(dim=0) - self.low.to(features))
        scaled = self._scale(features)
        if self.hparams.windows == "whole":
            conditions = _known(scaled.roll(1, dims=0))
        else:
            conditions = torch.cat([torch.zeros_like(_known(scaled[:, :1])), _known(scaled[:, :-1])], dim=1)
        self.features, self.conditions = scaled[in_use], conditions[in_use]
        self.drawn.keep(**vars(train), condition=conditions[:, 0])
        steps = train.measurements.diff(dim=1)
        active = torch.arange(1, self.layout.max_length, device=steps.device) < train.lengths[:, None]
        sizes = torch.cat([steps[active].abs(), steps.new_zeros(1, self.k)])
        largest = sizes.kthvalue(-(-999 * len(sizes) // 1000), dim=0).values
        self.reach.copy_((largest / self.hparams.pip).ceil())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam."""
        return self.adam(self.vae, self.hparams.learning_rate)

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """One step on all windows of all samples."""
        mean, log_variance = self.vae.encode(self.features, self.conditions)
        noise = torch.randn(mean.shape, generator=self.batch_rng(), device=self.device)
        rebuilt = self.vae.decode(mean + noise * (log_variance / 2).exp(), self.conditions)
        loss = vae_loss(rebuilt, self.features, mean, log_variance, self.hparams.alpha)
        self.descend(self.optimizers(), loss, self.vae, counts=True)  # type: ignore[arg-type]
        self.report(vae=loss.detach())

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n samples, window after window: the path recovered for each window is the condition of the next."""
        drawn = self.drawn.draw(n, rng)
        condition = drawn["condition"]
        series: list[Tensor] = []
        for _ in range(self.windows):
            noise = torch.randn((n, self.hparams.latent), generator=rng, device=rng.device)
            features = self._unscale(self.vae.decode(noise, condition)).unflatten(1, (self.k, -1))
            first = series[-1][:, -1:] if series else features[:, None, :, -1]
            steps = self._invert(features[..., :-1], rng).transpose(1, 2)
            path = clip(torch.cat([first, first + steps.cumsum(dim=1)], dim=1), self.layout.measurements)
            series.append(path[:, 1:] if series else path)
            condition = _known(self._scale(self._features(path)))
        t = self.layout.max_length
        ended = torch.arange(t, device=rng.device) >= drawn["lengths"][:, None]
        return samples_with(drawn, torch.cat(series, dim=1)[:, :t].masked_fill(ended[..., None], 0.0))

    def _cut(self, train: Encoded) -> tuple[Float[Tensor, "n p w1 k"], Bool[Tensor, "n p"]]:
        """The p windows of every series, and which of them have a record; each window ends where the next begins.

        After its end, a series stays at its last value.
        """
        last = (train.lengths - 1)[:, None]
        step = torch.arange(self.windows * self.increments + 1, device=last.device)
        series = train.measurements.take_along_dim(step.minimum(last)[..., None], dim=1)
        paths = series.unfold(1, self.increments + 1, self.increments).transpose(2, 3)
        begins = step[: -1 : self.increments]
        return paths, (begins < last) | (begins == 0)

    def _features(self, paths: Float[Tensor, "n w1 k"]) -> Float[Tensor, "n f"]:
        coordinates = paths.diff(dim=1).transpose(1, 2)
        if self.hparams.windows != "increments":
            coordinates = log_signature(coordinates.flatten(0, 1), self.hparams.order).unflatten(0, (-1, self.k))
        return torch.cat([coordinates, paths[:, 0, :, None]], dim=2).flatten(1)

    def _invert(self, coordinates: Float[Tensor, "n k s"], rng: torch.Generator) -> Float[Tensor, "n k w"]:
        """The increments of paths with these coordinates."""
        if self.hparams.windows == "increments":
            return coordinates
        n, hparams = len(coordinates), self.hparams
        sought = coordinates.flatten(0, 1), self.increments, hparams.order, rng
        if hparams.inversion == "gradient":
            steps = by_gradient(*sought, steps=hparams.inversion_steps)
        else:
            scheme = {"population": hparams.population, "generations": hparams.generations}
            steps = by_evolution(*sought, pip=hparams.pip, reach=self.reach.repeat(n), **scheme)
        return steps.unflatten(0, (n, self.k))

    def _scale(self, features: Float[Tensor, "*n f"]) -> Float[Tensor, "*n f"]:
        """Maps features from their range in training to [LOW, HIGH]; values outside that range are clipped."""
        unit = ((features - self.low.to(features)) / self.span.to(features).clamp_min(1e-12)).clamp(0, 1)
        return LOW + (HIGH - LOW) * unit

    def _unscale(self, scaled: Float[Tensor, "*n f"]) -> Float[Tensor, "*n f"]:
        return self.low + self.span * (scaled - LOW) / (HIGH - LOW)


class ConditionalVAE(nn.Module):
    """One hidden layer with leaky ReLU in the encoder and one in the decoder, whose output is in (0, 1)."""

    def __init__(self, features: int, condition: int, hidden: int, latent: int, *, leaky_heads: bool) -> None:
        super().__init__()
        self.encoder = nn.Sequential(linear(features + condition, hidden), nn.LeakyReLU(0.3))
        self.mean, self.log_variance = (
            nn.Sequential(linear(hidden, latent), nn.LeakyReLU(0.3) if leaky_heads else nn.Identity()) for _ in range(2)
        )
        self.decoder = nn.Sequential(
            linear(latent + condition, hidden), nn.LeakyReLU(0.3), linear(hidden, features), nn.Sigmoid()
        )

    def encode(
        self, features: Float[Tensor, "n f"], condition: Float[Tensor, "n c"]
    ) -> tuple[Float[Tensor, "n z"], Float[Tensor, "n z"]]:
        """Mean and log-variance of z."""
        hidden = self.encoder(torch.cat([features, condition], dim=1))
        return self.mean(hidden), self.log_variance(hidden)

    def decode(self, z: Float[Tensor, "n z"], condition: Float[Tensor, "n c"]) -> Float[Tensor, "n f"]:
        """The features, scaled to (0, 1)."""
        return self.decoder(torch.cat([z, condition], dim=1))


def vae_loss(
    rebuilt: Float[Tensor, "n f"],
    features: Float[Tensor, "n f"],
    mean: Float[Tensor, "n z"],
    log_variance: Float[Tensor, "n z"],
    alpha: float,
) -> Float[Tensor, ""]:
    """(1 - α) times the squared error plus α times the Kullback-Leibler divergence from N(0, I), as in the release."""
    error = (rebuilt - features).square().sum(dim=1)
    divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1) / 2
    return ((1 - alpha) * error + alpha * divergence).mean()


def _known(scaled: Float[Tensor, "*n f"]) -> Float[Tensor, "*n c"]:
    """The condition that a window sets for the next: these features, plus a 1: a previous window exists."""
    return torch.cat([scaled, torch.ones_like(scaled[..., :1])], dim=-1)
