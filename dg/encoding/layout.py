"""How samples lie in tensors: the columns of the metadata, of the min/max and of the measurements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

Activation = Literal["softmax", "tanh", "sigmoid"]


@dataclass(frozen=True)
class Block:
    """Neighbouring columns that encode one field, and the output activation that generates them (Appendix B)."""

    name: str
    width: int
    activation: Activation

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest output of the activation."""
        return (-1.0, 1.0) if self.activation == "tanh" else (0.0, 1.0)


@dataclass(frozen=True)
class Layout:
    """The blocks of every part of an encoded sample; a model is built from nothing else.

    minmax is the fake metadata of §4.2, two blocks of one column for each auto-normalised measurement, and empty
    without auto-normalization. `normalized` says whose they are: its i-th entry is the column of the measurements that
    the columns 2i, (max + min)/2, and 2i + 1, (max - min)/2, of the min/max belong to. `fixed_length` says that all
    training samples have max_length records, so that a model need not generate lengths.
    """

    metadata: tuple[Block, ...]
    minmax: tuple[Block, ...]
    measurements: tuple[Block, ...]
    max_length: int
    fixed_length: bool
    normalized: tuple[int, ...] = ()


def width(blocks: tuple[Block, ...]) -> int:
    """How many columns `blocks` fill."""
    return sum(block.width for block in blocks)


def columns(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, slice]]:
    """Each block with the columns where it lies."""
    start = 0
    for block in blocks:
        yield block, slice(start, start + block.width)
        start += block.width


@dataclass(frozen=True, eq=False)
class Encoded:
    """n encoded samples: all that a model ever sees of a dataset.

    Measurements past a sample's length are 0, as in the dataset; that is true of all columns of a categorical one.
    """

    metadata: Float[Tensor, "n m"]
    minmax: Float[Tensor, "n mm"]
    measurements: Float[Tensor, "n t k"]
    lengths: Int[Tensor, " n"]

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, index: Int[Tensor, " b"]) -> Encoded:
        return Encoded(self.metadata[index], self.minmax[index], self.measurements[index], self.lengths[index])

    def to(self, device: torch.device | str) -> Encoded:
        """The same samples on `device`."""
        parts = (self.metadata, self.minmax, self.measurements, self.lengths)
        return Encoded(*(part.to(device) for part in parts))
