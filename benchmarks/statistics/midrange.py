"""(max + min)/2 of every series, the level that auto-normalization takes out of it (§4.2, Figure 6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.metric import numeric
from dg.dataset import TimeSeriesDataset


def midrange(dataset: TimeSeriesDataset, measurement: str | None = None) -> NDArray[np.float64]:
    """(max + min)/2 of one measurement (None: the first) over each sample's records, float64 [n], in its unit."""
    series = numeric(dataset, measurement, "the midrange").astype(np.float64)
    active = np.arange(series.shape[1]) < dataset.lengths[:, None]
    highest = series.max(axis=1, where=active, initial=-np.inf)
    lowest = series.min(axis=1, where=active, initial=np.inf)
    return (highest + lowest) / 2
