"""What is wanted, how far two distributions are apart, and series that are compared where metadata are the same."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from experiments.studies import metadata


def test_total_variation_by_hand():
    one, other = pd.Series({"a": 0.5, "b": 0.5}), pd.Series({"b": 0.2, "c": 0.8})
    assert metadata.total_variation(one, other) == pytest.approx(0.8)
    assert metadata.total_variation(one, one) == 0


def test_wanted_distributions(equal):
    """Of 60 samples with as many of each kind: 40 a, 15 b, 5 c."""
    rows = equal.metadata.assign(kind=[*"a" * 40, *"b" * 15, *"c" * 5])
    rows["kind"] = rows["kind"].astype(equal.metadata["kind"].dtype)
    train = type(equal)(equal.schema, rows, equal.measurements, equal.lengths)
    uniform, rare, reversed_ = metadata.tables(train, seed=0).values()
    for table, shares in ((uniform, [1 / 3] * 3), (rare, [0.01, 0.7425, 0.2475]), (reversed_, [1 / 12, 1 / 4, 2 / 3])):
        found = table["kind"].value_counts(normalize=True, sort=False)
        np.testing.assert_allclose(found, shares, atol=0.02)
        assert set(table["size"]) <= set(rows["size"])


def test_series_are_compared_where_metadata_are_the_same(equal):
    """Another mix of kinds alone is no distance; other series of the same kinds are."""
    kinds = equal.metadata["kind"].cat.codes.to_numpy()
    data = metadata.Levels(equal.metadata, kinds[:, None].astype(float))
    chosen = np.flatnonzero(kinds < 2)[5:]
    mixed = metadata.Levels(equal.metadata.iloc[chosen].reset_index(drop=True), data.levels[chosen])
    found = metadata.apart(data, {"mixed": mixed, "moved": mixed._replace(levels=mixed.levels + 1)}, equal.schema)
    assert found["matched"] == len(chosen)
    assert found["mixed"] == 0 and found["moved"] > 0.5
    one, other = (metadata.Levels(equal.metadata[kinds == kind], data.levels[kinds == kind]) for kind in (0, 1))
    found = metadata.apart(one, {"other": other}, equal.schema)
    assert found["matched"] == 0 and math.isnan(found["other"])


def test_everywhere_all_combinations_are_equally_probable(equal):
    """Numbers are training's."""
    found = metadata.everywhere(equal, seed=0)
    np.testing.assert_allclose(found["kind"].value_counts(normalize=True), 1 / 3, atol=0.02)
    assert set(found["size"]) <= set(equal.metadata["size"]) and len(found) == metadata.ROWS


def test_weighted_rows_by_hand(equal):
    rows = pd.DataFrame({"kind": ["a", "b", "a"]})
    assert metadata.joint(rows, equal.schema).to_dict() == pytest.approx({"a": 2 / 3, "b": 1 / 3})
    weighted = metadata.joint(rows, equal.schema, ["kind"], np.array([1.0, 6.0, 1.0]))
    assert weighted.to_dict() == pytest.approx({"a": 0.25, "b": 0.75})


def test_nothing_can_be_wanted_of_one_value(equal):
    with pytest.raises(ValueError, match="no categorical metadata field of made has two values"):
        metadata.tables(equal.where(kind="a"), seed=0)
