"""What Figures 13 and 24 say of predictors, by hand."""

from __future__ import annotations

import pandas as pd

from experiments.studies import transfer


def scored(*, control: float, real: float = 0.6, ours: float = 0.3) -> pd.DataFrame:
    rows = [
        {"model": model, "seed": seed, "trained": "A" if model == "real" else "B", "tested": "A′", "converged": True}
        | {"predictor": predictor, "control": predictor == "majority class", "accuracy": accuracy}
        for seed in range(3)
        for model, score in (("real", real), ("doppelganger", ours), ("ar", 0.2))
        for predictor, accuracy in (("tree", score + seed / 1000), ("majority class", control))
    ]
    return pd.DataFrame(rows)


def test_a_share_of_real_needs_predictors_that_learn():
    text = transfer.table(scored(control=0.5), "accuracy")
    assert "0.501" in text  # 0.301 of 0.601
    untaught = transfer.table(scored(control=0.7), "accuracy")
    assert "what learns nothing, majority class, has 0.700: a share of real would say nothing here" in untaught
    assert "0.501" not in untaught


def test_doppelganger_is_held_against_what_learns_nothing():
    best, taught = transfer.claims(scored(control=0.5), "accuracy")
    assert (best.outcome, taught.outcome) == ("holds", "fails")
    assert transfer.claims(scored(control=0.1), "accuracy")[1].outcome == "holds"
    assert "majority class" in taught.reason
