"""SDMetrics' measures of sequences (`sdmetrics`, by the makers of SDV), beyond the paper: scores that are not ours.

Each is 1 less the two-sample Kolmogorov-Smirnov statistic, averaged over the measurements: 1 where the distributions
are the same, 0 where they do not overlap. The package computes them; this file passes it our data.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sdmetrics.column_pairs import InterRowMSAS, StatisticMSAS
from sdmetrics.single_column import SequenceLengthSimilarity

from benchmarks.metric import all_numeric
from dg.dataset import TimeSeriesDataset

Sequences = tuple[pd.Series, pd.Series]
"""The key and the value of each record, as SDMetrics takes them."""


def length_similarity(real: TimeSeriesDataset, synthetic: TimeSeriesDataset) -> float:
    """SequenceLengthSimilarity: the similarity of the lengths, 0 to 1, higher is better."""
    return float(SequenceLengthSimilarity.compute(_keys(real), _keys(synthetic)))


def statistic_similarity(real: TimeSeriesDataset, synthetic: TimeSeriesDataset, statistic: str) -> float:
    """StatisticMSAS: the similarity of each sample's `statistic`, 0 to 1, higher is better.

    statistic: mean, median, std (over n - 1, so that samples of one record drop out), min or max, else a ValueError
    NaN where no sample of a side has the statistic.
    """
    both = zip(_sequences(real), _sequences(synthetic), strict=True)
    return float(np.mean([StatisticMSAS.compute(*sides, statistic=statistic) for sides in both]))


def difference_similarity(real: TimeSeriesDataset, synthetic: TimeSeriesDataset) -> float:
    """InterRowMSAS: the similarity of the differences from each record to the next, 0 to 1, higher is better.

    The differences of all samples are pooled, so that long samples weigh more. SDMetrics' documentation says that they
    are averaged over a sample, but its code does not do so. Samples of one record drop out; NaN where there are no
    others. Memory: about 80 bytes per record.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_rows_diff")  # of samples of one record
        both = zip(_sequences(real), _sequences(synthetic), strict=True)
        return float(np.mean([InterRowMSAS.compute(*sides) for sides in both]))


def _keys(dataset: TimeSeriesDataset) -> pd.Series:
    """The number of the sample that each record belongs to."""
    return pd.Series(np.repeat(np.arange(len(dataset)), dataset.lengths))


def _sequences(dataset: TimeSeriesDataset) -> Iterator[Sequences]:
    """Keys and values of each measurement, in the unit of the schema."""
    all_numeric(dataset, "SDMetrics' similarity")
    keys = _keys(dataset)
    for field in dataset.schema.measurements:
        yield keys, pd.Series(dataset.measurement(field.name)[dataset.active].astype(np.float64))
