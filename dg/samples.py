"""Training samples as batches: encoded once where memory holds them, else each batch when it is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import Dataset

from dg.dataset import TimeSeriesDataset
from dg.encoding import Encoded, Encoder, width
from dg.encoding.encoder import CHUNK
from dg.memory import available
from dg.module import GenerativeModule

HELD = 2  # times the encoded samples: while they are encoded, and what a model makes of them


class Samples(Dataset[Encoded]):
    """Training samples that stay in memory as tensors; an item is a batch."""

    def __init__(self, encoded: Encoded) -> None:
        self.encoded = encoded

    def __getitem__(self, index: Tensor) -> Encoded:
        return self.encoded[index.to(self.encoded.lengths.device)]


class MappedSamples(Dataset[Encoded]):
    """Training samples that stay in their file; an item is a batch, encoded when it is drawn: the same numbers."""

    def __init__(self, train: TimeSeriesDataset, encoder: Encoder) -> None:
        self.train, self.encoder = train, encoder

    def __getitem__(self, index: Tensor) -> Encoded:
        return self.encoder.encode(self.train.take(index.numpy()))

    def parts(self) -> Iterator[Encoded]:
        """All samples, some at a time."""
        return (self[part] for part in torch.arange(len(self.train)).split(CHUNK))


def observed(
    model: GenerativeModule, train: TimeSeriesDataset, encoder: Encoder, device: torch.device, *, learns: bool
) -> Samples | MappedSamples:
    """The training samples, which `model` has observed; those of a memory-mapped dataset stay in its file if they can.

    learns: False where the model may not observe them, in private training
    Raises ValueError that names the model, if it needs all of them in memory, which does not hold them.
    """
    if train.mapped and model.takes_parts:
        mapped = MappedSamples(train, encoder)
        if learns:
            model.observe_parts(mapped.parts())
        return mapped
    if train.mapped:
        _refuse_large(model, train, encoder)
    samples = Samples(encoder.encode(train).to(device))
    if learns:
        model.observe(samples.encoded)
    return samples


def _refuse_large(model: GenerativeModule, train: TimeSeriesDataset, encoder: Encoder) -> None:
    layout = encoder.layout
    numbers = layout.max_length * width(layout.measurements) + width(layout.metadata) + width(layout.minmax)
    size = HELD * 4 * len(train) * numbers
    if size > available():
        raise ValueError(
            f"{train.schema.name}: {type(model).__name__} learns from all samples at once, which take "
            f"{size / 1e9:,.1f} GB of memory, and {available() / 1e9:,.1f} GB are free: train DoppelGANger, which "
            "takes a batch at a time, or train on a part of the samples"
        )
