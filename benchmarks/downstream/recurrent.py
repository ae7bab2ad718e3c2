"""TimeGAN's post-hoc scores (Yoon et al. 2019, §5.1): can a GRU tell real from synthetic, and can it predict?

Beyond the paper; Diffusion-TS and TSGBench report the same two scores. The originals break where a series has one
measurement, as in WWT: their GRU then has half a unit, and their predictor has no inputs. What is different here: D42.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, l1_loss

from benchmarks.metric import all_numeric
from benchmarks.neighbors import normalized
from dg.dataset import TimeSeriesDataset
from dg.randomness import stream

WINDOW = 24  # records, as in TimeGAN's tables
UNITS = 8
BATCH = 128  # samples of each side
TRAINED = 0.8  # the share of samples that the discriminator learns from
FEWEST = 5  # samples on each side, so that one of them is left for the test


def discriminative_score(
    real: TimeSeriesDataset,
    synthetic: TimeSeriesDataset,
    *,
    scale: TimeSeriesDataset,
    seed: int,
    log: Collection[str] = (),
    units: int = UNITS,
    steps: int = 2000,
) -> float:
    """|accuracy - 1/2| of a GRU that tells real from synthetic, on the fifth that it has not seen: 0 to 1/2, 0 is best.

    The accuracy is the mean of those on real and on synthetic samples; with as many of both, it is TimeGAN's.
    The GRU sees one random window of 24 records of each sample.
    scale, log: measurements are scaled to the range of `scale` and clipped to it, those named in `log` as log(1 + x)
    units: TimeGAN has max(k // 2, 1) for k measurements; one unit cannot separate anything, so the default is 8
    Raises ValueError where there are fewer than 5 samples on a side.
    """
    rng = np.random.default_rng(seed)
    train: list[tuple[Tensor, Tensor]] = []
    test: list[tuple[Tensor, Tensor]] = []
    for dataset, side in ((synthetic, "synthetic"), (real, "real")):
        if len(dataset) < FEWEST:
            raise ValueError(
                f"the discriminative score needs {FEWEST} {side} samples, got {len(dataset)}: generate or hold out more"
            )
        windows, lengths = _windows(dataset, scale, log, rng)
        order = torch.from_numpy(rng.permutation(len(dataset)))
        trained = int(TRAINED * len(dataset))
        train.append((windows[order[:trained]], lengths[order[:trained]]))
        test.append((windows[order[trained:]], lengths[order[trained:]]))
    network = _Recurrent(windows.shape[2], units, seed)
    draw = stream(seed, 0)
    labels = torch.arange(2.0).repeat_interleave(BATCH)  # synthetic 0, real 1

    def loss() -> Tensor:
        chosen = []
        for windows, lengths in train:
            index = torch.randint(len(windows), (BATCH,), generator=draw)
            chosen.append((windows[index], lengths[index]))
        series, lengths = (torch.cat(parts) for parts in zip(*chosen, strict=True))
        return binary_cross_entropy_with_logits(network.last(series, lengths), labels)

    _descend(network, loss, steps)
    with torch.no_grad():
        fooled, right = (float((network.last(*side) > 0).double().mean()) for side in test)
    return abs((1 - fooled + right) / 2 - 0.5)


def predictive_score(
    synthetic: TimeSeriesDataset,
    real: TimeSeriesDataset,
    *,
    scale: TimeSeriesDataset,
    seed: int,
    log: Collection[str] = (),
    units: int = UNITS,
    steps: int = 5000,
) -> float:
    """Mean absolute error on `real` of a GRU that learnt from `synthetic` to predict the next record; 0 is best.

    It predicts the last measurement at t + 1 from all measurements up to t. TimeGAN leaves the predicted measurement
    out of the inputs; where there is only one, none would be left. The error, in shares of the range of `scale`, is
    averaged over the records of a window, then over samples. Samples of one record are left out: they have no next one.
    scale, log, units: as in `discriminative_score`
    Raises ValueError where no sample of a side has two records.
    """
    rng = np.random.default_rng(seed)
    series, lengths = _pairs(synthetic, "synthetic", scale, log, rng)
    network = _Recurrent(series.shape[2], units, seed)
    draw = stream(seed, 1)

    def loss() -> Tensor:
        index = torch.randint(len(series), (BATCH,), generator=draw)
        records, active = series[index], _active(lengths[index] - 1)
        return l1_loss(network.following(records)[active], records[:, 1:, -1][active])

    _descend(network, loss, steps)
    series, lengths = _pairs(real, "real", scale, log, rng)
    with torch.no_grad():
        errors = (network.following(series) - series[:, 1:, -1]).abs() * _active(lengths - 1)
    return float((errors.sum(dim=1) / (lengths - 1)).double().mean())


class _Recurrent(nn.Module):
    """One GRU layer on k measurements, and a number from each of its states."""

    def __init__(self, k: int, units: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.gru = nn.GRU(k, units, batch_first=True)
            self.head = nn.Linear(units, 1)

    def last(self, series: Tensor, lengths: Tensor) -> Tensor:
        """A logit [b] from the state at the last record of each of `series` [b, t, k]."""
        states = self.gru(series)[0]
        return self.head(states[torch.arange(len(series)), lengths - 1]).squeeze(1)

    def following(self, series: Tensor) -> Tensor:
        """The last measurement [b, t - 1] of the records after the first, each predicted from those before it."""
        return torch.sigmoid(self.head(self.gru(series[:, :-1])[0])).squeeze(2)


def _descend(network: nn.Module, loss: Callable[[], Tensor], steps: int) -> None:
    optimizer = torch.optim.Adam(network.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()


def _active(lengths: Tensor) -> Tensor:
    """bool [b, 23]: whether there is a record to predict."""
    return torch.arange(WINDOW - 1) < lengths[:, None]


def _pairs(
    dataset: TimeSeriesDataset, side: str, scale: TimeSeriesDataset, log: Collection[str], rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """The windows of the samples with two records or more."""
    longer = dataset.take(dataset.lengths > 1)
    if not len(longer):
        raise ValueError(f"the predictive score needs {side} samples of two records or more, and there are none")
    return _windows(longer, scale, log, rng)


def _windows(
    dataset: TimeSeriesDataset, scale: TimeSeriesDataset, log: Collection[str], rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """A random window float32 [n, 24, k] of each sample, in [0, 1] and zero past its end, and their lengths [n]."""
    all_numeric(dataset, "the score of a GRU")
    starts = rng.integers(np.maximum(dataset.lengths - WINDOW, 0) + 1)
    steps = starts[:, None] + np.arange(WINDOW)
    series = np.clip(normalized(dataset, scale, log), 0, 1)
    inside = np.minimum(steps, series.shape[1] - 1)
    windows: NDArray[np.float64] = np.take_along_axis(series, inside[..., None], axis=1)
    windows[steps >= dataset.lengths[:, None]] = 0
    return torch.from_numpy(windows.astype(np.float32)), torch.from_numpy(np.minimum(dataset.lengths, WINDOW))
