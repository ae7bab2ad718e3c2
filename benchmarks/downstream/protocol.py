"""Figure 12 (§5.2): a predictor is trained on real or generated samples (A or B) and tested on others (A′ or B′)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning

from dg.dataset import TimeSeriesDataset

Array = NDArray[Any]
Score = Callable[[Array, Array], float]
"""A number from the true and the predicted values; higher is better."""

RESAMPLES = 200  # of each test set, for intervals


@dataclass(frozen=True)
class Task:
    """A prediction task: its inputs, its target, the predictors that are compared, and their scores.

    inputs, target: what a predictor sees of each sample and what it must predict, one row per sample. A row depends on
    its own sample alone. All that is fitted to data, scalers included, belongs to a predictor and sees the training
    set only.
    predictors: scikit-learn estimators, each made from a seed
    controls: the names of those predictors that learn nothing from inputs and take no part in rankings
    scores: the first one ranks the predictors
    """

    name: str
    inputs: Callable[[TimeSeriesDataset], Array]
    target: Callable[[TimeSeriesDataset], Array]
    predictors: Mapping[str, Callable[[int], BaseEstimator]]
    controls: tuple[str, ...]
    scores: Mapping[str, Score]

    @cached_property
    def description(self) -> str:
        """Everything that decides the scores, except the data and the seed."""
        made = {name: str(make(0)) for name, make in self.predictors.items()}
        return f"{self.name}; {made}; {list(self.scores)}; {RESAMPLES} resamples"


def evaluate(
    task: Task, train: TimeSeriesDataset, tests: Mapping[str, TimeSeriesDataset], *, seed: int
) -> pd.DataFrame:
    """Trains every predictor of `task` on `train` and tests it on each of `tests`: one row per predictor and test set.

    Columns: predictor, control, tested, the scores, converged (false where scikit-learn warns that the fit did not
    converge) and resampled, the first score on 200 resamples of the test set. Resamples depend only on the seed and on
    the test set's size. They are the same for every predictor and training set, so that their scores can be compared
    one by one.
    """
    inputs, target = task.inputs(train), task.target(train)
    seen = {name: (task.inputs(test), task.target(test)) for name, test in tests.items()}
    ranked_by = next(iter(task.scores.values()))
    rows = []
    for name, make in task.predictors.items():
        predictor, converged = _fitted(make(seed), inputs, target)
        for tested, (shown, truth) in seen.items():
            predicted = predictor.predict(shown)
            resamples = np.random.default_rng(seed).integers(len(truth), size=(RESAMPLES, len(truth)))
            rows.append(
                {
                    "predictor": name,
                    "control": name in task.controls,
                    "tested": tested,
                    **{score: measure(truth, predicted) for score, measure in task.scores.items()},
                    "converged": converged,
                    "resampled": [ranked_by(truth[index], predicted[index]) for index in resamples],
                }
            )
    return pd.DataFrame(rows)


def _fitted(predictor: BaseEstimator, inputs: Array, target: Array) -> tuple[BaseEstimator, bool]:
    """The trained predictor, and whether it converged. Trained on a single class, it always predicts that class."""
    if target.ndim == 1 and len(np.unique(target)) == 1:
        return DummyClassifier(strategy="most_frequent").fit(inputs, target), True
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        predictor.fit(inputs, target)
    doubts = [warning for warning in caught if issubclass(warning.category, ConvergenceWarning)]
    for warning in caught:
        if warning not in doubts:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return predictor, not doubts
