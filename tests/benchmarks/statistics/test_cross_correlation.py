"""numpy's correlation of all centred records together, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.statistics.cross_correlation import CROSS_CORRELATION, correlation_difference, cross_correlation


def test_is_numpys_of_centred_records(ragged, alone):
    pooled = np.concatenate([sample - sample.mean(axis=0) for sample in alone(ragged.only_numeric())])
    np.testing.assert_allclose(cross_correlation(ragged.only_numeric()), np.corrcoef(pooled.T), atol=1e-9)


def test_levels_do_not_count_and_constants_correlate_with_nothing(made):
    """Together within each sample, against each other between samples."""
    step = np.expm1(np.array([[1.0, 2], [3, 4]]))
    against = np.stack([step, step[::-1], np.ones((2, 2))], axis=2)
    np.testing.assert_allclose(cross_correlation(made(against)), [[1, 1, 0], [1, 1, 0], [0, 0, 1]], atol=1e-6)


def test_difference_by_hand():
    real, synthetic = np.eye(3), np.eye(3)
    synthetic[0, 1] = synthetic[1, 0] = -0.6
    assert correlation_difference(real, synthetic) == pytest.approx(0.2)


def test_one_measurement_is_refused(made):
    single = made(np.ones((60, 4)))
    with pytest.raises(ValueError, match="made has one numeric measurement: correlations take two"):
        cross_correlation(single)
    with pytest.raises(ValueError, match="cross-correlation does not apply to made"):
        CROSS_CORRELATION.score(single, single, single, seed=0)
