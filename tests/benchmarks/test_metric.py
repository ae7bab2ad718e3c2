from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import Metric
from benchmarks.catalogue import metric, metrics
from benchmarks.distances import mse, wasserstein1
from benchmarks.downstream.features import padded, summary
from benchmarks.downstream.forecasting import FORECASTING
from benchmarks.downstream.recurrent import discriminative_score
from benchmarks.downstream.similarity import difference_similarity
from benchmarks.metric import all_numeric, numeric
from benchmarks.neighbors import normalized
from benchmarks.statistics.autocorrelation import autocorrelation
from benchmarks.statistics.correlation import correlation
from benchmarks.statistics.diversity import amplitude_spread, shape_similarity
from benchmarks.statistics.marginals import zeros
from benchmarks.statistics.maximum import maximum
from benchmarks.statistics.midrange import midrange
from benchmarks.statistics.records import records
from benchmarks.statistics.series import series
from benchmarks.statistics.total import total
from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous, Schema

TOTALS = Metric("total", lambda dataset: dataset.measurements.sum(axis=1).ravel(), wasserstein1)


def counts(seed: int, t: int = 12) -> TimeSeriesDataset:
    """Few samples, among them quiet, busy and constant ones."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    measurements = rng.poisson(rng.choice([0, 0.2, 3, 1000], (n, 1, 1)), (n, t, 1)).astype(np.float32)
    measurements[0] = rng.choice([measurements[0], np.full((t, 1), 5)])
    schema = Schema("toy", (), (Continuous("traffic"),), t)
    return TimeSeriesDataset(schema, pd.DataFrame(index=range(n)), measurements, np.full(n, t))


@pytest.mark.parametrize("metric", [*metrics().values(), TOTALS], ids=lambda metric: metric.name)
@settings(max_examples=40, deadline=None)
@given(seeds=st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)))
def test_promises(metric: Metric, seeds: tuple[int, int]) -> None:
    real, synthetic = map(counts, seeds)
    distance = metric(real, synthetic)
    assert metric(real, real) == pytest.approx(0, abs=1e-15)  # a kernel is summed over all pairs, which rounds
    assert np.isfinite(distance) and distance >= 0
    assert metric(synthetic, real) == pytest.approx(distance)
    order = np.random.default_rng(0).permutation(len(real))
    assert metric(real.take(order), synthetic) == pytest.approx(distance, abs=1e-12)


def test_a_metric_is_known_by_its_name() -> None:
    assert {"autocorrelation_mse", "length_w1", "mmd", "traffic_w1"} <= set(metrics())
    with pytest.raises(ValueError, match=r"unknown metric 'mdd'; known: .*mmd"):
        metric("mdd")


NAMED: dict[str, Callable[[TimeSeriesDataset], object]] = {
    "the autocorrelation": lambda data: autocorrelation(data, "event"),
    "the correlation": lambda data: correlation(data, "load", "event"),
    "the maximum": lambda data: maximum(data, "event"),
    "the midrange": lambda data: midrange(data, "event"),
    "the total": lambda data: total(data, "event"),
}
OF_ALL: dict[str, Callable[[TimeSeriesDataset], object]] = {
    "the MMD": series,
    "the comparison of series": lambda data: normalized(data, data),
    "the summary of a sample": summary,
    "a classifier of records": padded,
    "SDMetrics' similarity": lambda data: difference_similarity(data, data),
    "a statistic of records": records,
    "the share of zeros": zeros,
    "the score of a GRU": lambda data: discriminative_score(data, data, scale=data, seed=0),
}
OF_THE_FIRST: dict[str, Callable[[TimeSeriesDataset], object]] = {
    "the midrange": amplitude_spread,
    "the shape similarity": shape_similarity,
    "forecasting": FORECASTING.inputs,
}


@pytest.mark.parametrize("name", NAMED)
def test_a_category_that_is_named_is_no_number(name: str, mixed: TimeSeriesDataset) -> None:
    equal = _of_one_length(mixed, 3)
    told = rf"^event is categorical: {name} needs a numeric measurement; mixed has \['load', 'jobs'\]"
    with pytest.raises(ValueError, match=told):
        NAMED[name](equal)
    with pytest.raises(KeyError, match="no measurement 'views'"):
        numeric(mixed, "views", name)
    assert numeric(mixed, None, name) is not None


@pytest.mark.parametrize("name", OF_ALL)
def test_a_category_among_others_is_no_number(name: str, mixed: TimeSeriesDataset) -> None:
    with pytest.raises(ValueError, match=f"^event is categorical: {name} needs numeric measurements alone; .*only_num"):
        OF_ALL[name](mixed)
    np.testing.assert_array_equal(all_numeric(mixed.only_numeric(), name), mixed.measurements[:, :, [0, 2]])


@pytest.mark.parametrize("name", OF_THE_FIRST)
def test_a_category_that_is_the_first_is_no_number(name: str) -> None:
    schema = Schema("events", (), (Categorical("event", ("idle", "run")),), 550)
    dataset = TimeSeriesDataset(schema, pd.DataFrame(index=[0]), np.zeros((1, 550, 1), np.float32), np.array([550]))
    with pytest.raises(ValueError, match=f"event is categorical: {name} needs a numeric measurement"):
        OF_THE_FIRST[name](dataset)


def _of_one_length(dataset: TimeSeriesDataset, length: int) -> TimeSeriesDataset:
    return dataset.take(dataset.lengths == length)


def test_is_the_distance_of_the_statistics() -> None:
    schema = Schema("toy", (), (Continuous("views"),), 2)

    def made_of(*rows: list[float]) -> TimeSeriesDataset:
        values = np.array(rows, dtype=np.float32)[:, :, None]
        return TimeSeriesDataset(schema, pd.DataFrame(index=range(len(rows))), values, np.full(len(rows), 2))

    assert TOTALS(made_of([1, 2]), made_of([4, 4])) == 5
    assert TOTALS.name == "total"


def test_a_statistic_takes_its_options_beforehand() -> None:
    schema = Schema("toy", (), (Continuous("traffic"), Continuous("loss")), 10)
    rng = np.random.default_rng(0)
    real, synthetic = (
        TimeSeriesDataset(
            schema, pd.DataFrame(index=range(5)), rng.random((5, 10, 2), dtype=np.float32), np.full(5, 10)
        )
        for _ in range(2)
    )
    losses = Metric("loss", partial(autocorrelation, measurement="loss"), mse)
    expected = np.mean((autocorrelation(real, "loss") - autocorrelation(synthetic, "loss")) ** 2)
    assert losses(real, synthetic) == pytest.approx(expected)
    assert losses(real, synthetic) != Metric("traffic", autocorrelation, mse)(real, synthetic)
