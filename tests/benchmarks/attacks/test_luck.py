"""How often guessing does as well: by enumeration, by SciPy's negative hypergeometric, and on innocent attacks."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import nhypergeom

from benchmarks.attacks import luck
from benchmarks.attacks.guessing import Outcome, Rate, chance_interval, judge


def outcome(n: int, m: int, success: float, *rates: Rate | None) -> Outcome:
    return Outcome(n, m, success, n / (n + m), 0.0, 0.5, rates, 0.0)


def rate(value: float, at: float = 0.1) -> Rate:
    return Rate(at, value, 0.0, 1.0)


def test_success_by_enumeration():
    """Of all places that three members and three others can have, in one of 20 all are first, in ten two or more."""
    orders = [np.isin(np.arange(6), places) for places in combinations(range(6), 3)]
    for found in (1, 2, 3):
        expected = np.mean([order[:3].sum() >= found for order in orders])
        assert luck.of_success(outcome(3, 3, found / 3)) == pytest.approx(expected)
    assert luck.of_success(outcome(3, 3, 1.0)) == pytest.approx(1 / 20)


@pytest.mark.parametrize(("n", "m", "at"), [(20, 20, 0.1), (50, 30, 0.1), (1000, 1000, 0.001)])
def test_a_rate_is_that_of_the_negative_hypergeometric(n: int, m: int, at: float):
    alarms = int(at * m)
    for found in (0, 1, n // 5, n // 2):
        expected = nhypergeom(n + m, n, alarms + 1).sf(found - 1)
        assert luck.of_rate(rate(found / n, at), outcome(n, m, 0.5)) == pytest.approx(expected, abs=1e-10)


@pytest.mark.slow
def test_the_least_of_several_is_as_seldom_small_as_it_says():
    """Attacks that guess, by Bonferroni: less than 0.05 once all numbers are counted, in five of a hundred at most."""
    seldom = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        least, numbers = luck.least(judge(rng.normal(size=60), rng.normal(size=60), rng=rng))
        seldom.append(least * numbers < 0.05)
        assert numbers == 2  # 60 non-members tell nothing of 1 and 0.1 %
    assert 0 < np.mean(seldom) <= 0.05


def test_how_many_samples_a_success_takes():
    """With so many of both it is at the end of what guessing has, to one sample."""
    for success in (0.51, 0.55, 0.6, 0.9):
        n = luck.members_for(success)
        assert chance_interval(n, n)[1] == pytest.approx(success, abs=1.01 / n)
    assert luck.members_for(0.55) == 193
    with pytest.raises(ValueError, match=r"between 1/2 and 1, got 0\.5"):
        luck.members_for(0.5)
