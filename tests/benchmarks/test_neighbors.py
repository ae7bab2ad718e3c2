"""Nearest training samples by hand, and what the statistic of memorisation says of copies and of strangers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.neighbors import memorization, nearest, normalized
from dg.dataset import TimeSeriesDataset
from dg.schema import Continuous, Schema


def test_nearest_by_hand():
    """Of 0, 1 and 4 (twice each), 3 is nearest to 4 and then to 1: square errors 1 and 4."""
    train = np.array([[0.0, 0.0], [1.0, 1.0], [4.0, 4.0]])[..., None]
    distances, index = nearest(np.array([[[3.0], [3.0]]]), train, 2)
    np.testing.assert_allclose(distances, [[1.0, 4.0]])
    assert index.tolist() == [[2, 1]]


def test_normalized_by_the_training_records_alone():
    schema = Schema("two", (), (Continuous("x"),), 3)
    series = np.array([[1, 3, 0], [5, 0, 0]], dtype=np.float32)[..., None]
    train = TimeSeriesDataset(schema, pd.DataFrame(index=range(2)), series, np.array([2, 1]))
    np.testing.assert_allclose(normalized(train, train)[..., 0], [[0, 0.5, 0], [1, 0, 0]])
    logs = np.log1p([1, 3, 5])
    expected = (logs[1] - logs[0]) / (logs[2] - logs[0])
    np.testing.assert_allclose(normalized(train, train, ["x"])[0, 1, 0], expected, rtol=1e-6)


def test_copies_are_nearer_and_strangers_are_not():
    rng = np.random.default_rng(0)
    train, held_out, fresh = (rng.normal(size=(300, 4, 1)) for _ in range(3))
    far = nearest(held_out, train)[0][:, 0]
    assert memorization(nearest(train[:100], train)[0][:, 0], far) == 1
    assert memorization(nearest(fresh, train)[0][:, 0], far) == pytest.approx(0.5, abs=0.06)
    assert memorization(far, far) == pytest.approx(0.5)
