"""Whole series, one row per sample, for a kernel to compare, as in RGAN's evaluation (Esteban et al. 2017, §4.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.distances import mmd2
from benchmarks.metric import Metric, all_numeric
from dg.dataset import TimeSeriesDataset


def series(dataset: TimeSeriesDataset) -> NDArray[np.float64]:
    """All records and measurements of each sample in a row, float64 [n, T * k], on the scale of `signed_log`.

    The logarithm keeps a few busy samples from dominating the distance.
    """
    return signed_log(all_numeric(dataset, "the MMD").reshape(len(dataset), -1))


def signed_log(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """sign(x) log(1 + |x|), float64 of the same shape: log(1 + x) where x is not negative."""
    values = values.astype(np.float64)
    return np.copysign(np.log1p(np.abs(values)), values)


MMD = Metric("MMD²", series, mmd2)
