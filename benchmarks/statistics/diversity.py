"""How much samples differ in amplitude and in shape; mode collapse reduces both (§4.2, Figure 5)."""

from __future__ import annotations

import numpy as np

from benchmarks.metric import numeric
from benchmarks.statistics.midrange import midrange
from dg.dataset import TimeSeriesDataset

PAIRED = 500  # samples at most; their pairs are all compared


def amplitude_spread(dataset: TimeSeriesDataset) -> float:
    """The standard deviation of log10(1 + (max + min)/2) over samples, first measurement."""
    return float(np.log10(1 + np.maximum(midrange(dataset), 0)).std())


def shape_similarity(dataset: TimeSeriesDataset) -> float:
    """The mean correlation of two samples, -1 to 1, first measurement as log(1 + x); samples of the schema's length.

    Constant samples have no shape and are left out; raises ValueError where fewer than two are left.
    """
    whole = dataset.take(np.flatnonzero(dataset.lengths == dataset.schema.max_length)[:PAIRED])
    series = np.log1p(np.maximum(numeric(whole, None, "the shape similarity").astype(np.float64), 0))
    series = series[np.ptp(series, axis=1) > 0]
    if len(series) < 2:
        raise ValueError(f"{dataset.schema.name}: {len(series)} samples have a shape; at least 2 are needed")
    correlations = np.corrcoef(series)
    return float(correlations[np.triu_indices(len(series), 1)].mean())
