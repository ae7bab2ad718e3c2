"""SDMetrics' measures against scipy's Kolmogorov-Smirnov statistic, by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from benchmarks.downstream.similarity import difference_similarity, length_similarity, statistic_similarity
from dg.dataset import TimeSeriesDataset
from dg.schema import Continuous, Schema

SCHEMA = Schema("made", (), (Continuous("x"), Continuous("y")), max_length=7)


def made(n: int, seed: int, shift: float = 0.0, shortest: int = 1) -> TimeSeriesDataset:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(shortest, SCHEMA.max_length + 1, n)
    series = rng.normal(shift, 1, (n, SCHEMA.max_length, 2)).cumsum(axis=1)
    series[np.arange(SCHEMA.max_length) >= lengths[:, None]] = 0
    return TimeSeriesDataset(SCHEMA, pd.DataFrame(index=range(n)), series.astype(np.float32), lengths)


def series(data: TimeSeriesDataset, column: int) -> list[np.ndarray]:
    return [
        sample[:length, column].astype(float) for sample, length in zip(data.measurements, data.lengths, strict=True)
    ]


def complement(one: list, other: list) -> float:
    return 1 - ks_2samp(one, other).statistic


REAL, SYNTHETIC = made(60, 0), made(45, 1, shift=0.4)


def test_lengths_by_scipy():
    assert length_similarity(REAL, SYNTHETIC) == pytest.approx(complement(REAL.lengths, SYNTHETIC.lengths))


@pytest.mark.parametrize(("statistic", "function"), [("mean", np.mean), ("max", np.max), ("min", np.min)])
def test_statistics_by_scipy(statistic, function):
    expected = [
        complement(*([function(sample) for sample in series(data, column)] for data in (REAL, SYNTHETIC)))
        for column in (0, 1)
    ]
    assert statistic_similarity(REAL, SYNTHETIC, statistic) == pytest.approx(np.mean(expected))


def test_deviations_by_scipy():
    """Of n - 1, so that samples of one record have none."""
    expected = [
        complement(*([s.std(ddof=1) for s in series(data, column) if len(s) > 1] for data in (REAL, SYNTHETIC)))
        for column in (0, 1)
    ]
    assert statistic_similarity(REAL, SYNTHETIC, "std") == pytest.approx(np.mean(expected))


def test_differences_are_pooled():
    """All differences of all samples, a long one's as many as it has; no warning of samples of one record."""
    expected = [
        complement(*(np.concatenate([np.diff(s) for s in series(data, column)]) for data in (REAL, SYNTHETIC)))
        for column in (0, 1)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert difference_similarity(REAL, SYNTHETIC) == pytest.approx(np.mean(expected))


def test_one_on_itself_whatever_the_order():
    other = REAL.take(np.random.default_rng(2).permutation(len(REAL)))
    scores = [
        length_similarity(REAL, other),
        statistic_similarity(REAL, other, "mean"),
        statistic_similarity(REAL, other, "std"),
        difference_similarity(REAL, other),
    ]
    assert scores == pytest.approx([1, 1, 1, 1])


def test_nothing_in_common():
    far = made(45, 1, shift=100.0, shortest=2)
    assert difference_similarity(made(60, 0), far) == 0
    assert statistic_similarity(made(60, 0), far, "min") == 0


def test_undefined_where_all_have_one_record():
    schema = Schema("single", (), SCHEMA.measurements, max_length=1)
    ones = np.ones((3, 1, 2), dtype=np.float32)
    single = TimeSeriesDataset(schema, pd.DataFrame(index=range(3)), ones, np.ones(3, dtype=np.int64))
    assert np.isnan(statistic_similarity(REAL, single, "std")) and np.isnan(difference_similarity(REAL, single))
    with pytest.raises(ValueError, match="Invalid statistic: sum"):
        statistic_similarity(REAL, single, "sum")
