"""Table 4 from real runs at a tiny size, and its extrapolation by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.paper import artifact
from experiments.tables import table4

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(smoke):
    return [smoke(f"model={model}") for model in ("ar", "hmm", "bootstrap")]


def test_seconds_a_batch_times_the_papers_batches(runs):
    """The paper has 200,000 batches and 50,000 samples; all samples of A are one iteration of the HMM, of which 50."""
    frame = table4.compute(runs).set_index("model")
    assert set(frame.index) == {"ar", "hmm"}
    assert frame["samples"].tolist() == [100, 100]
    assert frame["batches"].to_dict() == {"ar": 10, "hmm": 50}
    seconds = {run.model: run.provenance["seconds"] for run in runs}
    hours = frame["hours at paper scale"]
    assert hours["ar"] == pytest.approx(seconds["ar"] / 10 * 200_000 / 3600)
    assert hours["hmm"] == pytest.approx(seconds["hmm"] * 50_000 / 100 / 3600)


def test_written_with_its_device(runs, tmp_path):
    shown = artifact.write("table4", runs, tmp_path)
    assert runs[0].provenance["device"] in shown and "extrapolated" in shown
    assert {file.name for file in tmp_path.glob("table4.*")} == {"table4.csv", "table4.md", "table4.json"}


def test_ratios_stand_beside_the_papers():
    """DoppelGANger 17 hours and RCGAN 29 in the paper, 2 and 6 here."""
    rows = [("doppelganger", 2.0, 0), ("doppelganger", 2.0, 1), ("rcgan", 6.0, 0), ("rcgan", 6.0, 1)]
    frame = pd.DataFrame(rows, columns=["model", "hours at paper scale", "seed"])
    frame = frame.assign(device="a machine", samples=100, batches=10, seconds=3.0, load=1.1)
    assert "had other work beside them" not in table4.render(frame)
    assert "2.1 at most: runs had other work beside them" in table4.render(frame.assign(load=2.1))
    assert "processor at the end of a run: not noted" in table4.render(frame.assign(load=float("nan")))
    lines = {line.split("|")[1].strip(): line for line in table4.render(frame).splitlines() if line.startswith("|")}
    cells = [cell.strip() for cell in lines["RCGAN"].strip("|").split("|")]
    assert cells[4:] == ["2", "300.0", "6.0", "3.00", "29", "1.71"]
