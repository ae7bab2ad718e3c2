"""How measurements move together within a sample, all pairs of them (Figure 8 has one pair)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.column import Column, against_held_out
from benchmarks.statistics.records import records
from dg.dataset import TimeSeriesDataset

FLAT = 1e-12  # of a measurement's squares: less variance is the rounding of means


def cross_correlation(dataset: TimeSeriesDataset) -> NDArray[np.float64]:
    """The correlation matrix of measurements, pooled within samples, float64 [k, k].

    Records less their sample's mean, on the scale of `records`, of all samples together. 0 where a measurement is
    constant within every sample. Raises ValueError for a single measurement, which has nothing to correlate with.
    """
    series = records(dataset)
    k = series.shape[2]
    if k < 2:
        raise ValueError(f"{dataset.schema.name} has one numeric measurement: correlations take two")
    centred = np.nan_to_num(series - np.nanmean(series, axis=1, keepdims=True)).reshape(-1, k)
    power = np.diag(covariance := centred.T @ centred)
    varies = power > FLAT * np.nansum(series**2, axis=(0, 1))
    scale = np.sqrt(np.where(varies, power, np.inf))
    return np.where(np.eye(k) == 1, 1.0, covariance / np.outer(scale, scale))


def correlation_difference(real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> float:
    """The mean absolute difference of two correlation matrices over the pairs of measurements, 0 to 2."""
    pairs = np.triu_indices(len(real), 1)
    return float(np.abs(real[pairs] - synthetic[pairs]).mean())


CROSS_CORRELATION = Column(
    name="cross-correlation",
    aspect="measurements",
    measure=against_held_out(
        lambda real, made: correlation_difference(cross_correlation(real), cross_correlation(made))
    ),
    unit="correlation",
    reference="Figure 8",
    applies=lambda train, held_out: len(held_out.only_numeric().schema.measurements) > 1,
)
