"""The largest value of each sample, by which containers are sized (§5.3, Figure 14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.metric import numeric
from dg.dataset import TimeSeriesDataset


def maximum(dataset: TimeSeriesDataset, measurement: str | None = None) -> NDArray[np.float64]:
    """The maximum of one measurement (None: the first) over each sample's records, float64 [n], in its unit."""
    series = numeric(dataset, measurement, "the maximum")
    return series.max(axis=1, where=dataset.active, initial=-np.inf).astype(np.float64)
