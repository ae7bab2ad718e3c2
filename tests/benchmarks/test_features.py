"""Features by scipy and numpy on each sample alone; by the schema's names; of a sample alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.features import features, phase
from dg.datasets import gcut, mba, wwt


def test_are_scipys_and_numpys_of_each_sample_alone(ragged, alone):
    numbers = ragged.only_numeric()
    found = features(numbers)
    for column in (0, 1):
        for row, sample in enumerate(alone(numbers)):
            series, of = sample[:, column], f"x{column}: "
            seen = found.iloc[row]
            assert seen[of + "mean"] == pytest.approx(series.mean())
            assert seen[of + "5% quantile"] == pytest.approx(np.quantile(series, 0.05))
            assert seen[of + "100% quantile"] == pytest.approx(series.max())
            if len(series) > 1:
                assert seen[of + "phase 1"] == pytest.approx(series[1::4].mean() - series.mean(), abs=1e-9)
            if np.ptp(series):
                assert seen[of + "skewness"] == pytest.approx(stats.skew(series), abs=1e-9)
                assert seen[of + "kurtosis"] == pytest.approx(stats.kurtosis(series), abs=1e-9)
            else:
                assert np.isnan(seen[of + "skewness"])
    np.testing.assert_allclose(found["length"], np.log1p(numbers.lengths))
    assert set(found["metadata: kind"]) == {0, 1, 2}


def test_some_forty_of_page_views():
    pages = wwt.load(samples=20, seed=0)
    found = features(pages)
    assert found.shape == (20, 45) and np.isfinite(found.to_numpy()).all()
    assert features(pages) is found
    np.testing.assert_allclose(features(pages.take(np.arange(7))), found[:7], atol=1e-12)


def test_phases():
    assert phase(wwt.SCHEMA)[:9].tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 1]
    assert phase(mba.SCHEMA)[:5].tolist() == [0, 1, 2, 3, 0]
    hours = phase(gcut.SCHEMA)
    assert hours[[0, 11, 12, 287, 288]].tolist() == [0, 0, 1, 23, 0]
