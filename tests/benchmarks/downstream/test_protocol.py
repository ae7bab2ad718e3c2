"""No predictor sees a test set, scores are scikit-learn's, doubts become a column."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.downstream.classification import CLASSIFIERS, classification
from benchmarks.downstream.forecasting import FORECASTING, REGRESSORS
from benchmarks.downstream.protocol import evaluate
from dg.datasets import mba

MARKER = 7e12


@pytest.fixture(scope="module")
def homes():
    return mba.load(samples=240, seed=0).split(0.5, 0.5, seed=0)


@pytest.fixture(scope="module")
def task():
    return classification("technology")


class Recorder(ClassifierMixin, BaseEstimator):
    """Keeps all that it is fitted to; predicts the first class."""

    seen: list[np.ndarray] = []  # noqa: RUF012

    def fit(self, inputs, target):
        self.seen += [inputs, target]
        self.classes_ = np.unique(target)
        return self

    def predict(self, inputs):
        return np.full(len(inputs), self.classes_[0])


def test_a_marker_that_is_planted_in_the_test_set_is_never_fitted(homes, task):
    train, test = homes
    marked = np.stack([np.full(test.active.shape, MARKER), test.measurements[:, :, 1]], axis=2).astype(np.float32)
    planted = replace(test, measurements=marked)
    assert task.inputs(planted).max() == pytest.approx(np.log1p(MARKER))
    Recorder.seen.clear()
    evaluate(replace(task, predictors={"recorder": lambda seed: Recorder()}), train, {"A′": planted}, seed=0)
    inputs, target = Recorder.seen
    assert inputs.max() < np.log(MARKER) - 1 and len(target) == len(train)


@pytest.mark.parametrize("name", [*CLASSIFIERS, *REGRESSORS])
def test_every_scaler_knows_the_training_set_alone(name):
    rng = np.random.default_rng(0)
    inputs = rng.normal(3, 2, (60, 5))
    target = (inputs[:, 0] > 3).astype(str) if name in CLASSIFIERS else inputs[:, :2] + 1
    predictor = {**CLASSIFIERS, **REGRESSORS}[name](0).fit(inputs, target)
    predictor.predict(np.full((4, 5), MARKER))
    if hasattr(predictor, "transformer_"):
        np.testing.assert_allclose(predictor.transformer_.mean_, target.mean(axis=0))
    steps = getattr(getattr(predictor, "regressor_", predictor), "named_steps", {})
    learns = {*REGRESSORS} - {*FORECASTING.controls}
    assert bool(steps) == (name in {*learns, "MLP", "logistic regression", "linear SVM"})
    if steps:
        np.testing.assert_allclose(steps["standardscaler"].mean_, inputs.mean(axis=0))
        np.testing.assert_allclose(steps["standardscaler"].scale_, inputs.std(axis=0))


def test_scores_are_scikit_learns_and_resamples_are_shared(homes, task):
    train, test = homes
    frame = evaluate(task, train, {"A′": test, "A": train}, seed=3)
    row = frame[(frame["predictor"] == "logistic regression") & (frame["tested"] == "A′")].iloc[0]
    by_hand = make_pipeline(StandardScaler(), LogisticRegression()).fit(task.inputs(train), task.target(train))
    right = task.target(test) == by_hand.predict(task.inputs(test))
    assert row["accuracy"] == pytest.approx(accuracy_score(task.target(test), by_hand.predict(task.inputs(test))))
    draws = np.random.default_rng(3).integers(len(test), size=(200, len(test)))
    np.testing.assert_allclose(row["resampled"], right[draws].mean(axis=1))
    again = evaluate(task, train, {"A′": test, "A": train}, seed=3)
    assert frame.equals(again)


def test_what_scikit_learn_doubts_is_a_column_and_no_noise(homes, task):
    hasty = {"hasty": lambda seed: MLPClassifier(max_iter=2, random_state=seed), **CLASSIFIERS}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = evaluate(replace(task, predictors=hasty), homes[0], {"A′": homes[1]}, seed=0)
    assert not frame.set_index("predictor").loc["hasty", "converged"]
    assert frame.set_index("predictor").loc["naive Bayes", "converged"]


def test_of_one_class_that_class_is_learnt(homes, task):
    frame = evaluate(task, homes[0].where(technology="DSL"), {"A′": homes[1]}, seed=0)
    share = (homes[1].metadata["technology"] == "DSL").mean()
    assert frame["accuracy"].to_numpy() == pytest.approx(share)


def test_a_field_that_is_not_there_is_named(homes):
    with pytest.raises(
        ValueError, match=r"mba has no categorical metadata 'colour' to predict; it has \['ISP', 'technology', 'state'"
    ):
        evaluate(classification("colour"), homes[0], {"A′": homes[1]}, seed=0)
