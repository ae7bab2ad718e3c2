"""Figures 5 and 21 to 23: what is drawn, and what the statistic says of a copy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.figures import figure5, figure21, figure23
from experiments.paper import artifact
from experiments.studies import memorization

pytestmark = pytest.mark.slow


@pytest.fixture
def homes(smoke):
    chosen = ["dataset=mba", "dataset.held_out=0.5"]
    return [smoke(f"model={model}", *chosen) for model in ("doppelganger", "ar", "bootstrap")]


def test_a_copy_is_found_and_its_distances_are_zero(homes):
    frame = figure23.compute(homes)
    distances = frame[(frame["what"] == "distance") & (frame["model"] == "bootstrap")]["value"]
    np.testing.assert_allclose(distances, 0, atol=1e-9)
    assert "| Bootstrap (resampled A) | 1.000" in " ".join(figure23.table(frame).split())
    drawn = frame[frame["what"] == "series"]
    assert set(zip(drawn["number"], drawn["rank"], strict=True)) == {(i, j) for i in range(3) for j in range(4)}


def test_it_needs_held_out_samples(smoke):
    run = smoke("dataset=mba", "model=bootstrap")
    with pytest.raises(ValueError, match=r"choose dataset\.held_out=0\.5"):
        memorization.compute([run])


def test_written(homes, smoke, tmp_path):
    assert "does not memorise" in artifact.write("figure23", homes, tmp_path)
    runs = [smoke(f"model={model}") for model in ("doppelganger_unnormalized", "bootstrap")]
    assert "does not memorise" in artifact.write("figure21", runs, tmp_path)
    titles = [axes.get_title(loc="left") for axes in figure21.render(figure21.compute(runs)).axes[:4]]
    assert titles == ["generated: DoppelGANger without auto-normalization", *(f"nearest real {i}" for i in (1, 2, 3))]
    text = artifact.write("figure5", runs, tmp_path)
    assert "shape similarity" in text and "Real" in text
    assert (tmp_path / "figure5.png").exists()


def test_samples_that_are_all_constant_have_no_shape():
    rows = [("doppelganger", 0, "amplitude spread", 0.5), ("doppelganger", 0, "shape similarity", np.nan)]
    text = figure5.table(pd.DataFrame(rows, columns=["model", "seed", "what", "value"]))
    assert "| undefined " in text and "nan" not in text


def test_similar_samples_show(smoke):
    runs = [smoke("model=bootstrap")]
    frame = figure5.compute(runs)
    assert isinstance(frame, pd.DataFrame)
    values = frame[frame["what"] == "amplitude spread"].set_index("model")["value"]
    assert values["bootstrap"] == pytest.approx(values["real"], rel=0.2)
