"""Planted leaks are caught, planted innocence is not accused, and distances are right by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from benchmarks.attacks.guessing import chance_interval, judge
from benchmarks.attacks.neighbors import closeness, density_ratio, distances, points
from dg.dataset import TimeSeriesDataset
from dg.datasets import wwt
from dg.schema import Categorical, Continuous, Schema

N = 300


@pytest.fixture(scope="module")
def pages(shared_data) -> dict[str, np.ndarray]:
    """Real pages: members, non-members, reference, and as many that a generator without a leak might have made."""
    whole = wwt.load(shared_data / "wwt" / "train_1_subset.csv.gz")
    parts = whole.split(*[N / len(whole)] * 3, 2000 / len(whole), seed=0)
    *sides, others = points(*parts)
    return dict(zip(("members", "nonmembers", "reference", "others"), [*sides, others], strict=True))


def attacks(pages: dict[str, np.ndarray], synthetic: np.ndarray):
    for attack in (closeness, lambda side, made: density_ratio(side, made, pages["reference"])):
        scores = (attack(pages[side], synthetic) for side in ("members", "nonmembers"))
        yield judge(*scores, rng=np.random.default_rng(0))


def test_a_bootstrap_of_members_is_caught(pages):
    """Of 300 members 2,000 draws leave out 300 e^-6.7 = 0.4: one of them here."""
    copies = pages["members"][np.random.default_rng(0).integers(N, size=2000)]
    for outcome in attacks(pages, copies):
        assert outcome.success > 0.99 and outcome.auc > 0.995 and outcome.epsilon > 3
        assert outcome.rates[1] is not None and outcome.rates[1].value > 0.99


def test_members_with_noise_are_caught(pages):
    rng = np.random.default_rng(0)
    near = pages["members"][rng.integers(N, size=2000)]
    near = near + 0.1 * pages["members"].std() * rng.normal(size=near.shape)
    assert all(outcome.success > 0.95 for outcome in attacks(pages, near))


def test_who_never_saw_the_members_is_innocent(pages):
    low, high = chance_interval(N, N)
    for outcome in attacks(pages, pages["others"]):
        assert low <= outcome.success <= high and outcome.epsilon == 0
        assert outcome.auc == pytest.approx(0.5, abs=4 * (1 / (6 * N)) ** 0.5)


def test_a_dense_region_is_not_taken_for_membership():
    """Non-members lie where all are near to each other: the distance accuses them, the ratio does not."""
    rng = np.random.default_rng(0)
    members, nonmembers = rng.normal(size=(200, 3)), 0.05 * rng.normal(size=(200, 3))
    synthetic, reference = (
        np.concatenate([rng.normal(size=(500, 3)), 0.05 * rng.normal(size=(500, 3))]) for _ in range(2)
    )
    near = judge(closeness(members, synthetic), closeness(nonmembers, synthetic), rng=rng)
    ratio = [density_ratio(side, synthetic, reference) for side in (members, nonmembers)]
    assert near.auc < 0.05 and judge(*ratio, rng=rng).auc == pytest.approx(0.5, abs=0.1)


def test_distances_by_hand_and_by_scipy():
    rng = np.random.default_rng(0)
    some, others = rng.normal(size=(40, 30)), rng.normal(size=(60, 30))
    for k in (1, 5):
        np.testing.assert_allclose(distances(some, others, k), np.sort(cdist(some, others), axis=1)[:, k - 1])
    assert distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [30.0, 40.0]])) == [5]
    assert (distances(some * 1e6, np.tile(some * 1e6, (2, 1)), 2) == 0).all()


def test_the_ratio_is_that_of_the_densities():
    """One synthetic sample at distance 1, two of the reference at 2 and more, in two dimensions: 2 log 2 + log 2/1."""
    found = density_ratio(np.zeros((1, 2)), np.array([[1.0, 0.0]]), np.array([[0.0, 2.0], [0.0, 9.0]]))
    assert found == pytest.approx(3 * np.log(2))


def test_points_by_hand():
    """Counts as log(1 + x), signed numbers as they are, categories one-hot, zero past the end, metadata at the end."""
    schema = Schema(
        "all kinds",
        (Categorical("kind", ("a", "b")), Continuous("size")),
        (Continuous("count"), Categorical("event", ("idle", "run")), Continuous("level")),
        2,
    )
    series = np.array([[[0, 0, -1], [3, 1, 1]], [[15, 1, 3], [0, 0, 0]]], dtype=np.float32)
    metadata = pd.DataFrame({"kind": ["a", "b"], "size": [10.0, 30.0]})
    dataset = TimeSeriesDataset(schema, metadata, series, np.array([2, 1]))
    (found,) = points(dataset)
    expected = [[0, 0, 0.5, 0.5, 1, 0, 0, 1, 1, 0, 0], [1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1]]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    below = replace(dataset, measurements=series - np.array([[[2, 0, 0]], [[0, 0, 0]]], dtype=np.float32))
    signed, _ = points(dataset, below)
    np.testing.assert_allclose(signed[:, [0, 2]], [[0, 0.2], [1, 0]])


def test_too_few_neighbours_and_other_points_are_refused():
    with pytest.raises(ValueError, match="3 samples have no 5 nearest"):
        density_ratio(np.zeros((2, 4)), np.zeros((9, 4)), np.zeros((3, 4)), k=5)
    with pytest.raises(ValueError, match="points have 4 and 3 numbers"):
        closeness(np.zeros((2, 4)), np.zeros((9, 3)))
