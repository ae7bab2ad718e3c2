"""The training curves' frame, panels and table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.figures import training
from experiments.paper import artifact

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(smoke):
    return [smoke(f"model={model}", "trainer.log_every_n_steps=1") for model in ("naive_gan", "hmm", "bootstrap")]


def test_the_metric_and_the_losses_of_all_that_trains(runs):
    frame = training.compute(runs)
    assert set(frame["model"]) == {"naive_gan", "hmm"}
    ours = frame[frame["model"] == "naive_gan"]
    assert set(ours["quantity"]) >= {training.METRIC, "generator"}
    assert ours["trained"].between(0, 1, inclusive="right").all() and set(ours["batches"]) == {10}
    logged = runs[0].curves["train/generator"].dropna()
    assert ours.loc[ours["quantity"] == "generator", "value"].tolist() == pytest.approx(logged.tolist())


def test_written_with_its_table(runs, tmp_path):
    assert "not sampled" not in artifact.write("training", runs, tmp_path)
    assert (tmp_path / "training.png").stat().st_size > 10_000


def test_the_last_eighth_stands_beside_the_one_before():
    """A loss that falls from 1 to 0 in a straight line, in 80 windows: the medians of ten are halfway between two."""
    trained = np.arange(1, 81) / 80
    rows = {"model": "rnn", "seed": 0, "batches": 400, "quantity": "loss", "trained": trained, "value": 1 - trained}
    (line,) = (line for line in training.table(pd.DataFrame(rows)).splitlines() if "RNN" in line)
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["RNN", "400", "loss", "0.18125", "0.05625", "-69%"]
