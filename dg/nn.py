"""The building blocks that several models share, initialised as the authors' release does (Glorot, zero bias)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from dg.encoding import Block, columns, width

CONTINUE, END = 0, 1
FLAGS = Block("generation flag", 2, "softmax")


def linear(inputs: int, outputs: int) -> nn.Linear:
    """A dense layer with Glorot-uniform weights and no initial bias."""
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def mlp(inputs: int, hidden: Sequence[int], outputs: int | None = None, *, batch_norm: bool = False) -> nn.Sequential:
    """Dense layers with ReLU, each followed by batch normalisation if asked; a linear output if `outputs` is given."""
    layers: list[nn.Module] = []
    for units in hidden:
        layers += [linear(inputs, units), nn.ReLU()]
        if batch_norm:
            layers.append(nn.BatchNorm1d(units, eps=1e-5, momentum=0.1))
        inputs = units
    if outputs is not None:
        layers.append(linear(inputs, outputs))
    return nn.Sequential(*layers)


class LSTM(nn.LSTM):
    """An LSTM as TensorFlow initialises it: one Glorot-uniform kernel, one bias, forget bias 1."""

    def __init__(self, inputs: int, hidden: int, layers: int = 1) -> None:
        super().__init__(inputs, hidden, layers, batch_first=True)
        for layer in range(layers):
            bound = (6 / ((inputs if layer == 0 else hidden) + hidden + 4 * hidden)) ** 0.5
            nn.init.uniform_(getattr(self, f"weight_ih_l{layer}"), -bound, bound)
            nn.init.uniform_(getattr(self, f"weight_hh_l{layer}"), -bound, bound)
            bias = getattr(self, f"bias_ih_l{layer}")
            nn.init.zeros_(bias)
            nn.init.ones_(bias.data[hidden : 2 * hidden])
            second_bias = getattr(self, f"bias_hh_l{layer}")
            nn.init.zeros_(second_bias)
            second_bias.requires_grad_(False)


class Heads(nn.Module):
    """One linear head with its own activation for each block, softmax, tanh or sigmoid (Appendix B).

    With `records`, one such set of heads for each of the S records of a batch generation (§4.1).
    """

    def __init__(self, inputs: int, blocks: tuple[Block, ...], records: int = 1) -> None:
        super().__init__()
        self.blocks, self.records = blocks, records
        self.linear = linear(inputs, records * width(blocks))
        weight = self.linear.weight.data.view(records, width(blocks), inputs)
        for block, where in columns(blocks):
            bound = (6 / (inputs + block.width)) ** 0.5
            nn.init.uniform_(weight[:, where], -bound, bound)

    def forward(self, hidden: Float[Tensor, "*n h"]) -> Float[Tensor, "*n s c"]:
        """The soft output, never in bf16: a probability for each value of a categorical block."""
        with torch.autocast(hidden.device.type, enabled=False):
            logits = self.linear(hidden.to(self.linear.weight)).unflatten(-1, (self.records, -1))
        return activate_all(logits, self.blocks)


def activate_all(logits: Float[Tensor, "*n c"], blocks: tuple[Block, ...]) -> Float[Tensor, "*n c"]:
    """Every block of columns with its own activation."""
    return torch.cat([activate(logits[..., where], block) for block, where in columns(blocks)], dim=-1)


def activate(logits: Float[Tensor, "*n w"], block: Block) -> Float[Tensor, "*n w"]:
    """The output activation of `block`; a softmax of two is a sigmoid of their difference, at a tenth of the cost."""
    if block.activation == "softmax" and block.width == 2:
        margin = logits[..., 0] - logits[..., 1]
        return torch.stack([margin, -margin], dim=-1).sigmoid()
    if block.activation == "softmax":
        return logits.softmax(dim=-1)
    return logits.tanh() if block.activation == "tanh" else logits.sigmoid()


@torch.no_grad()
def move_averages(averages: Mapping[str, Tensor], weights: Mapping[str, Tensor], decay: float) -> None:
    """Moves every average by 1 - decay of the way to its weight, in place; counts, which are whole, stay."""
    for name, average in averages.items():
        if average.is_floating_point():
            average.lerp_(weights[name], 1 - decay)


def harden(soft: Float[Tensor, "n c"], blocks: tuple[Block, ...]) -> Float[Tensor, "n c"]:
    """What the networks downstream receive: one-hot categories, continuous values as they are, and no gradient."""
    soft = soft.detach()
    hard = [
        torch.zeros_like(soft[:, where]).scatter_(1, soft[:, where].argmax(dim=1, keepdim=True), 1.0)
        if block.activation == "softmax"
        else soft[:, where]
        for block, where in columns(blocks)
    ]
    return torch.cat(hard, dim=1) if hard else soft


def generation_flags(lengths: Int[Tensor, " n"], steps: int, block: int = 1) -> Float[Tensor, "n t 2"]:
    """The flags [n, t, 2] of Appendix B: [1, 0] while a series goes on, [0, 1] at its last record, then [0, 0].

    With batch generation the end flag fills the rest of its block of `block` records, as in the release.
    """
    step = torch.arange(steps, device=lengths.device)
    last = lengths[:, None] - 1
    end_of_block = (last // block + 1) * block
    return torch.stack([step < last, (step >= last) & (step < end_of_block)], dim=-1).float()


def lengths_from_flags(flags: Float[Tensor, "n t 2"]) -> Int[Tensor, " n"]:
    """The number of records up to the first end flag (p₁ < p₂), or all of them if there is no end flag."""
    ended = flags[..., CONTINUE] < flags[..., END]
    return torch.where(ended.any(dim=1), ended.int().argmax(dim=1) + 1, flags.shape[1])


def ended(flags: Float[Tensor, "b t 2"]) -> Bool[Tensor, " b"]:
    """Whether a series has ended within these records."""
    return (flags[..., CONTINUE] < flags[..., END]).any(dim=1)


def active_blocks(flags: Float[Tensor, "b t 2"], sample_len: int) -> Float[Tensor, "b t 1"]:
    """1 in the blocks of S records that begin before the series has ended, 0 after (Appendix B), no gradient.

    Within the last block nothing is masked, as in the release (D6). With a `sample_len` of 1, all records after the end
    are masked.
    """
    goes_on = (flags.detach()[..., CONTINUE] >= flags.detach()[..., END]).unflatten(1, (-1, sample_len)).all(dim=2)
    alive = torch.cat([torch.ones_like(goes_on[:, :1]), goes_on[:, :-1]], dim=1).cumprod(dim=1)
    return alive.repeat_interleave(sample_len, dim=1)[..., None].to(flags.dtype)
