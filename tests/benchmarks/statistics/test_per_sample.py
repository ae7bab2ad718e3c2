"""Statistics with a number for each sample, against numpy on each sample's records by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.statistics.correlation import correlation
from benchmarks.statistics.diversity import amplitude_spread, shape_similarity
from benchmarks.statistics.frequency import frequency
from benchmarks.statistics.length import LENGTH_W1, length
from benchmarks.statistics.maximum import maximum
from benchmarks.statistics.total import gigabytes, total
from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous, Schema


@pytest.fixture
def ragged() -> TimeSeriesDataset:
    """Samples of 1, 2, 5 and 8 records, one of them with a constant measurement; negative values too."""
    rng = np.random.default_rng(0)
    lengths = np.array([1, 2, 5, 8, 8])
    measurements = rng.normal(-3, 1, (5, 8, 2)).astype(np.float32)
    measurements[4, :, 1] = -1.7
    measurements *= (np.arange(8) < lengths[:, None])[..., None]
    schema = Schema("ragged", (Categorical("kind", ("a", "b", "c")),), (Continuous("x"), Continuous("y")), 8)
    return TimeSeriesDataset(schema, pd.DataFrame({"kind": list("aacca")}), measurements, lengths)


def records(dataset: TimeSeriesDataset) -> list[np.ndarray]:
    return [series[:n].astype(np.float64) for series, n in zip(dataset.measurements, dataset.lengths, strict=True)]


def test_padding_is_no_record(ragged):
    whole = records(ragged)
    np.testing.assert_allclose(maximum(ragged, "y"), [series[:, 1].max() for series in whole])
    np.testing.assert_allclose(total(ragged), [series[:, 0].sum() for series in whole])
    np.testing.assert_allclose(gigabytes(ragged, "y"), [series[:, 1].sum() / 1e9 for series in whole])
    np.testing.assert_allclose(length(ragged), [len(series) for series in whole])


def test_correlation_is_pearsons_where_it_is_defined(ragged):
    """Not of one record, nor with a constant; two records correlate by 1 or -1."""
    expected = [np.corrcoef(series.T)[0, 1] for series in records(ragged)[1:4]]
    found = correlation(ragged, "x", "y")
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert abs(found[0]) == pytest.approx(1)


def test_frequencies_in_the_schemas_order(ragged):
    np.testing.assert_allclose(frequency(ragged, "kind"), [3 / 5, 0, 2 / 5])


def test_the_distance_of_lengths(ragged):
    """Lengths 1, 2, 5, 8, 8 against 8, 8: 7/5 + 6/5 + 3/5."""
    assert LENGTH_W1(ragged, ragged) == 0
    assert LENGTH_W1(ragged, ragged.take(np.array([3, 4]))) == pytest.approx(16 / 5)


def test_diversity_tells_copies_from_strangers():
    rng = np.random.default_rng(1)
    strangers = np.exp(rng.normal(3, 1, (40, 1)) + rng.normal(0, 0.5, (40, 30)))
    copies = np.tile(strangers[:1], (40, 1)) * np.exp(rng.normal(0, 0.01, (40, 30)))
    of = {}
    for name, series in {"strangers": strangers, "copies": copies}.items():
        schema = Schema(name, (), (Continuous("x"),), 30)
        dataset = TimeSeriesDataset(
            schema, pd.DataFrame(index=range(40)), series[..., None].astype(np.float32), np.full(40, 30)
        )
        of[name] = amplitude_spread(dataset), shape_similarity(dataset)
    assert of["copies"][0] < 0.02 < 0.3 < of["strangers"][0]
    assert of["copies"][1] > 0.99 and abs(of["strangers"][1]) < 0.05
