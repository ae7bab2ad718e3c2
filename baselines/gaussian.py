"""A control: a Gaussian for each kind of metadata, the strongest model that needs no training."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from baselines.marginals import COPIES_METADATA, Empirical, clip
from dg.encoding import Encoded, Layout, columns, width
from dg.hyperparameters import Count
from dg.module import GenerativeModule

FLAT = 1e-3  # the least standard deviation of an encoded series, whose range is 1 or 2


class Gaussian(GenerativeModule):
    """The mean and the covariance of all records of a series, its level and its spread, by categorical metadata.

    Each series is standardised. It, its mean and its logarithmic standard deviation make one vector, of all
    measurements jointly, and so do the training samples of one combination of categories a Gaussian. Metadata and
    lengths are drawn from the training samples. Records past a length count as the series' mean.

    fewest: samples that a combination needs for a Gaussian of its own; rarer ones have that of all samples
    """

    copies = COPIES_METADATA
    batch_size = None
    max_epochs = 1

    def __init__(self, layout: Layout, *, fewest: Count = 30) -> None:
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        k = width(layout.measurements)
        self.samples = Empirical(
            metadata=torch.empty(0, width(layout.metadata)),
            minmax=torch.empty(0, width(layout.minmax)),
            lengths=torch.empty(0, dtype=torch.int64),
            kinds=torch.empty(0, dtype=torch.int64),
            vectors=torch.empty(0, (layout.max_length + 2) * k),
        )

    def observe(self, train: Encoded) -> None:
        """Keeps each training sample's vector, and which samples share a Gaussian."""
        active = (torch.arange(self.layout.max_length, device=train.lengths.device) < train.lengths[:, None])[..., None]
        vectors = standardised(train.measurements, active).flatten(1)
        kinds = combinations(train.metadata, self.layout, self.hparams.fewest)
        self.samples.keep(
            metadata=train.metadata, minmax=train.minmax, lengths=train.lengths, kinds=kinds, vectors=vectors
        )

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """None: nothing is optimised."""
        return []

    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """There is nothing to train."""

    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n samples: metadata and lengths of training samples, series from the Gaussians of their kinds."""
        kept, t = dict(self.samples.named_buffers()), self.layout.max_length
        index = torch.randint(len(kept["kinds"]), (n,), generator=rng, device=rng.device)
        kinds = kept["kinds"][index, None]
        vectors = normal(kept["vectors"], (kept["kinds"] == kinds) | (kinds == 0), rng)
        vectors = vectors.view(n, t + 2, -1)
        series = vectors[:, t : t + 1] + vectors[:, :t] * vectors[:, t + 1 :].exp()
        lengths = kept["lengths"][index]
        active = (torch.arange(t, device=rng.device) < lengths[:, None])[..., None]
        return Encoded(
            kept["metadata"][index], kept["minmax"][index], clip(series, self.layout.measurements) * active, lengths
        )


def normal(vectors: Float[Tensor, "m d"], alike: Bool[Tensor, "n m"], rng: torch.Generator) -> Float[Tensor, "n d"]:
    """n draws, each from the Gaussian with the mean and the covariance of those of the m vectors that are `alike`.

    A draw is their combination with the weights 1/m + (w - mean of w)/√(m - 1), w ~ N(0, 1).
    """
    among = alike.to(vectors)
    m = among.sum(dim=1, keepdim=True)
    w = torch.randn(alike.shape, generator=rng, device=rng.device, dtype=vectors.dtype) * among
    w = (w - w.sum(dim=1, keepdim=True) / m) * among
    return (among / m + w / (m - 1).clamp_min(1).sqrt()) @ vectors


def standardised(measurements: Float[Tensor, "n t k"], active: Bool[Tensor, "n t 1"]) -> Float[Tensor, "n t2 k"]:
    """Each series less its mean and over its standard deviation, then that mean, then the deviation's logarithm."""
    records = active.sum(dim=1, keepdim=True)
    mean = (measurements * active).sum(dim=1, keepdim=True) / records
    centred = (measurements - mean) * active
    deviation = (centred.square().sum(dim=1, keepdim=True) / records).sqrt().clamp_min(FLAT)
    return torch.cat([centred / deviation, mean, deviation.log()], dim=1)


def combinations(metadata: Float[Tensor, "n m"], layout: Layout, fewest: int) -> Int[Tensor, " n"]:
    """The number of each sample's combination of categories, from 1; 0 where fewer than `fewest` samples have it."""
    categorical = [metadata[:, where] for block, where in columns(layout.metadata) if block.activation == "softmax"]
    if not categorical:
        return torch.ones(len(metadata), dtype=torch.int64, device=metadata.device)
    _, kinds, counts = torch.cat(categorical, dim=1).unique(dim=0, return_inverse=True, return_counts=True)
    return torch.where(counts[kinds] < fewest, 0, kinds + 1)
