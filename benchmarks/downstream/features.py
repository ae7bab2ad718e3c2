"""What a classifier sees of a series of any length (§5.2, Figure 13; the paper does not say: D39)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.metric import all_numeric
from benchmarks.statistics.series import signed_log
from dg.dataset import TimeSeriesDataset

Array = NDArray[np.float64]

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
FIRST = 50  # records; 97 % of the paper's tasks have no more (Appendix A)


def summary(dataset: TimeSeriesDataset) -> Array:
    """Mean, standard deviation and quartiles of each measurement over a sample's records, and its length: [n, 7k + 1].

    All on the scale of log(1 + x).
    """
    all_numeric(dataset, "the summary of a sample")
    columns = []
    for field in dataset.schema.measurements:
        series = np.where(dataset.active, signed_log(dataset.measurement(field.name)), np.nan)
        columns += [np.nanmean(series, axis=1), np.nanstd(series, axis=1), *np.nanquantile(series, QUARTERS, axis=1)]
    return np.stack([*columns, np.log1p(dataset.lengths)], axis=1)


def padded(dataset: TimeSeriesDataset) -> Array:
    """The first 50 records as they are, zeros where a sample has fewer, and its length: [n, 50k + 1].

    All on the scale of log(1 + x).
    """
    records = signed_log(all_numeric(dataset, "a classifier of records")[:, :FIRST]).reshape(len(dataset), -1)
    return np.concatenate([records, np.log1p(dataset.lengths)[:, None]], axis=1)
