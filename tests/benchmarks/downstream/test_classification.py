"""Resampled training samples train as well as themselves, and shuffled labels teach the majority class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.downstream.classification import MAJORITY, classification
from benchmarks.downstream.features import padded, summary
from benchmarks.downstream.protocol import evaluate
from dg.datasets import mba, wwt

pytestmark = pytest.mark.slow


@pytest.fixture(params=["homes", "pages"])
def halves(request):
    """A and A′, and the field that is predicted: homes of the simulator, and real pages where there are any."""
    if request.param == "homes":
        return *mba.load(samples=1600, seed=0).split(0.5, 0.5, seed=0), "technology"
    pages = request.getfixturevalue("shared_data") / "wwt" / "train_1_subset.csv.gz"
    return *wwt.load(pages).split(0.5, 0.5, seed=0), "domain"


@pytest.mark.parametrize("features", [summary, padded])
def test_a_bootstrap_trains_as_well_as_real_samples_and_shuffled_labels_do_not(halves, features):
    train, test, field = halves
    task = classification(field, features)
    rng = np.random.default_rng(0)
    bootstrap = train.take(rng.integers(len(train), size=len(train)))
    order = rng.permutation(len(train))
    shuffled = replace(train, metadata=train.metadata.iloc[order].reset_index(drop=True))
    real, resampled, untaught = (
        evaluate(task, data, {"A′": test}, seed=0).set_index("predictor") for data in (train, bootstrap, shuffled)
    )
    noise = 3 * np.sqrt(2 * 0.25 / len(test))  # of the difference of two shares, at most
    majority, classes = real.loc[MAJORITY, "accuracy"], len(np.unique(task.target(test)))

    np.testing.assert_allclose(resampled["accuracy"], real["accuracy"], atol=noise)
    taught = real[~real["control"]]
    assert taught["accuracy"].max() > majority + noise
    untaught = untaught[~untaught["control"]]
    assert (untaught["accuracy"] < majority + noise).all()
    assert untaught.loc["logistic regression", "balanced accuracy"] == pytest.approx(1 / classes, abs=0.05)
    if features is summary:  # of few columns it learns no more than that; of a hundred it learns noise, and falls below
        assert untaught.loc["logistic regression", "accuracy"] == pytest.approx(majority, abs=noise)
