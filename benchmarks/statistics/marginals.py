"""How large the records of a sample are, whatever their order: level, spread, maximum, quantiles, zeros.

Each is a number a sample and measurement, on the scale of `records`. Real and synthetic samples are compared by the
Wasserstein-1 distance (as in Table 2), in units of the real samples' standard deviation, averaged over measurements.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.column import Column, against_held_out
from benchmarks.distances import standardised_wasserstein1, wasserstein1
from benchmarks.metric import all_numeric
from benchmarks.statistics.records import records
from dg.dataset import TimeSeriesDataset

Array = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def level(dataset: TimeSeriesDataset) -> Array:
    """The mean of each sample's records, float64 [n, k], in log units."""
    return np.nanmean(records(dataset), axis=1)


def spread(dataset: TimeSeriesDataset) -> Array:
    """The standard deviation of each sample's records around its level, float64 [n, k], in log units."""
    series = records(dataset)
    constant = np.nanmax(series, axis=1) == np.nanmin(series, axis=1)
    return np.where(constant, 0.0, np.nanstd(series, axis=1))


def peak(dataset: TimeSeriesDataset) -> Array:
    """The maximum of each sample's records, float64 [n, k], in log units."""
    return np.nanmax(records(dataset), axis=1)


def quantiles(dataset: TimeSeriesDataset, shares: tuple[float, ...] = QUANTILES) -> Array:
    """Quantiles of each sample's records, float64 [n, shares * k], in log units: linear between records, as numpy's."""
    ordered = np.sort(records(dataset), axis=1)  # NaN last
    position = (dataset.lengths - 1)[:, None] * np.array(shares)  # [n, shares]
    below = position.astype(np.int64)
    low = np.take_along_axis(ordered, below[..., None], axis=1)
    high = np.take_along_axis(ordered, np.ceil(position).astype(np.int64)[..., None], axis=1)
    return (low + (high - low) * (position - below)[..., None]).reshape(len(dataset), -1)


def zeros(dataset: TimeSeriesDataset) -> Array:
    """The share of each sample's records that are exactly 0, float64 [n, k], 0 to 1."""
    silent = (all_numeric(dataset, "the share of zeros") == 0) & dataset.active[..., None]
    return silent.sum(axis=1) / dataset.lengths[:, None]


def _mean_wasserstein1(real: Array, synthetic: Array) -> float:
    return float(np.mean([wasserstein1(*each) for each in zip(real.T, synthetic.T, strict=True)]))


def _column(name: str, statistic: Callable[[TimeSeriesDataset], Array]) -> Column:
    return Column(
        name=name,
        aspect="values",
        measure=against_held_out(lambda real, made: standardised_wasserstein1(statistic(real), statistic(made))),
        unit="real standard deviations",
        reference="Wasserstein-1 as in Table 2",
    )


LEVEL = _column("level", level)
SPREAD = _column("spread", spread)
MAXIMUM = _column("maximum", peak)
QUANTILE = _column("quantiles", quantiles)
ZEROS = Column(
    name="zeros",
    aspect="values",
    measure=against_held_out(lambda real, made: _mean_wasserstein1(zeros(real), zeros(made))),
    unit="share of records",
    reference="Wasserstein-1 as in Table 2",
)
