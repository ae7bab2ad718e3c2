"""Figure 12 (§5.2): a predictor is trained on real or generated samples (A or B) and tested on others (A′ or B′)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
"""From what is true and what was predicted; higher is better."""

RESAMPLES = 200  # of a test set, for intervals


@dataclass(frozen=True)
class Task:
    """What is predicted from what, by whom, and how it is scored.

    inputs, target: what a predictor sees of each sample and what it is to predict, a row a sample. A row depends on
    its own sample alone: all that is fitted to data, a scaler too, is in a predictor and sees the training set only.
    predictors: scikit-learn estimators, each made from a seed; they are compared with each other
    control: the name of the one among them that sees no inputs and takes no part in rankings
    scores: the predictors are ranked by the first
    """

    name: str
    inputs: Callable[[TimeSeriesDataset], Array]
    target: Callable[[TimeSeriesDataset], Array]
    predictors: Mapping[str, Callable[[int], BaseEstimator]]
    control: str
    scores: Mapping[str, Score]

    @property
    def description(self) -> str:
        """All that decides the scores, but for the data and the seed."""
        made = {name: str(make(0)) for name, make in self.predictors.items()}
        return f"{self.name}; {made}; {list(self.scores)}; {RESAMPLES} resamples"


def evaluate(
    task: Task, train: TimeSeriesDataset, tests: Mapping[str, TimeSeriesDataset], *, seed: int
) -> pd.DataFrame:
    """Trains every predictor of `task` on `train` and tests it on each of `tests`: one row a predictor and test set.

    Columns: predictor, control, tested, the scores, converged (whether scikit-learn had no doubt) and resampled, the
    first score on 200 resamples of the test set. Resamples depend on the seed and on the test set's size: they are the
    same for every predictor and training set, so that their scores may be compared one by one.
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
                    "control": name == task.control,
                    "tested": tested,
                    **{score: measure(truth, predicted) for score, measure in task.scores.items()},
                    "converged": converged,
                    "resampled": [ranked_by(truth[index], predicted[index]) for index in resamples],
                }
            )
    return pd.DataFrame(rows)


def _fitted(predictor: BaseEstimator, inputs: Array, target: Array) -> tuple[BaseEstimator, bool]:
    """The predictor, trained, and whether it converged. Of a single class nothing is learnt but that class."""
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
