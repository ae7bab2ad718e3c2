"""What AR, RNN and HMM have in common (§5.1.2): their records R_t, how each ends a series, and how one follows another.

A record is its measurements, and its generation flag where lengths vary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import one_hot

from baselines.marginals import Attributes, FirstRecord, clip, root
from dg.encoding import Block, Encoded, Layout, columns, width
from dg.nn import FLAGS, generation_flags, harden, lengths_from_flags

End = Literal["threshold", "sampled"]
MEMORY = 10_000  # predictions after which a residual counts 1/e as much


def record_blocks(layout: Layout) -> tuple[Block, ...]:
    """The c columns of a record."""
    return layout.measurements if layout.fixed_length else (*layout.measurements, FLAGS)


def records(samples: Encoded, layout: Layout) -> Float[Tensor, "n t c"]:
    """The records of `samples`, all zero past their lengths."""
    if layout.fixed_length:
        return samples.measurements
    return torch.cat([samples.measurements, generation_flags(samples.lengths, layout.max_length)], dim=2)


def samples_of(attributes: Float[Tensor, "n m"], records: Float[Tensor, "n t c"], layout: Layout) -> Encoded:
    """Samples made of metadata, min/max and records: each ends at its first end flag (Appendix B)."""
    n, t, _ = records.shape
    measurements, flags = records.split([width(layout.measurements), records.shape[2] - width(layout.measurements)], 2)
    lengths = torch.full((n,), t, device=records.device) if layout.fixed_length else lengths_from_flags(flags)
    ended = torch.arange(t, device=records.device) >= lengths[:, None]
    m = width(layout.metadata)
    return Encoded(attributes[:, :m], attributes[:, m:], measurements.masked_fill(ended[..., None], 0.0), lengths)


def prediction_loss(
    predicted: Float[Tensor, "*n c"],
    target: Float[Tensor, "*n c"],
    weight: Float[Tensor, "*n"],
    blocks: tuple[Block, ...],
) -> Float[Tensor, ""]:
    """Weighted mean error of the next record: squared for a number, cross-entropy for a category or the flag.

    The paper names no loss and no output activation of AR and RNN (D16).
    """
    error = torch.zeros_like(weight)
    for block, at in columns(blocks):
        if block.activation == "softmax":
            error = error - (target[..., at] * predicted[..., at].clamp_min(1e-8).log()).sum(dim=-1)
        else:
            error = error + (predicted[..., at] - target[..., at]).square().sum(dim=-1)
    return (error * weight).sum() / weight.sum().clamp_min(1.0)


def fed_back(record: Float[Tensor, "n c"], layout: Layout) -> Float[Tensor, "n k"]:
    """The measurements of a predicted record as the next prediction sees them: one-hot categories, as in training."""
    return harden(record[:, : width(layout.measurements)], layout.measurements)


class Draws:
    """Which categories of a record are drawn by their probabilities, one-hot, instead of being taken as they are.

    end: a series ends where p₁ < p₂, DoppelGANger's rule ("threshold"), or with the probability p₂, for which the
        paper gives no rule here ("sampled", D48)
    categories: measurements are drawn
    """

    def __init__(self, layout: Layout, end: End, *, categories: bool) -> None:
        self.blocks = [
            (at, block.activation == "softmax" and (end == "sampled" if block == FLAGS else categories))
            for block, at in columns(record_blocks(layout))
        ]

    def __call__(
        self, record: Float[Tensor, "*n c"], probabilities: Float[Tensor, "*n c"], rng: torch.Generator
    ) -> Float[Tensor, "*n c"]:
        """`record`, in which some columns are those of a draw."""
        return torch.cat(
            [draw(probabilities[..., at], rng) if drawn else record[..., at] for at, drawn in self.blocks], dim=-1
        )


def draw(frequencies: Float[Tensor, "*n w"], rng: torch.Generator) -> Float[Tensor, "*n w"]:
    """One-hot rows: each value is drawn as often as its frequency says, since the first of several clocks wins so."""
    clocks = torch.empty_like(frequencies).exponential_(generator=rng) / frequencies.clamp_min(0)
    return one_hot(clocks.argmin(dim=-1), frequencies.shape[-1]).float()


class Residuals(nn.Module):
    """The Gaussian noise of one-step predictions, N(0, Σ), with which the numbers of a record are drawn (D49).

    Σ, of all numbers of a record together, is the mean product of the residuals that training has met, the latest of
    them most: it needs no second pass, follows the weights, and is saved with them.
    """

    products: Tensor
    weight: Tensor

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        super().__init__()
        self.blocks = blocks
        c = width(blocks)
        self.register_buffer("products", torch.zeros(c, c))
        self.register_buffer("weight", torch.zeros(()))

    @property
    def covariance(self) -> Float[Tensor, "c c"]:
        """Σ; 0 for a flag and for the values of a category, which have probabilities."""
        return self.products / self.weight.clamp_min(1e-6)

    @torch.no_grad()
    def learn(
        self, predicted: Float[Tensor, "*n c"], target: Float[Tensor, "*n c"], weight: Float[Tensor, "*n"]
    ) -> None:
        """Takes a batch of predictions into account, with their weights in the loss."""
        number = torch.cat([weight.new_full((b.width,), b.activation != "softmax") for b in self.blocks])
        residuals, weight = ((target - predicted).float() * number).flatten(0, -2), weight.flatten().float()
        kept = torch.exp(-(weight > 0).sum() / MEMORY)
        self.products.mul_(kept).add_(residuals.T @ (residuals * weight[:, None]))
        self.weight.mul_(kept).add_(weight.sum())

    def sample(self, n: int, t: int, rng: torch.Generator) -> Float[Tensor, "n t c"]:
        """The noise of t records of n samples."""
        noise = torch.randn((n, t, len(self.products)), generator=rng, device=rng.device)
        return noise @ root(self.covariance.double()).to(noise).T


class Unrolling(nn.Module):
    """From predictions of the next record, by AR and RNN, to whole series.

    Metadata and the first record are drawn, and by default nothing else (D17).

    end: how the end flag is read (D48)
    residual_noise: the next record is drawn about its prediction, numbers by Gaussian residuals and categories by their
        probabilities (D49)
    """

    def __init__(self, layout: Layout, end: End, residual_noise: bool) -> None:
        super().__init__()
        self.layout, self.blocks = layout, record_blocks(layout)
        self.draws = Draws(layout, end, categories=residual_noise)
        self.residuals = Residuals(self.blocks) if residual_noise else None

    def loss(
        self, predicted: Float[Tensor, "*n c"], target: Float[Tensor, "*n c"], weight: Float[Tensor, "*n"]
    ) -> Float[Tensor, ""]:
        """The loss of these predictions; their residuals are learnt along the way."""
        if self.residuals is not None:
            self.residuals.learn(predicted, target, weight)
        return prediction_loss(predicted, target, weight, self.blocks)

    def forward(
        self,
        attributes: Attributes,
        first_record: FirstRecord,
        predict: Callable[[Tensor, Tensor], Tensor],
        n: int,
        rng: torch.Generator,
        metadata: Float[Tensor, "n m"] | None,
    ) -> Encoded:
        """n samples; `predict` takes metadata and the record before, and remembers what it needs of those before."""
        condition, first = attributes.sample(n, rng, metadata), first_record.sample(n, rng)
        t = self.layout.max_length
        noise = None if self.residuals is None else self.residuals.sample(n, t, rng)
        series = [self.draws(first, first_record.mean.expand_as(first), rng)]
        for step in range(1, t):
            predicted = predict(condition, fed_back(series[-1], self.layout))
            record = predicted if noise is None else clip(predicted + noise[:, step], self.blocks)
            series.append(self.draws(record, predicted, rng))
        return samples_of(condition, torch.stack(series, dim=1), self.layout)
