from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import mean_squared_error

from benchmarks.distances import jensen_shannon, mmd2, mse, standardised_wasserstein1, wasserstein1

DISTANCES = [mse, wasserstein1, jensen_shannon]
FREQUENCIES = arrays(np.int64, st.just(6), elements=st.integers(0, 1000)).filter(lambda counts: counts.any())
CURVES = arrays(np.float64, st.just(9), elements=st.floats(-1e6, 1e6))
SETS = arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e6, 1e6))


@given(CURVES, CURVES)
def test_mse_is_scikit_learns(real: np.ndarray, synthetic: np.ndarray) -> None:
    assert mse(real, synthetic) == pytest.approx(mean_squared_error(real, synthetic))


@given(SETS, SETS)
def test_wasserstein1_is_the_area_between_the_distribution_functions(real: np.ndarray, synthetic: np.ndarray) -> None:
    knots = np.unique(np.concatenate([real, synthetic]))
    gap = [abs((real <= x).mean() - (synthetic <= x).mean()) for x in knots[:-1]]
    assert wasserstein1(real, synthetic) == pytest.approx(np.sum(gap * np.diff(knots)), rel=1e-6, abs=1e-6)


@given(FREQUENCIES, FREQUENCIES)
def test_jensen_shannon_is_the_square_of_scipys_distance(real: np.ndarray, synthetic: np.ndarray) -> None:
    assert jensen_shannon(real, synthetic) == pytest.approx(jensenshannon(real, synthetic, base=2) ** 2, abs=1e-9)


@pytest.mark.parametrize("distance", DISTANCES)
@given(FREQUENCIES, FREQUENCIES)
def test_zero_on_equals_symmetric_and_never_negative(distance, real: np.ndarray, synthetic: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    assert distance(real, real) == 0
    assert distance(real, synthetic) == pytest.approx(distance(synthetic, real))
    assert distance(real, synthetic) >= 0


@given(SETS, SETS, st.randoms(use_true_random=False))
def test_wasserstein1_takes_sets_in_any_order(real: np.ndarray, synthetic: np.ndarray, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = np.array(random.sample(list(real), len(real)))
    assert wasserstein1(shuffled, synthetic) == pytest.approx(wasserstein1(real, synthetic))


def test_hand_worked() -> None:
    assert mse(np.array([1, 2]), np.array([1, 5])) == 4.5
    assert wasserstein1(np.array([0, 0, 3]), np.array([1])) == pytest.approx(4 / 3)
    assert wasserstein1(np.array([1, 2, 3]), np.array([3, 4, 5])) == pytest.approx(2)
    assert jensen_shannon(np.array([7, 0]), np.array([0, 2])) == pytest.approx(1)
    assert jensen_shannon(np.array([1, 2]), np.array([10, 20])) == pytest.approx(0, abs=1e-15)


def test_standardised_wasserstein1_by_hand() -> None:
    """A column of deviation 1 that moves by 3, and a constant one, which keeps its unit, that moves by 1."""
    real = np.array([[1.0, 5.0], [3.0, 5.0]])
    assert standardised_wasserstein1(real, real) == 0
    assert standardised_wasserstein1(real, real + np.array([3, 1])) == pytest.approx((3 / 1 + 1) / 2)
    assert standardised_wasserstein1(10 * real, 10 * real + np.array([30, 1])) == pytest.approx((3 / 1 + 1) / 2)
    assert standardised_wasserstein1(real, real + np.array([3, 1]), np.array([6.0, 2.0])) == pytest.approx(1 / 2)


def test_mmd2_is_the_mean_over_all_pairs() -> None:
    """The biased estimator with the median of all distances that are not zero, pair by pair (Gretton et al. 2012)."""
    real, synthetic = np.random.default_rng(0).normal(size=(2, 6, 3))
    synthetic = synthetic[:4] + 0.5
    rows = [*real, *synthetic]
    width = np.median([np.sum((x - y) ** 2) for x in rows for y in rows if x is not y])

    def kernel(some: np.ndarray, others: np.ndarray) -> float:
        return np.mean([np.exp(-np.sum((x - y) ** 2) / 2 / width) for x in some for y in others])

    expected = kernel(real, real) + kernel(synthetic, synthetic) - 2 * kernel(real, synthetic)
    assert mmd2(real, synthetic) == pytest.approx(expected)
    assert mmd2(synthetic, real) == pytest.approx(expected)
    assert mmd2(real, real[::-1]) == pytest.approx(0, abs=1e-12)
    assert mmd2(np.zeros((3, 2)), np.zeros((2, 2))) == 0


@pytest.mark.parametrize("distance", DISTANCES)
def test_an_empty_statistic_is_refused(distance) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="synthetic statistic is empty"):
        distance(np.array([1.0]), np.array([]))


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(distance, value: float) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=rf"real statistic is {value} at index \(1,\)"):
        distance(np.array([1.0, value]), np.array([1.0, 2.0]))


@pytest.mark.parametrize("distance", [mse, jensen_shannon])
def test_statistics_of_two_shapes_are_refused(distance) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"real \(2,\) and synthetic \(3,\).*equal length"):
        distance(np.array([1, 2]), np.array([1, 2, 3]))


@pytest.mark.parametrize("frequencies", [[0, 0], [3, -1]])
def test_what_are_no_frequencies_is_refused(frequencies: list[int]) -> None:
    with pytest.raises(ValueError, match="at least 0 and not all 0"):
        jensen_shannon(np.array([1, 1]), np.array(frequencies))
