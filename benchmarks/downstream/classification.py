"""Predicting a metadata field, e.g. a task's end event type, from the measurements (§5.2, Figures 13 and 25)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from benchmarks.downstream.features import summary
from benchmarks.downstream.protocol import Array, Task
from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical

MAJORITY = "majority class"
# The paper's five, with scikit-learn's default settings, because the paper names no others (D40).
CLASSIFIERS = {
    "MLP": lambda seed: make_pipeline(StandardScaler(), MLPClassifier(random_state=seed)),
    "naive Bayes": lambda seed: GaussianNB(),
    "logistic regression": lambda seed: make_pipeline(StandardScaler(), LogisticRegression()),
    "decision tree": lambda seed: DecisionTreeClassifier(random_state=seed),
    "linear SVM": lambda seed: make_pipeline(StandardScaler(), LinearSVC(random_state=seed)),
    MAJORITY: lambda seed: DummyClassifier(strategy="most_frequent"),
}


def classification(field: str, features: Callable[[TimeSeriesDataset], Array] = summary) -> Task:
    """The task of predicting the categorical metadata field called `field` from `features` of the measurements."""
    return Task(
        name=f"{field} from {features.__name__}",
        inputs=features,
        target=partial(labels, field=field),
        predictors=CLASSIFIERS,
        controls=(MAJORITY,),
        scores={"accuracy": accuracy, "balanced accuracy": balanced_accuracy},
    )


def labels(dataset: TimeSeriesDataset, field: str) -> Array:
    """The values of a categorical metadata field, str [n]; raises ValueError where there is none of that name."""
    known = [each.name for each in dataset.schema.metadata if isinstance(each, Categorical)]
    if field not in known:
        raise ValueError(f"{dataset.schema.name} has no categorical metadata {field!r} to predict; it has {known}")
    return dataset.metadata[field].to_numpy(dtype=np.str_)


def accuracy(truth: Array, predicted: Array) -> float:
    """The share of samples that are predicted correctly."""
    return float(np.mean(truth == predicted))


def balanced_accuracy(truth: Array, predicted: Array) -> float:
    """The share of each class that is predicted correctly, averaged over the classes; guessing gives 1/classes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
        return float(balanced_accuracy_score(truth, predicted))
