"""What is wanted, how far two distributions are apart, and series that are compared where metadata are the same."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from experiments.tables import retraining


def test_total_variation_by_hand():
    one, other = pd.Series({"a": 0.5, "b": 0.5}), pd.Series({"b": 0.2, "c": 0.8})
    assert retraining.total_variation(one, other) == pytest.approx(0.8)
    assert retraining.total_variation(one, one) == 0


def test_wanted_distributions(equal):
    """Of 60 samples with as many of each kind: 40 a, 15 b, 5 c."""
    metadata = equal.metadata.assign(kind=[*"a" * 40, *"b" * 15, *"c" * 5])
    metadata["kind"] = metadata["kind"].astype(equal.metadata["kind"].dtype)
    train = type(equal)(equal.schema, metadata, equal.measurements, equal.lengths)
    uniform, rare, reversed_ = retraining.tables(train, seed=0).values()
    for table, shares in ((uniform, [1 / 3] * 3), (rare, [0.01, 0.7425, 0.2475]), (reversed_, [1 / 12, 1 / 4, 2 / 3])):
        found = table["kind"].value_counts(normalize=True, sort=False)
        np.testing.assert_allclose(found, shares, atol=0.02)
        assert set(table["size"]) <= set(metadata["size"])


def test_series_are_compared_where_metadata_are_the_same(equal):
    """Another mix of kinds alone is no distance; other series of the same kinds are."""
    kinds = equal.metadata["kind"].cat.codes.to_numpy()
    data = retraining.Levels(equal.metadata, kinds[:, None].astype(float))
    chosen = np.flatnonzero(kinds < 2)[5:]
    mixed = retraining.Levels(equal.metadata.iloc[chosen].reset_index(drop=True), data.levels[chosen])
    found = retraining._apart(data, {"mixed": mixed, "moved": mixed._replace(levels=mixed.levels + 1)}, equal.schema)
    assert found["matched"] == len(chosen)
    assert found["mixed"] == 0 and found["moved"] > 0.5
    one, other = (retraining.Levels(equal.metadata[kinds == kind], data.levels[kinds == kind]) for kind in (0, 1))
    found = retraining._apart(one, {"other": other}, equal.schema)
    assert found["matched"] == 0 and math.isnan(found["other"])


@pytest.mark.slow
def test_one_row_a_run_and_wanted_distribution(smoke, monkeypatch):
    monkeypatch.setattr(retraining, "MANY", 5000)
    runs = [smoke("model=doppelganger"), smoke("model=rcgan", "batches=1", "scale.validation.samples=10")]
    frame = retraining.compute(runs)
    assert frame["model"].tolist() == ["doppelganger"] * 3 and frame["wanted"].nunique() == 3
    assert frame[["before", "after", "noise"]].apply(lambda column: column.between(0, 1)).all(axis=None)
    assert (frame["noise"] < 0.1).all() and (frame["draws"] >= 1).all() and frame["batches"].eq(20).all()
    text = retraining.render(frame)
    assert "DoppelGANger" in text and "RCGAN" not in text and "another seed" in text
