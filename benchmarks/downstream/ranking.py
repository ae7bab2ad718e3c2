"""Do algorithms keep their order on generated data? (§5.2 "Algorithm comparison", Table 5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata, spearmanr


def ranks(scores: ArrayLike) -> list[float]:
    """1 for the highest score; equal scores share the mean of their ranks, undefined scores have no rank."""
    return [float(rank) for rank in rankdata(-np.asarray(scores, dtype=float), nan_policy="omit")]


def tied(scores: ArrayLike) -> int:
    """How many algorithms share their score with another."""
    _, counts = np.unique(np.asarray(scores), return_counts=True)
    return int(counts[counts > 1].sum())


def rank_correlation(real: ArrayLike, generated: ArrayLike) -> float:
    """Spearman's correlation of the algorithms' scores on real and on generated data, -1 to 1.

    Ties share their mean rank. NaN where an algorithm has no score, or where all are equal on one side, because then
    there is no order.
    """
    sides = np.asarray(real, dtype=float), np.asarray(generated, dtype=float)
    if any(np.isnan(side).any() or len(np.unique(side)) < 2 for side in sides):
        return float("nan")
    return float(spearmanr(*sides).statistic)


def interval(real: ArrayLike, generated: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """The interval of the middle `level` of the rank correlations of resampled scores, both [resamples, algorithms].

    It shows how much of the order is chance at this size of the test sets. Resamples without an order are left out.
    """
    pairs = zip(np.asarray(real), np.asarray(generated), strict=True)
    found = np.array([rank_correlation(one, other) for one, other in pairs])
    found = found[~np.isnan(found)]
    if not len(found):
        return float("nan"), float("nan")
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return float(low), float(high)
