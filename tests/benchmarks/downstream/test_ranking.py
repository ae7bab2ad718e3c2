"""Spearman's correlation by its textbook formula and by scipy's, with ties, without an order, and resampled."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmarks.downstream.ranking import interval, rank_correlation, ranks, tied


def test_by_the_formula_without_ties():
    """1 - 6 Σd² / (n (n² - 1)): the second and the third of five change places, 1 - 12/120."""
    assert rank_correlation([0.9, 0.8, 0.7, 0.6, 0.5], [0.9, 0.7, 0.8, 0.6, 0.5]) == pytest.approx(0.9)
    assert rank_correlation([0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4]) == pytest.approx(-1)


def test_ties_share_their_mean_rank():
    scores = [0.9, 0.8, 0.8, 0.1, 0.8]
    assert ranks(scores) == [1, 3, 3, 5, 3]
    assert tied(scores) == 3 and tied([1, 2, 3]) == 0
    other = [5.0, 4.0, 3.0, 2.0, 1.0]
    by_hand = np.corrcoef([1, 3, 3, 5, 3], [1, 2, 3, 4, 5])[0, 1]
    assert rank_correlation(scores, other) == pytest.approx(by_hand) == pytest.approx(spearmanr(scores, other)[0])


def test_where_all_are_equal_there_is_no_order():
    assert np.isnan(rank_correlation([0.5, 0.5, 0.5], [0.1, 0.2, 0.3]))
    assert np.isnan(rank_correlation([0.5, np.nan, 0.4], [0.1, 0.2, 0.3]))
    assert ranks([0.5, np.nan, 0.7])[0] == 2
    assert np.isnan(interval(np.ones((9, 3)), np.ones((9, 3)))).all()


def test_the_interval_is_as_wide_as_the_order_is_uncertain():
    rng = np.random.default_rng(0)
    order = np.array([0.9, 0.7, 0.5, 0.3])
    certain = order + rng.normal(0, 0.01, (400, 4)), order + rng.normal(0, 0.01, (400, 4))
    assert interval(*certain) == pytest.approx((1, 1))
    low, high = interval(order + rng.normal(0, 9, (400, 4)), order + rng.normal(0, 9, (400, 4)))
    assert low <= -0.8 and high >= 0.8
