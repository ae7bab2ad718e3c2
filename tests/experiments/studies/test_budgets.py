"""Whether a curve on the validation split has levelled, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.runs.run import Run
from experiments.studies.budgets import LAST, last_quarter, untrained


def curve(tmp_path, config, errors: list[float]) -> Run:
    run = Run(tmp_path / "run", config("model=ar"))
    (run.folder / "metrics" / "version_0").mkdir(parents=True)
    rows = pd.DataFrame({"step": np.arange(1, len(errors) + 1), "validation/autocorrelation_mse": errors})
    rows.to_csv(run.folder / "metrics" / "version_0" / "metrics.csv", index=False)
    return run


def test_the_last_quarter_over_the_one_before(tmp_path, config):
    assert last_quarter(curve(tmp_path, config, [9, 9, 9, 9, 4, 6, 3, 1])) == pytest.approx(2 / 5)


def test_a_run_without_a_curve_says_nothing(tmp_path, config):
    assert np.isnan(last_quarter(Run(tmp_path / "none", config("model=ar"))))
    assert np.isnan(last_quarter(curve(tmp_path, config, [1.0])))


def test_a_model_is_untrained_where_every_seed_still_falls():
    ratios = {"ar": [0.5, 0.8, 0.89], "rnn": [0.5, 0.8, 0.95], "hmm": [np.nan] * 3}
    rows = [
        {"model": model, "seed": seed, LAST: ratio} for model, of in ratios.items() for seed, ratio in enumerate(of)
    ]
    assert untrained(pd.DataFrame(rows)) == ["ar"]
    assert untrained(pd.DataFrame({"model": ["ar"]})) == []
