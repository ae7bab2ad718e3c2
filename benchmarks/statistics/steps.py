"""How far a series moves from one record to the next: bursts and jumps, which autocorrelation averages away (§5.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.column import Column, against_held_out
from benchmarks.distances import standardised_wasserstein1
from benchmarks.statistics.records import records
from dg.dataset import TimeSeriesDataset


def steps(dataset: TimeSeriesDataset) -> NDArray[np.float64]:
    """The mean and the largest absolute step of each sample, float64 [n, 2k], in log units; 0 of a single record."""
    moved = np.abs(np.diff(records(dataset), axis=1, append=np.nan))
    moved[:, 0] = np.where(dataset.lengths[:, None] == 1, 0.0, moved[:, 0])
    return np.concatenate([np.nanmean(moved, axis=1), np.nanmax(moved, axis=1)], axis=1)


STEPS = Column(
    name="steps",
    aspect="time",
    measure=against_held_out(lambda real, made: standardised_wasserstein1(steps(real), steps(made))),
    unit="real standard deviations",
    reference="Wasserstein-1 as in Table 2",
    applies=lambda train, held_out: held_out.lengths.max() > 1,
)
