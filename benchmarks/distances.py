"""Distances between two values of one statistic: mean square error, Wasserstein-1, Jensen-Shannon (§5.1), MMD."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.special import rel_entr
from scipy.stats import wasserstein_distance


def mse(real: NDArray[Any], synthetic: NDArray[Any]) -> float:
    """Mean square error between two curves of one shape (Table 3, Figures 4 and 11)."""
    real, synthetic = _finite(real, "real"), _finite(synthetic, "synthetic")
    _same_shape(real, synthetic, "mean square error")
    return float(np.mean((real - synthetic) ** 2))


def wasserstein1(real: NDArray[Any], synthetic: NDArray[Any]) -> float:
    """Wasserstein-1 distance between two sets of numbers, in their unit (Table 2): ∫ |F_real - F_synthetic|.

    The sets may differ in size; within a set, all numbers weigh the same.
    """
    return float(wasserstein_distance(_finite(real, "real").ravel(), _finite(synthetic, "synthetic").ravel()))


def standardised_wasserstein1(
    real: NDArray[Any], synthetic: NDArray[Any], scale: NDArray[np.float64] | None = None
) -> float:
    """Mean Wasserstein-1 distance over the columns of [n, c] and [m, c], in standard deviations of the real column.

    scale: [c], other units than these standard deviations; a column whose unit is 0 keeps its own
    Not symmetric, because the real side has the ruler.
    """
    real, synthetic = _finite(real, "real"), _finite(synthetic, "synthetic")
    units = real.std(axis=0) if scale is None else scale
    units = np.where(units > 1e-9 * np.abs(real).max(axis=0), units, 1.0)
    return float(np.mean([wasserstein1(x, y) / unit for x, y, unit in zip(real.T, synthetic.T, units, strict=True)]))


def jensen_shannon(real: NDArray[Any], synthetic: NDArray[Any]) -> float:
    """Jensen-Shannon divergence in bits, 0 to 1, between two vectors of frequencies over the same values.

    Frequencies are counts or shares. This is the divergence of §5.1; its square root is the distance that
    `scipy.spatial.distance.jensenshannon` returns.
    """
    p, q = _shares(real, "real"), _shares(synthetic, "synthetic")
    _same_shape(p, q, "Jensen-Shannon divergence")
    middle = (p + q) / 2
    nats = (rel_entr(p, middle).sum() + rel_entr(q, middle).sum()) / 2
    return max(0.0, float(nats / np.log(2)))


def mmd2(real: NDArray[Any], synthetic: NDArray[Any]) -> float:
    """Squared maximum mean discrepancy between two sets of rows, 0 to 2, with a Gaussian kernel (biased estimator).

    The kernel's width is the median distance between two rows of both sets together (Gretton et al. 2012, §8). Memory:
    8 bytes for each pair of rows.
    """
    real, synthetic = _finite(real, "real"), _finite(synthetic, "synthetic")
    rows = np.concatenate([real, synthetic])
    squares = cdist(rows, rows, "sqeuclidean")
    positive = squares[squares > 0]
    kernel = np.exp(-squares / (2 * np.median(positive))) if positive.size else np.ones_like(squares)
    weight = np.concatenate([np.full(len(real), 1 / len(real)), np.full(len(synthetic), -1 / len(synthetic))])
    return max(0.0, float(weight @ kernel @ weight))


def _shares(frequencies: NDArray[Any], side: str) -> NDArray[np.float64]:
    frequencies = _finite(frequencies, side)
    if frequencies.min() < 0 or frequencies.max() == 0:
        raise ValueError(f"the {side} frequencies must be at least 0 and not all 0, got {frequencies}")
    return frequencies / frequencies.sum()


def _finite(values: NDArray[Any], side: str) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=np.float64)
    if not values.size:
        raise ValueError(f"the {side} statistic is empty: there is nothing to compare")
    if not np.isfinite(values).all():
        position = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"the {side} statistic is {values[position]} at index {position}: it must be finite")
    return values


def _same_shape(real: NDArray[np.float64], synthetic: NDArray[np.float64], distance: str) -> None:
    if real.shape != synthetic.shape:
        raise ValueError(
            f"the {distance} needs statistics of one shape, got real {real.shape} and synthetic {synthetic.shape}: "
            "compare datasets of equal length and schema"
        )
