"""TimeGAN's scores where they are known: the same and other distributions, noise, copies, and what cannot be scored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike

from benchmarks.downstream.recurrent import discriminative_score, predictive_score
from dg.dataset import TimeSeriesDataset
from dg.schema import Continuous, Schema


def dataset(series: ArrayLike, lengths: ArrayLike | None = None) -> TimeSeriesDataset:
    """Of series [n, t] or [n, t, k]."""
    series = np.asarray(series, dtype=np.float32)
    series = series if series.ndim == 3 else series[..., None]
    n, t, k = series.shape
    schema = Schema("made", (), tuple(Continuous(f"x{column}") for column in range(k)), t)
    lengths = np.full(n, t) if lengths is None else np.asarray(lengths)
    series = np.where(np.arange(t)[:, None] < lengths[:, None, None], series, 0)
    return TimeSeriesDataset(schema, pd.DataFrame(index=range(n)), series, lengths)


def noise(n: int, seed: int, t: int = 30, k: int = 1) -> TimeSeriesDataset:
    return dataset(np.random.default_rng(seed).uniform(size=(n, t, k)))


def sines(n: int, seed: int, t: int = 30) -> TimeSeriesDataset:
    """A period of 12 records, any phase."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, (n, 1))
    return dataset(np.sin(np.arange(t) * 2 * np.pi / 12 + phases))


def shuffled(data: TimeSeriesDataset, seed: int) -> TimeSeriesDataset:
    return replace(data, measurements=np.random.default_rng(seed).permuted(data.measurements, axis=1))


def test_the_same_distribution_cannot_be_told_apart():
    """Of 400 tested samples a fair coin gets half right, give or take 0.025: this is three times that."""
    one, other = noise(1000, 0), noise(1000, 1)
    assert discriminative_score(one, other, scale=one, seed=0, steps=100) < 0.075


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_another_level_is_told_apart(seed):
    low, high = noise(200, 0), noise(200, 1)
    higher = dataset(high.measurements * 0.3 + 0.7)
    assert discriminative_score(low, higher, scale=low, seed=seed, steps=200) > 0.4


@pytest.mark.slow
def test_an_order_in_time_is_told_apart():
    """Series shuffled in time have the same values; only a network with a memory tells."""
    real = sines(300, 0)
    assert discriminative_score(real, shuffled(sines(300, 1), 2), scale=real, seed=0, steps=500) > 0.45
    assert discriminative_score(real, sines(300, 1), scale=real, seed=0, steps=100) < 0.1


def test_unequal_numbers_of_samples_do_not_help():
    """Who calls all samples synthetic is right in five of six cases here, and has learnt nothing."""
    assert discriminative_score(noise(400, 0), noise(2000, 1), scale=noise(400, 0), seed=0, steps=50) < 0.1


@pytest.mark.slow
def test_lengths_are_read_and_padding_is_not():
    """The state is taken at the last record: more padding changes nothing, another length is seen."""
    short, long = np.full(100, 3), np.full(100, 9)
    ones = np.ones((100, 12))
    score = discriminative_score(dataset(ones, short), dataset(ones, long), scale=dataset(ones), seed=0, steps=200)
    assert score == 0.5
    ones = np.pad(ones, ((0, 0), (0, 30)))
    padded = discriminative_score(dataset(ones, short), dataset(ones, long), scale=dataset(ones), seed=0, steps=200)
    assert padded == score
    varied = np.random.default_rng(0).uniform(size=(100, 12))
    errors = [
        predictive_score(dataset(more, long), dataset(more, short), scale=dataset(varied), seed=0, steps=20)
        for more in (varied, np.pad(varied, ((0, 0), (0, 30))))
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-6)


@pytest.mark.slow
def test_uniform_noise_is_predicted_by_its_median():
    """Whatever came before, the best guess is 1/2, and its mean absolute error on [0, 1] is 1/4."""
    train, real = noise(500, 0), noise(500, 1)
    assert predictive_score(train, real, scale=train, seed=0, steps=300) == pytest.approx(0.25, abs=0.01)


@pytest.mark.slow
def test_a_sine_is_predicted_and_a_shuffled_one_is_not():
    """The range is 2, so an error of 0.05 is a tenth of the amplitude; guessing 0 would err by 1 / π = 0.318."""
    train, real = sines(300, 0), sines(300, 1)
    error = predictive_score(train, real, scale=train, seed=0, steps=1000)
    assert error < 0.05
    assert predictive_score(shuffled(train, 2), real, scale=train, seed=0, steps=300) > 4 * error


@pytest.mark.slow
def test_the_last_measurement_is_predicted_from_all():
    """The second is what the first was a record ago: seen through the first alone, which is noise."""
    first = np.random.default_rng(0).uniform(size=(300, 31))
    ahead = dataset(np.stack([first[:, 1:], first[:, :-1]], axis=2))
    behind = dataset(np.stack([first[:, :-1], first[:, 1:]], axis=2))
    assert predictive_score(ahead, ahead, scale=ahead, seed=0, steps=600) < 0.06
    assert predictive_score(behind, behind, scale=behind, seed=0, steps=300) == pytest.approx(0.25, abs=0.015)


@pytest.mark.slow
def test_errors_are_averaged_over_a_sample_first():
    """Constant series train a constant guess; samples of 2 and of 24 records count alike, those of 1 not at all."""
    train = dataset(np.full((100, 24), 0.5))
    scale = dataset([[0.0, 1.0]])
    real = dataset(np.repeat([[0.7], [0.5], [0.9]], 24, axis=1), [2, 24, 1])
    alone = [predictive_score(train, real.take(np.array([i])), scale=scale, seed=0, steps=100) for i in (0, 1)]
    together = predictive_score(train, real, scale=scale, seed=0, steps=100)
    assert together == pytest.approx(np.mean(alone), rel=1e-5)


def test_the_unit_and_what_lies_outside_do_not_matter():
    """Kilobytes for bytes: the same score; values beyond the training range are taken for its ends."""
    train, real = noise(100, 0), noise(100, 1)
    kilo = [dataset(data.measurements * np.float32(1024)) for data in (train, real)]
    score = predictive_score(train, real, scale=train, seed=0, steps=20)
    assert predictive_score(*kilo, scale=kilo[0], seed=0, steps=20) == pytest.approx(score, rel=1e-5)
    ends = [dataset(np.where(real.measurements > 0.5, end, -end)) for end in (1, 1000)]
    scores = [predictive_score(train, each, scale=train, seed=0, steps=20) for each in ends]
    assert scores[0] == scores[1]


def test_logarithms_where_they_are_named():
    """exp(u) - 1 on the scale of log(1 + x) is u."""
    train, real = noise(100, 0), noise(100, 1)
    powers = [dataset(np.expm1(data.measurements)) for data in (train, real)]
    score = discriminative_score(real, train, scale=train, seed=0, steps=20)
    assert discriminative_score(powers[1], powers[0], scale=powers[0], seed=0, steps=20, log=["x0"]) == score


@pytest.mark.parametrize("score", [discriminative_score, predictive_score])
def test_the_seed_decides(score):
    one, other = noise(60, 0, t=40), noise(60, 1, t=40)
    found = [score(one, other, scale=one, seed=seed, steps=20, units=1) for seed in (3, 3, 4)]
    assert found[0] == found[1]
    if score is predictive_score:
        assert found[2] != found[0]


def test_errors_say_what_is_missing():
    few, enough = noise(4, 0), noise(5, 1)
    with pytest.raises(ValueError, match="needs 5 synthetic samples, got 4"):
        discriminative_score(enough, few, scale=enough, seed=0)
    with pytest.raises(ValueError, match="needs 5 real samples, got 4"):
        discriminative_score(few, enough, scale=enough, seed=0)
    single = dataset(np.ones((5, 3)), np.ones(5, dtype=int))
    with pytest.raises(ValueError, match="synthetic samples of two records or more"):
        predictive_score(single, enough, scale=enough, seed=0)
    with pytest.raises(ValueError, match="real samples of two records or more"):
        predictive_score(enough, single, scale=enough, seed=0, steps=1)
