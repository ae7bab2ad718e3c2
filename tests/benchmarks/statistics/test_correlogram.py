"""The authors' recipe, lag by lag and sample by sample, of any length; and Figure 1's curve on real pages."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.statistics.autocorrelation import autocorrelation, segment_correlation
from benchmarks.statistics.correlogram import band_error, correlogram, correlograms, reach
from benchmarks.statistics.records import records
from dg.datasets import wwt


def test_reach_by_hand():
    """Four fifths of 550, 20 and 16 records; of 4 records one lag has three pairs, of 3 none has."""
    assert reach(np.array([550, 20, 16, 4, 3, 1])).tolist() == [440, 16, 12, 1, 0, 0]


def test_is_the_authors_recipe_of_each_sample_alone(ragged, alone):
    numbers = ragged.only_numeric()
    lags = np.arange(1, 33)
    for column in (0, 1):
        found = correlograms(records(numbers)[:, :, column], numbers.lengths, lags)
        for row, sample in zip(found, alone(numbers), strict=True):
            series, far = sample[None, :, column], int(reach(np.array(len(sample))))
            expected = [segment_correlation(series[:, :-lag], series[:, lag:])[0] for lag in lags[:far]]
            if np.ptp(series):  # the rounding of a constant's mean decides what the recipe says (D10)
                np.testing.assert_allclose(row[:far], expected, atol=1e-9)
            else:
                assert (row[:far] == 1).all()
            assert np.isnan(row[far:]).all()


def test_a_lag_needs_fifty_samples(made):
    rng = np.random.default_rng(0)
    series, lengths = rng.poisson(9, (110, 40)), np.repeat([20, 40], [61, 49])
    assert len(correlogram(made(series, lengths))) == 16
    assert len(correlogram(made(series, np.repeat([20, 40], [60, 50])))) == 32


def test_errors_of_bands_by_hand():
    """Real 1, 1, 1, 1; synthetic 1, 0.5 and nothing after that, which counts as 0."""
    real, synthetic = np.ones((4, 1)), np.array([[1.0], [0.5]])
    assert band_error(real, synthetic, (1, 2)) == pytest.approx(np.sqrt(0.25 / 2))
    assert band_error(real, synthetic, (2, 3)) == pytest.approx(np.sqrt(1.25 / 2))
    assert band_error(real, synthetic, (3, 999)) == 1


def test_is_the_curve_of_figure_1_on_real_pages(shared_data):
    pages = wwt.load(shared_data / "wwt" / "train_1_subset.csv.gz", samples=300)
    np.testing.assert_allclose(correlogram(pages)[:, 0], autocorrelation(pages)[:440], atol=1e-9)
