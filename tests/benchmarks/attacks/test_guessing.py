"""Success rates by hand, AUC by scikit-learn, bounds by scipy, and what pure guessing gets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binomtest, hypergeom
from sklearn.metrics import roc_auc_score

from benchmarks.attacks.guessing import (
    auc,
    chance_interval,
    epsilon_bound,
    judge,
    needed,
    success_rate,
    true_positive_rate,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(n: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return rng(seed).normal(shift, 1, n)


@pytest.mark.parametrize(
    ("members", "nonmembers", "expected"),
    [
        ([4, 3, 2], [1, 0, -1], 1),
        ([4, 3, 0], [2, 1, -1], 2 / 3),
        ([0, -1], [3, 2, 1], 0),
        ([5, 1], [4, 3, 2, 0], 1 / 2),
        ([5], [4, 3, 2, 0], 1),
    ],
)
def test_success_by_hand(members, nonmembers, expected):
    """As many as there are members are called members, however many non-members there are."""
    assert success_rate(np.array(members, float), np.array(nonmembers, float), rng=rng()) == expected


def test_ties_are_broken_at_random_and_the_same_seed_breaks_them_the_same_way():
    same = np.zeros(30), np.zeros(70)
    rates = [success_rate(*same, rng=rng(seed)) for seed in range(2000)]
    assert np.mean(rates) == pytest.approx(0.3, abs=4 * hypergeom(100, 30, 30).std() / 30 / 2000**0.5)
    assert rates[7] == success_rate(*same, rng=rng(7)) and len(set(rates)) > 5


def test_auc_is_that_of_scikit_learn():
    members, nonmembers = np.round(normal(80, 0, 0.4), 1), np.round(normal(120, 1), 1)
    truth = np.repeat([1, 0], [80, 120])
    assert auc(members, nonmembers) == pytest.approx(roc_auc_score(truth, np.concatenate([members, nonmembers])))


@pytest.mark.parametrize(("n", "m"), [(200, 200), (1000, 1000), (30, 50), (50, 30)])
def test_what_guessing_gets_is_hypergeometric(n: int, m: int):
    """With n of both the deviation is 1 / (2 √(2n - 1)): 0.025 with 200 and 0.0112 with 1,000."""
    low, high = chance_interval(n, m)
    guessing = hypergeom(n + m, n, n)
    assert guessing.cdf(round(high * n)) - guessing.cdf(round(low * n) - 1) >= 0.95
    assert guessing.cdf(round(high * n) - 1) - guessing.cdf(round(low * n) - 1) < 0.975
    outcome = judge(normal(n, 0, 1), normal(m, 1), rng=rng())
    assert outcome.chance == pytest.approx(n / (n + m))
    assert outcome.z == pytest.approx((outcome.success - guessing.mean() / n) / (guessing.std() / n))
    if n == m:
        assert outcome.z == pytest.approx((outcome.success - 0.5) * 2 * (2 * n - 1) ** 0.5)


def test_rates_by_hand():
    """Of ten non-members one may exceed the threshold, which is then the second largest of them, 8."""
    nonmembers = np.arange(10.0)
    rate = true_positive_rate(np.array([9.5, 8.5, 8.0, 7.0]), nonmembers, 0.1)
    assert rate is not None and (rate.at, rate.value) == (0.1, 0.5)
    expected = binomtest(2, 4).proportion_ci(0.95, method="exact")
    assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high))
    assert (rate.low, rate.high) == pytest.approx((beta.ppf(0.025, 2, 3), beta.ppf(0.975, 3, 2)))


def test_a_tie_with_a_nonmember_is_not_found():
    rate = true_positive_rate(np.ones(4), np.ones(20), 0.1)
    assert rate is not None and rate.value == 0 and rate.high == pytest.approx(1 - 0.025 ** (1 / 4))


def test_what_so_few_nonmembers_cannot_tell_is_none():
    members = normal(20, 0)
    assert [needed(at) for at in (0.001, 0.01, 0.1)] == [1000, 100, 10]
    assert [true_positive_rate(members, normal(m, 1), 0.01) is None for m in (99, 100)] == [True, False]
    assert [rate is None for rate in judge(members, normal(150, 1), rng=rng()).rates] == [True, False, False]


def test_a_perfect_attack_shows_as_much_as_its_halves_can():
    """100 of 100 found and no false alarm: TPR ≥ 0.025^(1/100), FPR ≤ 1 - 0.025^(1/100)."""
    bound = epsilon_bound(normal(200, 0, 100), normal(200, 1), rng=rng())
    low = 0.025 ** (1 / 100)
    assert bound == pytest.approx(np.log(low / (1 - low)))
    assert epsilon_bound(normal(200, 0, 100), normal(200, 1), rng=rng(), delta=0.1) == pytest.approx(
        np.log((low - 0.1) / (1 - low))
    )


def test_the_bound_counts_those_that_are_surely_no_members_too():
    """A tenth of the non-members lie far below all others: TNR over FNR tells, TPR over FPR hardly does."""
    nonmembers = normal(4000, 1)
    nonmembers[::4] -= 50
    assert epsilon_bound(normal(4000, 0), nonmembers, rng=rng()) > np.log(0.2 / 0.005)


def test_randomised_response_is_bounded_by_its_own_epsilon():
    """A score that tells membership with probability e^ε / (1 + e^ε): in 95 % of trials the bound is below ε."""
    epsilon, n, bounds = 1.0, 400, []
    for seed in range(300):
        draw = rng(seed)
        truthful = np.exp(epsilon) / (1 + np.exp(epsilon))
        members, nonmembers = draw.random(n) < truthful, draw.random(n) >= truthful
        bounds.append(epsilon_bound(members.astype(float), nonmembers.astype(float), rng=draw))
    assert np.mean(np.array(bounds) <= epsilon) >= 0.95
    assert np.median(bounds) > 0.6


def test_innocence_shows_nothing():
    bounds = [epsilon_bound(normal(200, seed), normal(200, 1000 + seed), rng=rng(seed)) for seed in range(100)]
    assert np.mean(np.array(bounds) == 0) >= 0.95


def test_few_and_undefined_scores_are_refused():
    with pytest.raises(ValueError, match="9 members are too few, it takes 10"):
        judge(normal(9, 0), normal(50, 1), rng=rng())
    with pytest.raises(ValueError, match="0 non-members are too few, it takes 1"):
        auc(normal(9, 0), np.empty(0))
    broken = normal(20, 0)
    broken[3] = np.nan
    with pytest.raises(ValueError, match="score of number 3 of the non-members is nan"):
        judge(normal(20, 1), broken, rng=rng())
    with pytest.raises(ValueError, match="delta should be a probability below 1, got 1"):
        epsilon_bound(normal(20, 1), normal(20, 2), rng=rng(), delta=1)
