"""Correlation of two measurements within each sample: CPU rate and assigned memory usage in Figure 8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.metric import numeric
from dg.dataset import TimeSeriesDataset

CONSTANT = 1e-10  # of a series' power: less variance than this is rounding error


def correlation(dataset: TimeSeriesDataset, first: str, second: str) -> NDArray[np.float64]:
    """Pearson correlation of two measurements over the records of each sample, float64 [at most n].

    Samples where it is undefined, of one record or with a constant measurement, are left out.
    """
    records = dataset.lengths.astype(np.float64)
    x, y = (numeric(dataset, name, "the correlation").astype(np.float64) for name in (first, second))
    x_power, y_power = (x**2).sum(axis=1), (y**2).sum(axis=1)
    x = np.where(dataset.active, x - (x.sum(axis=1) / records)[:, None], 0.0)
    y = np.where(dataset.active, y - (y.sum(axis=1) / records)[:, None], 0.0)
    x_variance, y_variance = (x**2).sum(axis=1), (y**2).sum(axis=1)
    defined = (x_variance > CONSTANT * x_power) & (y_variance > CONSTANT * y_power)
    covariance = (x * y).sum(axis=1)[defined]
    return np.clip(covariance / np.sqrt(x_variance[defined] * y_variance[defined]), -1.0, 1.0)
