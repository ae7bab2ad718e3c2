"""Forecasting the next 50 days of page views from 500 (Appendix D, Figures 24 and 26)."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.downstream.protocol import Array, Task
from benchmarks.metric import numeric
from benchmarks.statistics.series import signed_log
from dg.dataset import TimeSeriesDataset

HISTORY, HORIZON = 500, 50
MEAN, PERSISTENCE = "mean of the training set", f"mean of the last {HORIZON} records"


def scaled(regressor: BaseEstimator) -> BaseEstimator:
    """The regressor with its inputs and its target standardised, both by the training set."""
    return TransformedTargetRegressor(make_pipeline(StandardScaler(), regressor), transformer=StandardScaler())


class Persistence(RegressorMixin, BaseEstimator):
    """What was, will be: each of the next records is the mean of the last 50 seen. It learns nothing."""

    def fit(self, inputs: Array, target: Array) -> Persistence:
        """Notes how many records are to be predicted."""
        self.horizon_ = target.shape[1]
        return self

    def predict(self, inputs: Array) -> Array:
        """float64 [n, 50]."""
        return inputs[:, -HORIZON:].mean(axis=1, keepdims=True).repeat(self.horizon_, axis=1)


# The paper's four; settings that it does not name are scikit-learn's defaults (D41).
REGRESSORS = {
    "MLP, five hidden layers": lambda seed: scaled(MLPRegressor(hidden_layer_sizes=(200,) * 5, random_state=seed)),
    "MLP, one hidden layer": lambda seed: scaled(MLPRegressor(hidden_layer_sizes=(100,), random_state=seed)),
    "linear regression": lambda seed: scaled(LinearRegression()),
    "kernel ridge": lambda seed: scaled(KernelRidge(kernel="rbf")),
    MEAN: lambda seed: DummyRegressor(),
    PERSISTENCE: lambda seed: Persistence(),
}


def history(dataset: TimeSeriesDataset) -> Array:
    """log(1 + x) of the first measurement's first 500 records, float64 [n, 500]."""
    return _series(dataset)[:, :HISTORY]


def horizon(dataset: TimeSeriesDataset) -> Array:
    """log(1 + x) of the first measurement's next 50 records, float64 [n, 50]."""
    return _series(dataset)[:, HISTORY:]


def r2(truth: Array, predicted: Array) -> float:
    """The paper's R² (footnote 11) over all records at once: 1 less the squared errors over those of `truth`'s mean.

    At most 1, without a lower bound; NaN where `truth` does not vary.
    """
    varied = float(np.square(truth - truth.mean(axis=0)).sum())
    return 1 - float(np.square(truth - predicted).sum()) / varied if varied else np.nan


def _series(dataset: TimeSeriesDataset) -> Array:
    """float64 [n, 550]."""
    needed = HISTORY + HORIZON
    if dataset.lengths.min() < needed:
        sample = int(dataset.lengths.argmin())
        raise ValueError(
            f"forecasting needs {needed} records, and sample {sample} of {dataset.schema.name} has "
            f"{dataset.lengths[sample]}: it is a task of Wikipedia's page views, dataset=wwt"
        )
    return signed_log(numeric(dataset, None, "forecasting")[:, :needed])


FORECASTING = Task(
    name=f"the next {HORIZON} records from {HISTORY}",
    inputs=history,
    target=horizon,
    predictors=REGRESSORS,
    controls=(MEAN, PERSISTENCE),
    scores={"R²": r2},
)
