from __future__ import annotations

import numpy as np
import pytest

from dg.encoding.transforms import MARGIN, Scale, auto_normalize, undo_auto_normalize

SERIES = np.array([[0.0, 1.0, 0.5, 9.0]])
THREE = np.array([[True, True, True, False]])


def test_a_scale_maps_its_ends_onto_the_range() -> None:
    scale = Scale(low=2.0, high=6.0, log=False, range=(-1.0, 1.0))
    np.testing.assert_allclose(scale.forward(np.array([2.0, 3.0, 6.0])), [-1, -0.5, 1])
    np.testing.assert_allclose(scale.inverse(np.array([-1.0, -0.5, 1.0])), [2, 3, 6])


def test_log_is_log_of_one_plus_x() -> None:
    """The release's normalisation of WWT: log(1 + x) / max · 2 - 1."""
    highest = np.e**3 - 1
    scale = Scale(low=0.0, high=3.0, log=True, range=(-1.0, 1.0))
    np.testing.assert_allclose(scale.forward(np.array([0.0, np.e - 1, highest])), [-1, -1 / 3, 1])
    np.testing.assert_allclose(scale.inverse(np.array([1.0])), [highest])


def test_what_lies_outside_the_range_is_clipped() -> None:
    np.testing.assert_allclose(Scale(2.0, 6.0, False, (0.0, 1.0)).inverse(np.array([-3.0, 1.1])), [2, 6])


def test_a_field_of_one_value_is_the_lower_end_of_the_range() -> None:
    scale = Scale(5.0, 5.0, False, (-1.0, 1.0))
    np.testing.assert_array_equal(scale.forward(np.array([5.0])), [-1])
    np.testing.assert_array_equal(scale.inverse(np.array([-1.0, 0.3, 1.0])), [5, 5, 5])


@pytest.mark.parametrize("range", [(-1.0, 1.0), (0.0, 1.0)])
def test_auto_normalization_by_hand(range: tuple[float, float]) -> None:
    """Minimum 0 and maximum 1, both widened by 0.0001; the fourth number is padding and does not count."""
    normalized, minmax = auto_normalize(SERIES, THREE, range)
    start, end = range
    unit = np.array([MARGIN, 1 + MARGIN, 0.5 + MARGIN]) / (1 + 2 * MARGIN)
    np.testing.assert_allclose(normalized, [[*(start + unit * (end - start)), 0.0]])
    np.testing.assert_allclose(minmax, [[0.5, 0.5 + MARGIN]])
    np.testing.assert_allclose(undo_auto_normalize(normalized, minmax, range)[0, :3], SERIES[0, :3], atol=1e-12)


def test_footnote_5_the_two_series_of_the_paper() -> None:
    """sin(t) and sin(t) + 100 have one shape after normalization, and differ in (max + min)/2 alone (§4.2)."""
    sine = np.sin(np.linspace(0, 2 * np.pi, 41))
    both = np.stack([sine, sine + 100])
    normalized, minmax = auto_normalize(both, np.ones_like(both, dtype=bool), (-1.0, 1.0))
    np.testing.assert_allclose(normalized[0], normalized[1], atol=1e-9)
    np.testing.assert_allclose(minmax, [[0, 1 + MARGIN], [100, 1 + MARGIN]], atol=1e-9)


@pytest.mark.parametrize(("range", "middle"), [((-1.0, 1.0), 0.0), ((0.0, 1.0), 0.5)])
@pytest.mark.parametrize("level", [0.0, 0.7])
def test_a_constant_series_becomes_the_middle(range: tuple[float, float], middle: float, level: float) -> None:
    constant = np.full((1, 5), level)
    normalized, minmax = auto_normalize(constant, np.ones((1, 5), dtype=bool), range)
    np.testing.assert_allclose(normalized, np.full((1, 5), middle), atol=1e-9)
    np.testing.assert_allclose(minmax, [[level, MARGIN]])
    np.testing.assert_allclose(undo_auto_normalize(normalized, minmax, range), constant)
