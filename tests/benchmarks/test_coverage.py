"""Density, coverage, precision and recall: ball by ball, by Naeem's formula, and where a mode is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

from benchmarks.coverage import coverage, density, precision, radii, recall, standardised
from benchmarks.features import features


@pytest.mark.parametrize("k", [1, 5])
def test_ball_by_ball(k):
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(40, 3)), rng.normal(0.5, 1.2, (30, 3))

    def inside(centres: np.ndarray, points: np.ndarray) -> np.ndarray:
        far = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(centres).kneighbors(centres)[0][:, -1]
        return np.array([[np.linalg.norm(x - y) <= r for x, r in zip(centres, far, strict=True)] for y in points])

    by_real, by_made = inside(real, made), inside(made, real)
    assert density(real, made, k) == pytest.approx(by_real.sum() / (k * 30))
    assert coverage(real, made, k) == pytest.approx(by_real.any(axis=0).sum() / 40)
    assert precision(real, made, k) == pytest.approx(by_real.any(axis=1).sum() / 30)
    assert recall(real, made, k) == pytest.approx(by_made.any(axis=1).sum() / 40)


def test_of_one_distribution_by_the_formula():
    """E[density] = 1 and E[coverage] = 1 - (n-1)…(n-k) / ((n+m-1)…(n+m-k))."""
    rng = np.random.default_rng(1)
    n, m, k = 300, 200, 5
    found = [(of(*np.split(rng.normal(size=(n + m, 8)), [n])) for of in (density, coverage)) for _ in range(20)]
    dense, covered = np.mean([list(each) for each in found], axis=0)
    steps = np.arange(1, k + 1)
    assert covered == pytest.approx(1 - np.prod((n - steps) / (n + m - steps)), abs=0.01)
    assert dense == pytest.approx(1, abs=0.05)


def test_a_lost_mode_is_not_covered_and_strangers_are_not_precise():
    rng = np.random.default_rng(2)
    real = np.concatenate([rng.normal(0, 1, (150, 4)), rng.normal(20, 1, (150, 4))])
    one_mode, strangers = rng.normal(0, 1, (300, 4)), rng.normal(-20, 1, (300, 4))
    assert coverage(real, one_mode) < 0.55 and recall(real, one_mode) < 0.55 and precision(real, one_mode) > 0.85
    assert density(real, strangers) == coverage(real, strangers) == precision(real, strangers) == 0


def test_few_are_refused():
    with pytest.raises(ValueError, match="5 samples have no 5 neighbours each: 6 are needed"):
        radii(np.zeros((5, 2)), 5)


def test_standardised_by_the_real_ones_without_metadata(ragged):
    numbers = ragged.only_numeric()
    own, other = standardised(numbers, numbers.take(slice(40)))
    np.testing.assert_array_equal(own[:40], other)
    assert np.isfinite(own).all() and own.shape[1] == features(numbers).shape[1] - 2
    varied = own[:, own.std(axis=0) > 0]
    table = features(numbers).drop(columns=["metadata: kind", "metadata: size"])
    expected = (table["x0: mean"] - table["x0: mean"].mean()) / table["x0: mean"].std(ddof=0)
    np.testing.assert_allclose(own[:, 0], expected, atol=1e-9)
    assert isinstance(table, pd.DataFrame) and abs(varied.mean(axis=0)).max() < 1e-9
