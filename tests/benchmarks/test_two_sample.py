"""Half where there is nothing to tell, all where there is, and no sample is known again; then on real pages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from baselines import Gaussian, Shuffled
from benchmarks.two_sample import TWO_SAMPLE, two_sample
from dg import Encoder, fit
from dg.datasets import wwt


def rows(n: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (n, 6))


def test_one_distribution_is_half_and_a_shifted_one_is_all():
    """Of 800 rows a fair coin gets half right, give or take 0.018: this is three times that."""
    same = two_sample(rows(400, 0), rows(400, 1), seed=0)
    assert same.accuracy == pytest.approx(0.5, abs=0.053) and same.low < 0.5 < same.high
    assert two_sample(rows(400, 0), rows(400, 1, shift=9), seed=0).accuracy == 1
    interval = binomtest(round(same.accuracy * 800), 800).proportion_ci(method="wilson")
    assert (same.low, same.high) == pytest.approx((interval.low, interval.high))
    assert two_sample(rows(400, 0), rows(400, 1), seed=0) == same


@pytest.mark.slow
def test_rows_that_stand_there_twice_are_not_known_again():
    """A bootstrap: without groups its duplicates give it away, with those of its training rows they do not."""
    rng = np.random.default_rng(0)
    real, drawn = rows(500, 0), rng.integers(500, size=500)
    bootstrap = rows(500, 1)[drawn]
    leaking = two_sample(real, bootstrap, seed=0, groups=np.arange(1000)).accuracy
    grouped = two_sample(real, bootstrap, seed=0, groups=np.concatenate([np.arange(500), 500 + drawn])).accuracy
    assert leaking > 0.58 > 0.55 > grouped
    assert two_sample(real, bootstrap, seed=0).accuracy == pytest.approx(grouped, abs=0.04)


def test_copies_across_the_sides_cannot_be_told_apart():
    real = rows(300, 0)
    assert two_sample(real, real[::-1], seed=0).accuracy == 0.5


def test_sides_of_two_sizes_and_missing_values():
    real, synthetic = rows(900, 0), rows(200, 1)
    real[:, 2] = synthetic[:, 2] = np.nan
    assert two_sample(real, synthetic, seed=0).accuracy == pytest.approx(0.5, abs=0.075)
    synthetic[:, 2] = 1
    assert two_sample(real, synthetic, seed=0).accuracy == 1


def test_few_are_refused_and_a_few_again_and_again_are_told_apart():
    with pytest.raises(ValueError, match="takes 50 rows of each side, got 400 and 49"):
        two_sample(rows(400, 0), rows(49, 1), seed=0)
    few = np.tile(rows(49, 1), (9, 1))
    assert two_sample(rows(400, 0), few, seed=0).accuracy == 1
    assert two_sample(few, few, seed=0).accuracy == 0.5
    with pytest.raises(ValueError, match="real rows are 1 again and again"):
        two_sample(np.zeros((60, 2)), few[:, :2], seed=0)


@pytest.mark.slow
def test_real_pages(shared_data):
    """A against A′ 0.51, the Gaussian with rounded counts 0.945, shuffled time 0.992: found independently."""
    train, held_out = wwt.load(shared_data / "wwt" / "train_1_subset.csv.gz").split(0.5, 0.5, seed=0)
    encoder = Encoder.fit(train, auto_normalize=False, log=["views"])
    gaussian, shuffled = (
        fit(model, train, encoder=encoder).sample(len(held_out), seed=0) for model in (Gaussian, Shuffled)
    )
    rounded = replace(gaussian, measurements=np.rint(gaussian.measurements))
    found = [TWO_SAMPLE.score(train, held_out, made, seed=0) for made in (train, rounded, shuffled)]
    assert found == pytest.approx([0.51, 0.945, 0.992], abs=0.012)
