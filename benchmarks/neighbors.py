"""Nearest training samples by square error (§5.2 "DG does not overfit", Figures 21-23): does a model memorise?

A model that memorises gives samples that lie nearer to its training samples than other real samples do.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu
from sklearn.neighbors import NearestNeighbors

from benchmarks.column import Column
from benchmarks.metric import all_numeric
from dg.dataset import TimeSeriesDataset

MEASURED = 500  # samples at most, generated or held out


def normalized(dataset: TimeSeriesDataset, train: TimeSeriesDataset, log: Collection[str] = ()) -> NDArray[np.float64]:
    """The series [n, t, k] on the range of `train`, 0 to 1 for each measurement, 0 past a sample's length.

    log: the measurements that are taken as log(1 + x), as they are encoded
    """
    series = np.zeros(all_numeric(dataset, "the comparison of series").shape)
    for column, field in enumerate(dataset.schema.measurements):
        levels, known = dataset.measurement(field.name), train.measurement(field.name)[train.active]
        if field.name in log:
            levels, known = np.log1p(levels), np.log1p(known)
        low, high = float(known.min()), float(known.max())
        series[:, :, column] = np.where(dataset.active, (levels - low) / ((high - low) or 1.0), 0.0)
    return series


def never_negative(train: TimeSeriesDataset) -> list[str]:
    """The measurements without a negative value, which are compared as log(1 + x)."""
    columns = enumerate(train.schema.measurements)
    return [field.name for column, field in columns if train.measurements[:, :, column].min() >= 0]


def nearest(
    samples: NDArray[np.float64], train: NDArray[np.float64], count: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """For each of `samples` [n, …], the nearest of `train` [m, …]: mean square errors and indices, [n, count]."""
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(train.reshape(len(train), -1))
    distances, index = search.kneighbors(samples.reshape(len(samples), -1))
    return distances**2 / samples[0].size, index


def memorization(generated: NDArray[np.float64], held_out: NDArray[np.float64]) -> float:
    """The probability that a generated sample is nearer to its nearest training sample than a held-out one to its own.

    Arguments: distances to training samples. 1/2: no sign of memorisation; 1: every generated sample is nearer; ties
    count half. It is the Mann-Whitney statistic U / (n m).
    """
    return float(mannwhitneyu(held_out, generated).statistic / (len(held_out) * len(generated)))


def _memorization(
    train: TimeSeriesDataset, held_out: TimeSeriesDataset, synthetic: TimeSeriesDataset, seed: int
) -> float:
    """Of at most MEASURED synthetic and held-out samples."""
    parts = train, held_out.take(slice(MEASURED)), synthetic.take(slice(MEASURED))
    known, others, made = (normalized(part, train, never_negative(train)) for part in parts)
    return memorization(nearest(made, known)[0][:, 0], nearest(others, known)[0][:, 0])


MEMORIZATION = Column(
    name="memorization",
    aspect="privacy",
    measure=_memorization,
    unit="probability",
    reference="§5.2, Figures 21 to 23",
    ideal=0.5,
    applies=lambda train, held_out: train.fingerprint != held_out.fingerprint,
)
