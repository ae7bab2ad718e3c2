"""Figure 6's frame, panels and distances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from benchmarks.statistics.midrange import midrange
from dg.datasets import wwt
from experiments.figures import figure6
from experiments.paper import artifact

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(smoke):
    return [smoke(f"model={model}") for model in ("doppelganger", "ar", "bootstrap")]


def test_shares_and_distances_of_every_model(runs):
    frame = figure6.compute(runs)
    assert set(frame["model"]) == {"held_out", "real", "doppelganger", "ar", "bootstrap"}
    np.testing.assert_allclose(frame.groupby("model")["share"].sum(), 1)
    distances = frame.groupby("model")[["w1", "w1_log10"]].first()
    assert (distances.loc["held_out"] == 0).all()
    real, generated = midrange(runs[0].real.held_out), midrange(runs[0].generated)
    logs = (np.log10(1 + values) for values in (real, generated))
    assert distances.loc["doppelganger", "w1"] == pytest.approx(wasserstein_distance(real, generated))
    assert distances.loc["doppelganger", "w1_log10"] == pytest.approx(wasserstein_distance(*logs))


def test_pages_beyond_the_last_bin_are_in_it():
    dataset = wwt.load(samples=20)
    busy = replace(dataset, measurements=dataset.measurements + np.float32(2e7))
    assert figure6._histogram("real", 0, dataset, busy)["share"].tolist()[-1] == 1


def test_a_panel_each_and_the_distances_beside(runs, tmp_path):
    figure = figure6.render(figure6.compute(runs))
    shown = [axes.get_legend_handles_labels()[1] for axes in figure.axes if axes.axison]
    assert shown == [["Real (A′)", "DoppelGANger"], ["Real (A′)", "AR"]]
    text = artifact.write("figure6", runs, tmp_path / "results")
    assert text.index("| Real (A against A′)") < text.index("| AR") and "| Bootstrap" in text
    names = {file.name for file in (tmp_path / "results").iterdir()}
    assert names == {"figure6.csv", "figure6.json", "figure6.md", "figure6.pdf", "figure6.png"}
