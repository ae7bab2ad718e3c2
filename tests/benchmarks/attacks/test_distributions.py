"""A planted mixture is found again, statistics that say nothing give no better guess than equal shares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from benchmarks.attacks.distributions import Normalised, mixture, moved, rectified, shares

HIDDEN, NOISE = 60, 5
COMBINATIONS = np.array([[*np.eye(4)[a], *np.eye(3)[b]] for a in range(4) for b in range(3)])
TRUE = np.array([0.5, 0, 0.1, 0, 0, 0.3, 0, 0, 0, 0.02, 0.08, 0])


def network(candidates: np.ndarray, share: np.ndarray, batches: int = 200) -> Normalised:
    """A layer whose statistics are running ones (momentum 0.1) over batches of 100 that were drawn by their shares."""
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(0, 0.4, (HIDDEN, NOISE + candidates.shape[-1])), rng.normal(0, 0.1, HIDDEN)
    mean, variance = np.zeros(HIDDEN), np.ones(HIDDEN)
    for _ in range(batches):
        chosen = candidates[rng.choice(len(candidates), 100, p=share)]
        if chosen.ndim == 3:
            chosen = chosen[np.arange(100), rng.integers(chosen.shape[1], size=100)]
        hidden = np.maximum(0, np.hstack([rng.normal(size=(100, NOISE)), chosen]) @ weight.T + bias)
        mean, variance = 0.9 * mean + 0.1 * hidden.mean(0), 0.9 * variance + 0.1 * hidden.var(0, ddof=1)
    return Normalised(weight, bias, mean, variance)


def away(one: np.ndarray, other: np.ndarray = TRUE) -> float:
    return float(np.abs(one - other).sum() / 2)


def test_a_planted_mixture_is_found():
    """As well as 1,900 samples tell it, which is what a momentum of 0.1 remembers of batches of 100."""
    found = shares(network(COMBINATIONS, TRUE), COMBINATIONS)
    assert away(found) < 0.1 < 0.6 < away(np.full(12, 1 / 12))
    assert found.min() >= 0 and found.sum() == pytest.approx(1)


def test_numbers_beside_categories_are_averaged_over():
    """Each combination has rows with five values of a number."""
    numbers = np.linspace(-1, 1, 5)
    rows = np.stack([np.hstack([COMBINATIONS, np.full((12, 1), number)]) for number in numbers], axis=1)
    assert away(shares(network(rows, TRUE), rows)) < 0.1


def test_statistics_of_equal_shares_say_no_more_than_equal_shares():
    equal = np.full(12, 1 / 12)
    found = shares(network(COMBINATIONS, equal), COMBINATIONS)
    assert away(found) > away(equal) - 0.1 and away(found, equal) < 0.15


def test_reset_statistics_are_no_leak():
    """Means of 0 and variances of 1, as they begin."""
    layer = network(COMBINATIONS, TRUE)
    reset = Normalised(layer.weight, layer.bias, np.zeros(HIDDEN), np.ones(HIDDEN))
    assert away(shares(reset, COMBINATIONS)) > away(np.full(12, 1 / 12)) - 0.05


@pytest.mark.parametrize(("middle", "deviation"), [(0.0, 1.0), (-2.0, 0.5), (1.3, 2.0)])
def test_moments_of_a_rectified_normal(middle, deviation):
    found = rectified(np.array(middle), np.array(deviation))
    for power, moment in enumerate(found, start=1):
        expected, _ = quad(lambda x, power=power: x**power * norm.pdf(x, middle, deviation), 0, middle + 12 * deviation)
        assert moment == pytest.approx(expected, abs=1e-8)


def test_without_noise_a_unit_is_a_constant():
    np.testing.assert_allclose(rectified(np.array([2.0, -2.0]), np.zeros(2)), [[2, 0], [4, 0]], atol=1e-12)


def test_a_mixture_by_hand():
    """Half and half of two of three components; a number that all of them share is left out."""
    components = np.array([[0.0, 1.0, 7.0], [1.0, 0.0, 7.0], [5.0, 5.0, 7.0]])
    np.testing.assert_allclose(mixture(components, np.array([0.5, 0.5, 900.0])), [0.5, 0.5, 0], atol=1e-9)
    np.testing.assert_allclose(mixture(np.ones((4, 2)), np.ones(2)), 0.25)


def test_weights_that_lie_still_were_not_drawn():
    """The average of weights that no batch moves comes to them, but for rounding; a drawn one's lags behind."""
    last = np.array([[1.0, 2.0, 3.0], [0.5, 0.1, 0.2]])
    averaged = last + np.array([[1e-7, 1e-3, 0], [0, 0, 0]])
    assert moved(last, averaged).tolist() == [False, True, False]
