"""Combinations of metadata, and levels within classes, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from benchmarks.metadata import classes, joint_divergence, level_by_class
from dg.schema import Categorical, Continuous


def test_classes_are_codes_and_real_quarters(made):
    fields = Categorical("kind", ("a", "b")), Continuous("size")
    real = made(np.ones((8, 2)), fields=fields, metadata={"kind": list("abababab"), "size": np.arange(8.0)})
    other = made(np.ones((3, 2)), fields=fields, metadata={"kind": list("bba"), "size": [-9.0, 3, 99]})
    assert classes(real, real)[:, 1].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert classes(other, real).tolist() == [[1, 0], [1, 1], [0, 3]]


def test_the_joint_distribution_is_seen_where_the_marginals_agree():
    """Two fields that always agree, against two that never do; and half of the samples."""
    agree, differ = np.array([[0, 0], [1, 1]] * 5), np.array([[0, 1], [1, 0]] * 5)
    assert joint_divergence(agree, differ) == pytest.approx(1)
    assert joint_divergence(agree, agree[:4]) == pytest.approx(0)
    independent = np.concatenate([agree[:2], differ[:2]])
    expected = jensenshannon([0.5, 0.5, 0, 0], [0.25] * 4, base=2) ** 2
    assert joint_divergence(agree, independent) == pytest.approx(expected)


def test_levels_within_classes():
    """Two classes, three quarters and one quarter of the real samples, scipy's distance in each over one deviation."""
    real, kinds = np.array([0.0, 1, 2, 10])[:, None], np.array([0, 0, 0, 1])
    made, other = np.array([1.0, 1, 12, 14])[:, None], np.array([0, 0, 1, 1])
    within = [wasserstein_distance([0, 1, 2], [1, 1]), wasserstein_distance([10], [12, 14])]
    expected = (0.75 * within[0] + 0.25 * within[1]) / np.std([0, 1, 2, 10])
    assert level_by_class(real, made, kinds, other) == pytest.approx(expected)
    lacks = level_by_class(real, made[:2], kinds, other[:2])
    assert lacks == pytest.approx(0.75 * within[0] / np.std([0, 1, 2, 10]) + 0.25 * 1)
