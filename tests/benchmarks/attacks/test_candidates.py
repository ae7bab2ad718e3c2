"""Who is judged: as many members as non-members, none of them both, and which of them stand out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from benchmarks.attacks.candidates import candidates, distinct, groups, outlying, refuse_overlap, worst


def test_the_larger_side_is_cut_at_random(ragged):
    members, nonmembers = ragged.split(0.25, 0.75, seed=0)
    first, second = candidates(members, nonmembers, rng=np.random.default_rng(0))
    assert first is members and len(second) == 50
    again = candidates(members, nonmembers, rng=np.random.default_rng(0))[1]
    other = candidates(members, nonmembers, rng=np.random.default_rng(1))[1]
    assert second.fingerprint == again.fingerprint != other.fingerprint
    assert [len(side) for side in candidates(nonmembers, members, rng=np.random.default_rng(0))] == [50, 50]


def test_a_sample_on_both_sides_is_refused(made):
    data = made(np.random.default_rng(0).normal(size=(30, 4)))
    members, nonmembers = data.take(slice(20)), data.take(slice(18, 30))
    words = "2 of the members are among the non-members too, the first is number 18 of the members and number 0 of"
    with pytest.raises(ValueError, match=words):
        candidates(members, nonmembers, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="of the non-members are among the reference samples too"):
        refuse_overlap(
            {"members": data.take(slice(9)), "non-members": data.take(slice(9, 20)), "reference samples": nonmembers}
        )
    candidates(members, data.take(slice(20, 30)), rng=np.random.default_rng(0))


def test_samples_that_differ_in_metadata_or_length_alone_are_different(ragged):
    zeros = ragged.take(slice(2))
    zeros = replace(zeros, measurements=np.zeros_like(zeros.measurements), lengths=np.array([3, 4]))
    zeros.metadata["kind"], zeros.metadata["size"] = zeros.metadata["kind"].iloc[[0, 0]].to_numpy(), 1.0
    refuse_overlap({"members": zeros.take(slice(1)), "non-members": zeros.take(slice(1, 2))})
    sized = replace(zeros.take(slice(1)), metadata=zeros.metadata.iloc[:1].assign(size=2.0))
    refuse_overlap({"members": zeros.take(slice(1)), "non-members": sized})


def test_other_schemas_are_refused(ragged):
    with pytest.raises(ValueError, match="members and non-members have different schemas, 'made' and 'made'"):
        candidates(ragged, ragged.without_metadata(), rng=np.random.default_rng(0))


def test_who_stands_out_by_scipy():
    points = np.random.default_rng(0).normal(size=(60, 3))
    points[7] += 100
    away = outlying(points)
    np.testing.assert_allclose(away, np.sort(cdist(points, points), axis=1)[:, 5])
    first, second = worst(away[:30], away[30:])
    assert first[7] and (first.sum(), second.sum()) == (3, 3)
    assert away[30:][second].min() >= away[30:][~second].max()


def test_groups_are_all_the_outlying_and_each_class(ragged):
    members, nonmembers = ragged.split(0.5, 0.5, seed=0)
    chosen = worst(np.arange(100.0), np.arange(100.0))
    found = groups(members, nonmembers, chosen)
    assert list(found) == [
        *("all", "most outlying 10 %", "kind: a", "kind: b", "kind: c"),
        *(f"size: quarter {number}" for number in (1, 2, 3, 4)),
    ]
    assert found["most outlying 10 %"] is chosen
    inside, outside = found["kind: b"]
    assert (inside == (members.metadata["kind"] == "b")).all() and (
        outside == (nonmembers.metadata["kind"] == "b")
    ).all()
    assert sum(inside.sum() + outside.sum() for name, (inside, outside) in found.items() if "size" in name) == 200
    one = (side.where(kind="a") for side in (members, nonmembers))
    assert not any("kind" in name for name in groups(*one, chosen))
    assert list(groups(members.without_metadata(), nonmembers.without_metadata(), chosen)) == [
        "all",
        "most outlying 10 %",
    ]


def test_of_equal_samples_the_first_is_kept(ragged):
    again = distinct(ragged.take(np.array([5, 3, 5, 9, 3])))
    assert again.fingerprint == ragged.take(np.array([5, 3, 9])).fingerprint
