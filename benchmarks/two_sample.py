"""Classifier two-sample test: can a classifier tell synthetic samples from real ones? (Lopez-Paz & Oquab 2017)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict

from benchmarks.column import FEWEST, Column
from benchmarks.features import features
from dg.dataset import TimeSeriesDataset

FOLDS = 5
LEVEL = 0.95
MISSING = -1e9  # scikit-learn's own NaN fails where a fold has nothing else in a column


class TwoSample(NamedTuple):
    """The share of samples that are told apart, 0.5 at best, with its 95 % interval (Wilson)."""

    accuracy: float
    low: float
    high: float


def two_sample(
    real: NDArray[np.float64], synthetic: NDArray[np.float64], *, seed: int, groups: NDArray[np.int64] | None = None
) -> TwoSample:
    """How well gradient boosting tells rows of `real` [n, d] from rows of `synthetic` [m, d], in five folds.

    Of the larger side as many rows are drawn as the smaller one has, so that guessing is right half of the time.
    groups: [n + m]; rows of one group, e.g. made from one training sample, never stand on both sides of a fold: a
        classifier would know them again (a bootstrap scored 0.66). Equal rows unless given
    Synthetic rows of fewer than 50 groups are told apart by their repetitions: 1, unless the real ones have as few.
    What is missing, NaN, counts as lower than anything. Raises ValueError under 50 rows, or five groups of real ones.
    """
    smaller = min(len(real), len(synthetic))
    if smaller < FEWEST:
        raise ValueError(f"the two-sample test takes {FEWEST} rows of each side, got {len(real)} and {len(synthetic)}")
    rows = np.nan_to_num(np.concatenate([real, synthetic]), nan=MISSING)
    if groups is None:
        _, groups = np.unique(rows, axis=0, return_inverse=True)
    rng = np.random.default_rng(seed)
    sides = np.arange(len(real)), np.arange(len(real), len(rows))
    chosen = np.concatenate([rng.permutation(side)[:smaller] for side in sides])
    rows, groups, truth = rows[chosen], groups[chosen], chosen >= len(real)
    own, others = (len(np.unique(groups[truth == side])) for side in (False, True))
    if own < FOLDS:
        raise ValueError(f"the real rows are {own} again and again: there is nothing to compare with")
    if others < min(own, FEWEST):
        return TwoSample(1.0, 1.0, 1.0)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    classifier = HistGradientBoostingClassifier(random_state=seed)
    told = cross_val_predict(classifier, rows, truth, groups=groups, cv=folds) == truth
    interval = binomtest(int(told.sum()), len(told)).proportion_ci(LEVEL, method="wilson")
    return TwoSample(float(told.mean()), float(interval.low), float(interval.high))


def _accuracy(train: TimeSeriesDataset, held_out: TimeSeriesDataset, synthetic: TimeSeriesDataset, seed: int) -> float:
    return two_sample(features(held_out).to_numpy(), features(synthetic).to_numpy(), seed=seed).accuracy


TWO_SAMPLE = Column(
    name="two-sample accuracy",
    aspect="whole sample",
    measure=_accuracy,
    unit="share of samples",
    reference="Lopez-Paz & Oquab 2017",
    ideal=0.5,
)
