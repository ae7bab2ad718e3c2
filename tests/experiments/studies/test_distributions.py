"""Figures 8, 9, 10, 14, 18, 19 and 20: shares, distances, who is left out, what is written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from benchmarks.statistics.length import length
from experiments.figures import figure10, figure18, figure20
from experiments.paper import artifact
from experiments.studies import distributions

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(tasks):
    return tasks


def test_shares_sum_to_one_and_distances_are_scipys(runs):
    frame = distributions.shares(runs, length, np.array([0.5, 10.5, 50.5]))
    np.testing.assert_allclose(frame.groupby(["model", "seed"])["share"].sum(), 1)
    run = next(run for run in runs if run.model == "ar")
    expected = wasserstein_distance(run.real.held_out.lengths, run.generated.lengths)
    found = frame.groupby("model")["distance"].first()
    assert found["ar"] == pytest.approx(expected)
    assert found["held_out"] == 0
    short = (np.clip(run.generated.lengths, 0.5, 50.5) < 10.5).mean()
    assert frame[(frame["model"] == "ar") & (frame["low"] == 0.5)]["share"].item() == pytest.approx(short)


def test_frequencies_and_their_divergence(runs):
    frame = figure10.compute(runs)
    run = runs[0]
    counts = [data.metadata["end event type"].value_counts(sort=False) for data in (run.real.held_out, run.generated)]
    expected = jensenshannon(*counts, base=2) ** 2
    assert frame[frame["model"] == "doppelganger"]["distance"].iloc[0] == pytest.approx(expected)


def test_who_cannot_take_part_is_left_out_with_the_reason(runs):
    reason = runs[2].lacks
    for figure, need in ((figure10, "metadata"), (figure18, "lengths")):
        text = figure.table(figure.compute(runs))
        assert f"Left out: RCGAN, {reason[need]}" in text
        assert "| RCGAN" not in text and "| Real (A against A′)" in text and "| Bootstrap" in text
        assert "Left out: TimeGAN, its release" in text and "Left out: Market Simulator, its release" in text


def test_metadata_that_are_drawn_from_training_samples_are_shown_or_said(runs):
    text = figure10.table(figure10.compute(runs))
    assert "Left out: HMM, it draws its metadata" in text and "Left out: RNN, it draws" in text
    assert "| AR" in text and "Left out: AR" not in text


def test_a_seed_without_a_distance_counts_as_the_farthest():
    rows = [
        ("", model, seed, w1) for model, w1s in {"ar": [1, 2], "rnn": [0, None]}.items() for seed, w1 in enumerate(w1s)
    ]
    frame = pd.DataFrame(rows, columns=["panel", "model", "seed", "distance"])
    (ar, rnn) = distributions.distances(frame, "W1").splitlines()[2:4]
    assert ar.split("|")[1:4] == [" AR      ", " 1.5       ", " 1 to 2         "]
    assert "| undefined | 0 to undefined |" in rnn


def test_controls_are_drawn_where_there_is_nothing_else(runs):
    frame = distributions.shares(runs[3:], length, np.array([0.5, 10.5, 50.5]))
    figure = distributions.histograms(frame, "records")
    labels = [axes.get_legend_handles_labels()[1][1] for axes in figure.axes if axes.axison]
    assert labels == ["Real (A against A′)", "Bootstrap (resampled A)"]


@pytest.mark.parametrize("name", ["figure8", "figure9", "figure10", "figure14", "figure18", "figure22"])
def test_figures_of_gcut_are_written(runs, tmp_path, name):
    text = artifact.write(name, runs, tmp_path)
    assert {file.suffix for file in tmp_path.glob(f"{name}.*")} == {".csv", ".json", ".md", ".pdf", ".png"}
    assert "DoppelGANger" in text and "simulated" in text and "The paper:" in text


def test_figure_19_and_20(smoke, tmp_path):
    pages = [smoke(f"model={model}") for model in ("naive_gan", "bootstrap")]
    assert "Jensen-Shannon" in artifact.write("figure19", pages, tmp_path)
    homes = [smoke(f"model={model}", "dataset=mba") for model in ("naive_gan", "ar", "bootstrap")]
    text = artifact.write("figure20", homes, tmp_path)
    assert "| DSL" in text and "| Cable" in text
    frame = figure20.compute(homes)
    assert set(frame["panel"].dropna()) == {"DSL", "Cable"}
    assert frame["seed"].dtype == "Int64" and "Left out: RCGAN" in text
