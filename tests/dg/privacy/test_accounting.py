"""ε, δ and μ: against the Gaussian mechanism's own formula, and the figures that the release prints."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from dg.privacy.accounting import Mechanism, noise_for, released_epsilon, steps_within

DELTA = 1e-5
FIGURE_16 = {"sampling_rate": 100 / 50_000, "steps": 7_500}


def delta_of(mu: float, epsilon: float) -> float:
    """Of the Gaussian mechanism with a mean of μ standard deviations (Balle and Wang 2018, theorem 8)."""
    return norm.cdf(mu / 2 - epsilon / mu) - math.exp(epsilon) * norm.cdf(-mu / 2 - epsilon / mu)


@pytest.mark.parametrize(("noise", "steps", "uses"), [(1.0, 1, 1), (4.0, 9, 1), (2.0, 1, 4), (6.0, 4, 9)])
def test_without_sampling_it_is_the_gaussian_mechanism(noise: float, steps: int, uses: int) -> None:
    """k uses of noise σ are one with σ/√k."""
    mechanism, mu = Mechanism(noise, 1.0, steps, uses), math.sqrt(steps * uses) / noise
    expected = brentq(lambda epsilon: delta_of(mu, epsilon) - DELTA, 0, 100)
    assert mechanism.epsilon(DELTA) == pytest.approx(expected, rel=1e-3)
    assert mechanism.mu() == pytest.approx(mu, rel=1e-3)


@pytest.mark.parametrize(
    ("noise", "printed"),
    [(0.01, 187_266_998), (0.1, 1_641_998), (1, 10.5), (2, 1.45182), (4, 0.455557)],
)
def test_the_release_prints_these_five(noise: float, printed: float) -> None:
    """Batches of 100 from 50,000, 15 epochs, as TensorFlow Privacy 0.5.1 counted; Figure 16's labels, if any are."""
    assert released_epsilon(noise, n=50_000, batch_size=100, epochs=15, delta=DELTA) == pytest.approx(printed, rel=4e-3)


def test_sampling_makes_it_more_private_and_a_single_batch_can_be_worked_out_by_hand() -> None:
    """With rate q the pair is N(0, 1) and (1 - q) N(0, 1) + q N(μ, 1): δ is a difference of two tails."""
    noise, q = 1.0, 0.3
    found = Mechanism(noise, q, 1).epsilon(DELTA)
    x = np.linspace(-40, 40, 2_000_001)
    with_, without = (1 - q) * norm.pdf(x) + q * norm.pdf(x, 1 / noise), norm.pdf(x)

    def delta(epsilon: float) -> float:
        more = np.maximum(with_ - math.exp(epsilon) * without, 0).sum()
        fewer = np.maximum(without - math.exp(epsilon) * with_, 0).sum()
        return float(max(more, fewer)) * (x[1] - x[0])

    assert found == pytest.approx(brentq(lambda epsilon: delta(epsilon) - DELTA, 0, 20), rel=2e-3)
    assert found < Mechanism(noise, 1.0, 1).epsilon(DELTA)


@pytest.mark.slow
@pytest.mark.parametrize("epsilon", [1.0, 1e5])
def test_the_noise_for_an_epsilon_keeps_it_and_hardly_less_would(epsilon: float) -> None:
    """1e5 takes less noise than a privacy loss distribution can be had for: Rényi's is looser, and still kept."""
    noise = noise_for(epsilon, DELTA, **FIGURE_16)
    assert Mechanism(noise, **FIGURE_16).epsilon(DELTA) <= epsilon < Mechanism(noise * 0.98, **FIGURE_16).epsilon(DELTA)


def test_each_use_of_a_batch_takes_its_share_of_noise() -> None:
    assert noise_for(1.0, DELTA, 1.0, 10, uses=4) == pytest.approx(2 * noise_for(1.0, DELTA, 1.0, 10), rel=1e-3)


def test_the_steps_that_an_epsilon_pays_for() -> None:
    mechanism = Mechanism(5.0, 1.0, 1_000)
    steps = steps_within(2.0, DELTA, mechanism)
    most = brentq(lambda mu: delta_of(mu, 2.0) - DELTA, 0.01, 5) ** 2 * 25
    assert steps == math.floor(most)
    assert steps_within(100.0, DELTA, mechanism) == 1_000
    assert steps_within(0.01, DELTA, mechanism) == 0


def test_with_little_noise_renyi_has_to_do_and_says_so() -> None:
    little = Mechanism(0.1, 0.002, 100)
    assert (little.accountant, little.mu()) == ("RDP", None)
    assert Mechanism(0.5, 0.002, 100).accountant == "PLD"
    assert Mechanism(0.3, 0.002, 100, uses=4).accountant == "RDP"
