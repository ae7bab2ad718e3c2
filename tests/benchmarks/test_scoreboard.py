"""The law of all columns: a set is ideal beside itself, in any order; what is asked fits the data; few are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.column import ASPECTS, Column
from benchmarks.scoreboard import all_columns, columns
from dg.dataset import TimeSeriesDataset
from dg.datasets import mba, wwt


@pytest.fixture(scope="module", params=["pages", "homes", "ragged"])
def halves(request: pytest.FixtureRequest) -> tuple[TimeSeriesDataset, ...]:
    if request.param == "ragged":
        return request.getfixturevalue("ragged").split(0.5, 0.5, seed=0)
    return {"pages": wwt, "homes": mba}[request.param].load(samples=200, seed=0).split(0.5, 0.5, seed=0)


@pytest.mark.slow
def test_ideal_beside_itself_in_any_order(halves):
    train, held_out = halves
    order = np.random.default_rng(0).permutation(len(held_out))
    for column in columns(train, held_out):
        own = column.score(train, held_out, held_out, seed=0)
        again = column.score(train, held_out, held_out.take(order), seed=0)
        assert np.isfinite(own) and own == pytest.approx(again, abs=1e-9), column.name
        itself = 0.3 if column.better == "nearer" else 1e-9  # a sample is a neighbour of itself: (k + 1)/k
        assert own == pytest.approx(column.ideal, abs=itself), column.name


@pytest.mark.slow
def test_every_kind_of_nonsense_gives_a_number(halves):
    """Silent samples, and samples of one record."""
    train, held_out = halves
    silent = replace(held_out, measurements=np.zeros_like(held_out.measurements))
    active = np.arange(held_out.schema.max_length) < 1
    brief = replace(
        held_out, measurements=held_out.measurements * active[:, None], lengths=np.ones(len(held_out), np.int64)
    )
    for column in columns(train, held_out):
        for nonsense in (silent, brief):
            own, found = (column.score(train, held_out, made, seed=0) for made in (held_out, nonsense))
            assert np.isfinite(found), column.name
            worse = found <= own if column.better == "higher" else found >= own
            assert worse or column.aspect == "privacy" or column.better == "nearer", column.name


def test_what_is_asked_fits_the_data(ragged):
    def names(*halves: TimeSeriesDataset) -> set[str]:
        return {column.name for column in columns(*halves)}

    pages = wwt.load(samples=200, seed=0).split(0.5, 0.5, seed=0)
    homes = mba.load(samples=200, seed=0).split(0.5, 0.5, seed=0)
    everything = {column.name for column in all_columns()}
    assert names(*pages) == everything - {"daily contrast", "cross-correlation", "length"}
    assert names(*homes) == everything - {"annual contrast", "autocorrelation, long", "length"}
    rags = names(*ragged.split(0.5, 0.5, seed=0))
    assert {"length", "cross-correlation", "daily contrast"} < rags and "weekly contrast" not in rags
    assert names(homes[0], homes[0]) == names(*homes) - {"memorization"}
    bare = names(*(half.without_metadata() for half in homes))
    assert bare == names(*homes) - {"joint metadata", "level by metadata"}


def test_every_column_says_what_it_is():
    found = all_columns()
    assert len({column.name for column in found}) == len(found) >= 22
    assert all(column.unit and column.reference and column.fewest >= 50 for column in found)
    assert [ASPECTS.index(column.aspect) for column in found] == sorted(
        ASPECTS.index(column.aspect) for column in found
    )
    with pytest.raises(ValueError, match="looks at 'beauty', which is none of"):
        Column("new", "beauty", lambda train, held_out, synthetic, seed: 0.0, "", "")


@pytest.mark.parametrize("column", all_columns(), ids=lambda column: column.name)
def test_few_samples_and_other_schemas_are_refused(column):
    homes = mba.load(samples=180, seed=0)
    train, held_out, made = (homes.take(slice(start, start + 60)) for start in (0, 60, 120))
    with pytest.raises(ValueError, match=f"^{column.name}: 49 synthetic samples are too few, it takes 50"):
        column.score(train, held_out, made.take(slice(49)), seed=0)
    with pytest.raises(ValueError, match=r"the synthetic samples have another schema .*without_metadata"):
        column.score(train, held_out, made.without_metadata(), seed=0)
