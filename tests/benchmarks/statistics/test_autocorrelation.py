from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.tsa.stattools import acf

from benchmarks.statistics.autocorrelation import (
    AUTOCORRELATION_MSE,
    AUTOCORRELATION_STANDARD_MSE,
    autocorrelation,
    autocorrelation_standard,
)
from dg.dataset import TimeSeriesDataset
from dg.schema import Continuous, Schema


def dataset(series: object, lengths: object = None) -> TimeSeriesDataset:
    values = np.asarray(series, dtype=np.float32)
    n, t = values.shape
    schema = Schema("toy", (), (Continuous("views"),), t)
    lengths = np.full(n, t) if lengths is None else np.asarray(lengths)
    return TimeSeriesDataset(schema, pd.DataFrame(index=range(n)), values[:, :, None], lengths)


def plain_loop(series: np.ndarray) -> np.ndarray:
    """The recipe of issue 20 of the authors' release, one sample and one lag at a time, in double precision."""
    t = series.shape[1]
    curve = []
    for lag in range(1, t - 1):
        correlations = []
        for row in series.astype(np.float64):
            head, tail = row[: t - lag], row[lag:]
            head, tail = head - np.mean(head), tail - np.mean(tail)
            numerator = np.sum(head * tail)
            denominator = np.sqrt(np.sum(head * head) * np.sum(tail * tail))
            correlation = (numerator if numerator != 0 else 1e-8) / (denominator if denominator != 0 else 1e-8)
            correlations.append(correlation if -1 <= correlation <= 1 else 0.0)
        curve.append(np.mean(correlations))
    return np.array(curve)


def walks(n: int, t: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.exp(rng.normal(size=(n, t)).cumsum(axis=1) / 5 + rng.normal(3, 1, (n, 1))).astype(np.float32)


def becomes_constant() -> np.ndarray:
    series = walks(4, 40)
    series[:, 25:] = np.array([7, 1 / 3, 0, 1e5], dtype=np.float32)[:, None]
    return series


def quiet_at_both_ends() -> np.ndarray:
    series = walks(3, 40)
    series[:, :12], series[:, 30:] = 0, 0
    return series


def few_views() -> np.ndarray:
    return np.random.default_rng(3).poisson(0.1, (20, 60)).astype(np.float32)


SERIES: dict[str, Callable[[], np.ndarray]] = {
    "random walks": lambda: walks(7, 50),
    "one sample": lambda: walks(1, 30),
    "odd length": lambda: walks(3, 31),
    "becomes constant": becomes_constant,
    "zero at both ends": quiet_at_both_ends,
    "few views": few_views,
    "one view": lambda: np.eye(30, dtype=np.float32),
    "alternating": lambda: np.tile([3, 8], (2, 20)).astype(np.float32),
    "ramp": lambda: np.arange(80, dtype=np.float32).reshape(2, 40),
    "all zero": lambda: np.zeros((2, 20), dtype=np.float32),
    "three records": lambda: np.array([[1, 2, 3], [3, 1, 2], [0, 0, 5], [4, 4, 4e6]], dtype=np.float32),
    "huge": lambda: walks(3, 40) * np.float32(1e34),
    "tiny": lambda: walks(3, 40) * np.float32(1e-20),
    "small change on a high level": lambda: 1e6 + walks(3, 40),
    "one outlier": lambda: np.where(np.arange(40) == 5, 3e8, walks(3, 40)).astype(np.float32),
}


@pytest.mark.parametrize("log", [True, False], ids=["log", "as they are"])
@pytest.mark.parametrize("name", SERIES)
def test_is_the_authors_recipe_in_double_precision(name: str, log: bool) -> None:
    series = SERIES[name]()
    values = series.astype(np.float64)
    expected = plain_loop(np.log1p(values) if log else values)
    np.testing.assert_allclose(autocorrelation(dataset(series), log=log), expected, rtol=0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(4, 20)), elements=st.sampled_from([0, 1, 2, 9, 700]))
)
def test_is_the_authors_recipe_on_counts_with_ties(series: np.ndarray) -> None:
    varied = series[(series != series[:, :1]).any(axis=1)]
    if len(varied):
        expected = plain_loop(np.log1p(varied.astype(np.float64)))
        np.testing.assert_allclose(autocorrelation(dataset(varied)), expected, rtol=0, atol=1e-9)


def test_hand_worked() -> None:
    # Lag 1 of 1 2 3 1: (1 2 3) with (2 3 1) is -1/2; lag 2: (1 2) with (3 1) is -1.
    np.testing.assert_allclose(autocorrelation(dataset([[1, 2, 3, 1]]), log=False), [-0.5, -1])
    # log(1 + x) of 0 1 0 is a multiple of 0 1 0, whose two segments move against each other.
    np.testing.assert_allclose(autocorrelation(dataset([[0, 1, 0]])), [-1])


def test_a_period_correlates_by_one_at_its_lag() -> None:
    curve = autocorrelation(dataset(np.tile([5, 3, 1, 4, 9, 2, 6], (3, 8))))
    np.testing.assert_allclose(curve[6:49:7], 1)
    assert (curve[:6] < 0.99).all()


@pytest.mark.parametrize("statistic", [autocorrelation, autocorrelation_standard])
@pytest.mark.parametrize("level", [0.0, 1.0, 1 / 3, 123456.0])
def test_a_constant_series_correlates_by_one(statistic: Callable[..., np.ndarray], level: float) -> None:
    np.testing.assert_array_equal(statistic(dataset(np.full((3, 25), level))), np.ones(23))


@pytest.mark.parametrize("log", [True, False])
def test_standard_is_statsmodels(log: bool) -> None:
    series = np.vstack([walks(5, 60), quiet_at_both_ends()[:, :40].repeat(2, axis=1)[:, :60]])
    values = series.astype(np.float64)
    expected = np.mean([acf(np.log1p(row) if log else row, nlags=58)[1:] for row in values], axis=0)
    np.testing.assert_allclose(autocorrelation_standard(dataset(series), log=log), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("metric", [AUTOCORRELATION_MSE, AUTOCORRELATION_STANDARD_MSE])
def test_metric_is_the_mean_square_of_the_difference_of_the_curves(metric) -> None:  # type: ignore[no-untyped-def]
    real, synthetic = dataset(walks(6, 30)), dataset(walks(9, 30, seed=1))
    difference = metric.statistic(real) - metric.statistic(synthetic)
    assert metric(real, synthetic) == pytest.approx(np.mean(difference**2))
    assert metric(real, real) == 0


@pytest.mark.parametrize("statistic", [autocorrelation, autocorrelation_standard])
def test_many_chunks_average_over_all_samples(
    statistic: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two whole chunks, and half of a third."""
    monkeypatch.setattr("benchmarks.statistics.autocorrelation.CHUNK", 16)
    series = walks(40, 20)
    each = [statistic(dataset(series[i : i + 1])) for i in range(len(series))]
    np.testing.assert_allclose(statistic(dataset(series)), np.mean(each, axis=0), rtol=0, atol=1e-12)


def test_samples_that_are_all_shorter_than_the_schema_allows() -> None:
    series = walks(3, 20)
    padded = np.pad(series, ((0, 0), (0, 5)))
    np.testing.assert_array_equal(
        autocorrelation(dataset(padded, lengths=[20, 20, 20])), autocorrelation(dataset(series))
    )


def test_of_a_named_measurement() -> None:
    schema = Schema("two", (), (Continuous("traffic"), Continuous("loss")), 12)
    measurements = walks(4, 24).reshape(4, 12, 2)
    two = TimeSeriesDataset(schema, pd.DataFrame(index=range(4)), measurements, np.full(4, 12))
    np.testing.assert_array_equal(autocorrelation(two, "loss"), autocorrelation(dataset(measurements[:, :, 1])))
    np.testing.assert_array_equal(autocorrelation(two), autocorrelation(dataset(measurements[:, :, 0])))
    with pytest.raises(KeyError, match="delay"):
        autocorrelation(two, "delay")


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="sample 0 has 4 records, sample 2 has 3"):
        autocorrelation(dataset([[1, 2, 3, 4], [4, 3, 2, 1], [1, 2, 4, 0]], lengths=[4, 4, 3]))


def test_under_three_records_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 3 records a sample, these have 2"):
        autocorrelation(dataset([[1, 2]]))


def test_an_empty_dataset_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        autocorrelation(dataset(np.zeros((0, 5))))


def test_values_without_logarithm_are_refused() -> None:
    below = dataset([[1, 2, 3, 4], [1, 2, -1, 4]])
    with pytest.raises(ValueError, match=r"sample 1 at step 2 is -1\.0.*log=False"):
        autocorrelation(below)
    assert len(autocorrelation(below, log=False)) == 2


def test_is_the_authors_recipe_on_real_page_views(shared_data: Path) -> None:
    pages = (
        pd.read_csv(shared_data / "wwt" / "train_1_subset.csv.gz", nrows=200)
        .dropna()
        .drop(columns="Page")
        .to_numpy(np.float32)[:12]
    )
    expected = plain_loop(np.log1p(pages.astype(np.float64)))
    np.testing.assert_allclose(autocorrelation(dataset(pages)), expected, rtol=0, atol=1e-9)
