"""Figure 1's frame and lines."""

from __future__ import annotations

import numpy as np
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
    top, middle, bottom = ([line.get_label() for line in axes.get_lines()] for axes in figure.axes)
    assert top == ["DoppelGANger", "Real (A′)"]
    assert middle == ["AR", "Real (A′)"]
    assert bottom == ["Bootstrap (resampled A)", "Shuffled in time", "Real (A′)"]
    assert "figure1.png" in artifact.write("figure1", runs, tmp_path)
    assert (tmp_path / "figure1.png").stat().st_size > 10_000
