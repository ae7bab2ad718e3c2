"""Each planted cheat is caught by the column that is there for it, and looks honest where it is honest.

A cheat is caught where its score lies far beyond what as many real samples score (A in the place of synthetic ones).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.scoreboard import all_columns
from dg.dataset import TimeSeriesDataset

N, T = 400, 60
COLUMNS = {column.name: column for column in all_columns()}
KINDS, PLACES = np.array(["a", "b", "c"]), np.array(["x", "y", "z"])


@pytest.fixture(scope="module")
def world(made):
    """Samples with a weekly rhythm and bursts, whose level depends on their kind, and their place on it too."""
    from dg.schema import Categorical

    def draw(seed: int) -> TimeSeriesDataset:
        rng = np.random.default_rng(seed)
        kind = rng.integers(3, size=N)
        place = np.where(rng.random(N) < 0.8, kind, rng.integers(3, size=N))
        week = np.sin(2 * np.pi * (np.arange(T) + rng.integers(2, size=(N, 1))) / 7)
        noise = rng.normal(0, 0.2, (N, T)).cumsum(axis=1) / 3 + rng.exponential(0.1, (N, T))
        series = np.expm1(2 + 2 * kind[:, None] + rng.normal(0, 0.3, (N, 1)) + 0.6 * week + noise)
        fields = Categorical("kind", tuple(KINDS)), Categorical("place", tuple(PLACES))
        metadata = {"kind": KINDS[kind], "place": PLACES[place]}
        return made(series, fields=fields, metadata=metadata, period="1 day")

    return {"train": draw(0), "held_out": draw(1), "honest": draw(2)}


def score(name: str, world: dict[str, TimeSeriesDataset], synthetic: TimeSeriesDataset) -> float:
    return COLUMNS[name].score(world["train"], world["held_out"], synthetic, seed=0)


def far(name: str, world: dict[str, TimeSeriesDataset], synthetic: TimeSeriesDataset, *, times: float = 4) -> bool:
    """Whether `synthetic` is so many times as far from the ideal as honest samples are."""
    ideal = COLUMNS[name].ideal
    return abs(score(name, world, synthetic) - ideal) > times * max(
        abs(score(name, world, world["honest"]) - ideal), 0.01
    )


def test_an_honest_generator_is_near_the_ideal_everywhere(world):
    assert score("two-sample accuracy", world, world["honest"]) == pytest.approx(0.5, abs=0.055)
    assert score("coverage", world, world["honest"]) > 0.93
    assert score("memorization", world, world["honest"]) == pytest.approx(0.5, abs=0.06)


def test_a_copy_of_the_training_set_memorises(world):
    copy = world["train"].take(np.random.default_rng(0).integers(N, size=N))
    assert score("memorization", world, copy) == 1
    assert score("coverage", world, copy) <= score("coverage", world, world["honest"]) + 0.02
    assert score("two-sample accuracy", world, copy) == pytest.approx(0.5, abs=0.06)  # it hides there, and only there


def test_one_good_sample_again_and_again_covers_nothing(world):
    one = world["honest"].take(np.zeros(N, np.int64))
    assert score("coverage", world, one) < 0.1 and score("recall", world, one) < 0.1
    assert score("precision", world, one) in (0, 1)  # which says nothing of the others
    assert score("two-sample accuracy", world, one) == 1
    assert far("level", world, one) and far("joint metadata", world, one)


def test_shuffled_time_is_seen_by_every_column_of_time(world):
    honest = world["honest"]
    order = np.random.default_rng(0).permuted(np.tile(np.arange(T), (N, 1)), axis=1)
    shuffled = replace(honest, measurements=np.take_along_axis(honest.measurements, order[..., None], axis=1))
    for name in ("autocorrelation, short", "weekly contrast", "power spectrum", "steps"):
        assert far(name, world, shuffled), name
    assert score("two-sample accuracy", world, shuffled) > 0.97
    for name in ("level", "spread", "maximum", "quantiles", "zeros", "joint metadata", "level by metadata"):
        assert score(name, world, shuffled) == pytest.approx(score(name, world, honest)), name


@pytest.mark.slow
def test_swapped_metadata_are_seen_beside_the_measurements(world):
    honest = world["honest"]
    order = np.random.default_rng(0).permutation(N)
    swapped = replace(honest, metadata=honest.metadata.iloc[order].reset_index(drop=True))
    assert far("level by metadata", world, swapped)
    assert score("two-sample accuracy", world, swapped) > score("two-sample accuracy", world, honest) + 0.05
    for name in ("joint metadata", "level", "autocorrelation, short", "coverage"):
        assert score(name, world, swapped) == pytest.approx(score(name, world, honest)), name


def test_independent_metadata_are_seen_in_their_combinations(world):
    honest = world["honest"]
    order = np.random.default_rng(0).permutation(N)
    mixed = honest.metadata.assign(place=honest.metadata["place"].to_numpy()[order])
    independent = replace(honest, metadata=mixed)
    assert far("joint metadata", world, independent)
    for name in ("level", "coverage", "memorization"):
        assert score(name, world, independent) == pytest.approx(score(name, world, honest)), name
