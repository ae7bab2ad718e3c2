"""Level, spread, maximum, quantiles, zeros: numpy's, of each sample's records by themselves, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.statistics.marginals import LEVEL, QUANTILE, QUANTILES, ZEROS, level, peak, quantiles, spread, zeros


def test_are_numpys_of_each_sample_alone(ragged, alone):
    numbers = ragged.only_numeric()
    samples = alone(numbers)
    for statistic, expected in ((level, np.mean), (spread, np.std), (peak, np.max)):
        np.testing.assert_allclose(statistic(numbers), [expected(sample, axis=0) for sample in samples], atol=1e-12)
    expected = [np.quantile(sample, QUANTILES, axis=0).ravel() for sample in samples]
    np.testing.assert_allclose(quantiles(numbers), expected, atol=1e-12)
    np.testing.assert_allclose(zeros(numbers), [(sample == 0).mean(axis=0) for sample in samples])
    assert (spread(numbers)[5:20, 1] == 0).all()


def test_by_hand(made):
    """Counts of 0 and of e - 1 are 0 and 1 on the scale; a log unit more is a log unit away, of a deviation of 1/2."""
    real = made(np.tile([[0.0, 0.0], [np.e - 1, np.e - 1]], (50, 1)))
    busier = made(np.tile([[np.e - 1, np.e - 1], [np.e**2 - 1, np.e**2 - 1]], (50, 1)))
    assert LEVEL.score(real, real, busier, seed=0) == pytest.approx(2, abs=1e-6)
    assert QUANTILE.score(real, real, busier, seed=0) == pytest.approx(2, abs=1e-6)
    assert ZEROS.score(real, real, busier, seed=0) == pytest.approx(0.5)


def test_of_several_measurements_the_mean(made):
    rng = np.random.default_rng(0)
    real = rng.poisson(50, (60, 8, 2)).astype(float)
    moved = real.copy()
    moved[..., 1] *= 2
    one, both = (
        LEVEL.score(made(x), made(x), made(y), seed=0) for x, y in ((real[..., 1], moved[..., 1]), (real, moved))
    )
    assert both == pytest.approx(one / 2) and one > 1
