"""The simulator of GCUT has the paper's marginals."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.downstream.classification import CLASSIFIERS, accuracy, balanced_accuracy, labels
from benchmarks.downstream.features import summary
from benchmarks.statistics.correlation import correlation
from dg.datasets import gcut
from dg.datasets.gcut.simulator import ENDS, LONGEST, _lengths, simulate


@pytest.fixture(scope="module")
def tasks():
    return simulate(4000, seed=0)


def test_a_seed_is_one_dataset():
    assert simulate(20, seed=1).fingerprint == simulate(20, seed=1).fingerprint != simulate(20, seed=2).fingerprint
    assert gcut.load(samples=5).schema == gcut.SCHEMA
    with pytest.raises(ValueError, match="simulate at least 1"):
        simulate(0, seed=0)


@pytest.mark.slow
def test_durations_are_the_papers(tasks):
    """97.06 % within 50 records (Appendix A), two modes (Figure 9) with a valley between them, a tail to 2,497."""
    assert (tasks.lengths <= 50).mean() == pytest.approx(0.9706, abs=0.01)
    counts = np.bincount(tasks.lengths, minlength=60)
    assert counts[1:4].max() > 2 * counts[6:8].max() and counts[12:15].max() > 2 * counts[6:8].max()
    assert 500 < tasks.lengths.max() <= LONGEST
    many = _lengths(np.full(200_000, 2), np.random.default_rng(0))
    assert 0.95 * LONGEST < many.max() <= LONGEST == 2497


def levels(tasks):
    """The log of each task's mean of every measurement, [9, n]."""
    return np.log(tasks.measurements.sum(axis=1, dtype=float) / tasks.lengths[:, None]).T


@pytest.mark.slow
def test_measurements_are_correlated(tasks):
    """The levels of CPU go together, those of memory and page cache too, and the disk space goes with these."""
    correlations = np.corrcoef(levels(tasks))
    assert correlations[:3, :3].min() > 0.9 and correlations[3:8, 3:8].min() > 0.8
    assert correlations[8, 3:8].min() > 0.5


@pytest.mark.slow
def test_end_events_in_their_shares_decide_the_levels(tasks):
    shares = tasks.metadata["end event type"].value_counts(normalize=True)
    for end in ENDS:
        assert shares[end.event] == pytest.approx(end.share, abs=0.02)
    finished, evicted = (
        np.median(tasks.where(**{"end event type": event}).measurement("CPU rate")[:, 0])
        for event in ("FINISH", "EVICT")
    )
    assert finished > 2 * evicted
    event = tasks.metadata["end event type"].astype(str).to_numpy()
    for level in levels(tasks):
        assert np.ptp([np.median(level[event == end.event]) for end in ENDS]) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["MLP", "logistic regression", "decision tree"])
def test_the_measurements_tell_the_end(tasks, name):
    """As the classifiers of Figure 13 need it: they know more than the most frequent class, and of all four classes."""
    inputs, ends = summary(tasks), labels(tasks, "end event type")
    known = CLASSIFIERS[name](0).fit(inputs[:2000], ends[:2000]).predict(inputs[2000:])
    assert accuracy(ends[2000:], known) > np.mean(ends[2000:] == "FINISH") + 0.08
    assert balanced_accuracy(ends[2000:], known) > 0.6


def test_measurements_are_consistent(tasks):
    cpu, peak = tasks.measurement("CPU rate"), tasks.measurement("maximum CPU rate")
    assert (cpu <= peak).all() and tasks.measurements.min() >= 0 and tasks.measurements.max() <= 1
    assert (tasks.measurement("unmapped page cache") <= tasks.measurement("total page cache")).all()
    found = correlation(tasks, "CPU rate", "assigned memory usage")
    assert np.quantile(found, 0.1) < 0 < 0.5 < np.quantile(found, 0.75)
