"""R² by the paper's formula, what is seen and what is predicted, and that regressors learn what can be learnt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.downstream.forecasting import FORECASTING, HORIZON, MEAN, PERSISTENCE, history, horizon, r2
from benchmarks.downstream.protocol import evaluate
from dg.dataset import TimeSeriesDataset
from dg.datasets import mba
from dg.schema import Continuous, Schema


def pages(n: int, seed: int) -> TimeSeriesDataset:
    """Sines of one period, whose future is a linear function of their past."""
    rng = np.random.default_rng(seed)
    phase, size = rng.uniform(0, 2 * np.pi, (n, 1)), rng.uniform(1, 3, (n, 1))
    series = np.expm1(4 + size * np.sin(2 * np.pi * np.arange(550) / 25 + phase))
    schema = Schema("pages", (), (Continuous("views"),), max_length=550)
    return TimeSeriesDataset(
        schema, pd.DataFrame(index=range(n)), series[..., None].astype(np.float32), np.full(n, 550)
    )


def test_r2_is_footnote_11():
    rng = np.random.default_rng(0)
    truth, predicted = rng.normal(size=(30, 50)), rng.normal(size=(30, 50))
    expected = 1 - ((truth - predicted) ** 2).sum() / ((truth - truth.mean(axis=0)) ** 2).sum()
    assert r2(truth, predicted) == pytest.approx(expected)
    assert r2(truth, truth) == 1
    assert np.isnan(r2(np.ones((3, 2)), np.ones((3, 2))))


def test_the_first_500_are_seen_and_the_next_50_predicted():
    data = pages(3, seed=0)
    whole = np.log1p(data.measurements[:, :, 0].astype(float))
    np.testing.assert_allclose(history(data), whole[:, :500])
    np.testing.assert_allclose(horizon(data), whole[:, 500:])


@pytest.mark.slow
def test_every_regressor_learns_sines_and_the_control_does_not():
    frame = evaluate(FORECASTING, pages(300, seed=0), {"A′": pages(100, seed=1)}, seed=0).set_index("predictor")
    assert frame["control"].to_dict() == {name: name in (MEAN, PERSISTENCE) for name in frame.index}
    assert (frame.loc[~frame["control"], "R²"] > 0.9).all()
    assert frame.loc["linear regression", "R²"] == pytest.approx(1, abs=1e-6)
    assert frame.loc[MEAN, "R²"] == pytest.approx(0, abs=0.05)


def test_shorter_series_are_refused():
    with pytest.raises(ValueError, match=r"forecasting needs 550 records, and sample 0 of mba has 56.*dataset=wwt"):
        history(mba.load(samples=5, seed=0))


def test_persistence_is_the_mean_of_the_last_50_days_whatever_it_was_trained_on():
    held_out = pages(20, seed=1)
    frames = [evaluate(FORECASTING, pages(60, seed), {"A′": held_out}, seed=0) for seed in (2, 3)]
    scores = [frame.set_index("predictor").loc[PERSISTENCE, "R²"] for frame in frames]
    last = history(held_out)[:, -HORIZON:].mean(axis=1)
    expected = r2(horizon(held_out), np.tile(last[:, None], HORIZON))
    assert scores == pytest.approx([expected, expected])
