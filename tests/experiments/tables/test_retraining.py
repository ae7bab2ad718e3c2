"""One row a run and wanted distribution."""

from __future__ import annotations

import pytest

from experiments.tables import retraining


@pytest.mark.slow
def test_one_row_a_run_and_wanted_distribution(smoke, monkeypatch):
    monkeypatch.setattr(retraining, "MANY", 5000)
    runs = [smoke("model=doppelganger"), smoke("model=rcgan", "batches=1", "scale.validation.samples=10")]
    frame = retraining.compute(runs)
    assert frame["model"].tolist() == ["doppelganger"] * 3 and frame["wanted"].nunique() == 3
    assert frame[["before", "after", "noise"]].apply(lambda column: column.between(0, 1)).all(axis=None)
    assert (frame["noise"] < 0.1).all() and (frame["draws"] >= 1).all() and frame["batches"].eq(10).all()
    text = retraining.render(frame)
    assert "DoppelGANger" in text and "RCGAN" not in text and "another seed" in text
