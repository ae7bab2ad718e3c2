"""The largest value of each sample, by which containers are sized (§5.3, Figure 14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset


def maximum(dataset: TimeSeriesDataset, measurement: str | None = None) -> NDArray[np.float64]:
    """The maximum of one measurement (None: the first) over each sample's records, float64 [n], in its unit."""
    name = measurement or dataset.schema.measurements[0].name
    return dataset.measurement(name).max(axis=1, where=dataset.active, initial=-np.inf).astype(np.float64)
