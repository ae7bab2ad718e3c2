"""The sum of a measurement over a sample: the total bandwidth of Table 2 and Figure 20."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.distances import wasserstein1
from benchmarks.metric import Metric, numeric
from dg.dataset import TimeSeriesDataset


def total(dataset: TimeSeriesDataset, measurement: str | None = None) -> NDArray[np.float64]:
    """The sum of one measurement (None: the first) over each sample's records, float64 [n], in its unit."""
    return numeric(dataset, measurement, "the total").sum(axis=1, dtype=np.float64)


def gigabytes(dataset: TimeSeriesDataset, measurement: str = "traffic") -> NDArray[np.float64]:
    """`total` of bytes in GB, the sum of the 56 values of a home: the unit of Table 2 (D33)."""
    return total(dataset, measurement) / 1e9


TRAFFIC_W1 = Metric("Wasserstein-1 of total traffic", partial(total, measurement="traffic"), wasserstein1)
