"""Steps from record to record, by hand and by numpy on each sample alone."""

from __future__ import annotations

import numpy as np

from benchmarks.statistics.steps import steps


def test_by_hand(made):
    """0, 1, 3 on the scale: steps of 1 and 2; a single record has none; what follows the end is no step."""
    series = np.expm1([[0.0, 1, 3], [2, 0, 0], [1, 1, 0]])
    np.testing.assert_allclose(steps(made(series, [3, 1, 2])), [[1.5, 2], [0, 0], [0, 0]], atol=1e-6)


def test_are_numpys_of_each_sample_alone(ragged, alone):
    numbers = ragged.only_numeric()
    moved = [np.abs(np.diff(sample, axis=0)) if len(sample) > 1 else np.zeros((1, 2)) for sample in alone(numbers)]
    expected = [np.concatenate([each.mean(axis=0), each.max(axis=0)]) for each in moved]
    np.testing.assert_allclose(steps(numbers), expected, atol=1e-12)
