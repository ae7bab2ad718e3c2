"""Figure 1's frame and lines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.statistics.autocorrelation import autocorrelation
from experiments.figures import figure1
from experiments.paper import artifact

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(smoke):
    return [smoke(f"model={model}") for model in ("doppelganger", "ar", "bootstrap", "shuffled")]


def test_one_curve_a_model_and_seed(runs):
    frame = figure1.compute(runs)
    assert frame.groupby(["model", "seed"]).size().to_dict() == {
        (model, 0): 548 for model in ("real", "doppelganger", "ar", "bootstrap", "shuffled")
    }
    drawn = frame[frame["model"] == "ar"].sort_values("lag")["autocorrelation"].to_numpy()
    assert np.array_equal(drawn, autocorrelation(runs[1].generated))


def test_a_panel_for_each_kind_of_model(runs, tmp_path):
    figure = figure1.render(figure1.compute(runs))
    assert len(figure.axes) == 9  # all lags, a month and a year of each
    top, middle, bottom = ([line.get_label() for line in axes.get_lines()] for axes in figure.axes[::3])
    assert top == ["DoppelGANger", "Real (A′)"]
    assert middle == ["AR", "Real (A′)"]
    assert bottom == ["Bootstrap (resampled A)", "Shuffled in time", "Real (A′)"]
    assert "weekly contrast" in artifact.write("figure1", runs, tmp_path)
    assert (tmp_path / "figure1.png").stat().st_size > 10_000


def test_spikes_by_hand():
    """A curve of 0 with spikes of 0.2 at four weeks; one that lacks them, and one with a quarter of them."""

    def spikes(height: float) -> list[float]:
        return [height if lag in (7, 14, 21, 28) else 0.0 for lag in range(1, 549)]

    curves = {"real": 0.2, "doppelganger": 0.2, "ar": 0.0, "hmm": 0.05}
    frame = pd.concat(
        pd.DataFrame({"model": model, "seed": seed, "lag": range(1, 549), "autocorrelation": spikes(height * scale)})
        for model, height in curves.items()
        for seed, scale in enumerate((1.0, 1.1, 0.9))
    )
    lines = [line.split("|")[1:3] for line in figure1.table(frame).splitlines()]
    assert [cell.strip() for cell in lines[2]] == ["Real (A′)", "0.2000 (0.1800 to 0.2200)"]
    outcomes = {verdict.claim: verdict.outcome for verdict in figure1.claims(frame)}
    assert outcomes["DoppelGANger's weekly contrast is nearest"] == "holds"
    assert outcomes["DoppelGANger's weekly contrast is at least half of the real one"] == "holds"
