"""How many records a sample has: the task durations of Figures 9 and 18."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.column import Column, against_held_out
from benchmarks.distances import wasserstein1
from benchmarks.metric import Metric
from dg.dataset import TimeSeriesDataset


def length(dataset: TimeSeriesDataset) -> NDArray[np.float64]:
    """Each sample's number of records, float64 [n]."""
    return dataset.lengths.astype(np.float64)


LENGTH_W1 = Metric("Wasserstein-1 of lengths", length, wasserstein1)
LENGTH = Column(
    name="length",
    aspect="length",
    measure=against_held_out(LENGTH_W1),
    unit="records",
    reference="Figure 9",
    only="lengths",
    applies=lambda train, held_out: bool(np.ptp(held_out.lengths)),
)
