"""What AR, RNN and HMM take for a record R_t: its measurements, and its generation flag where lengths vary."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from dg.encoding import Block, Encoded, Layout, columns, width
from dg.nn import FLAGS, generation_flags, harden, lengths_from_flags


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


def unroll(first: Float[Tensor, "n c"], next_record: Callable[[Tensor], Tensor], t: int) -> Float[Tensor, "n t c"]:
    """t records, each predicted from those before it: only the first is random (D17)."""
    series = [first]
    while len(series) < t:
        series.append(next_record(series[-1]))
    return torch.stack(series, dim=1)
