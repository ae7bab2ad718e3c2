from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from scipy import stats

from baselines import Gaussian
from baselines.gaussian import normal, standardised
from dg import Encoder, fit
from dg.randomness import stream


@pytest.fixture
def two_kinds(dataset):
    """Random walks of kind a, white noise of kind b, at levels of their own, well inside their range."""
    rng = np.random.default_rng(0)
    series = np.concatenate([rng.normal(size=(200, 8, 2)).cumsum(axis=1), rng.normal(5, 2, size=(100, 8, 2))])
    series[0, 0], series[1, 0] = -100, 100
    return dataset(series, kind=["a"] * 200 + ["b"] * 100)


def test_mean_and_covariance_are_numpys() -> None:
    """20,000 draws from each of two kinds, which know nothing of each other."""
    vectors = np.random.default_rng(0).normal(size=(40, 3)) @ np.array([[1, 2, 0], [0, 1, -1], [0, 0, 0.5]])
    vectors[25:] += 10
    kinds = torch.arange(40) < 25
    for kind, rows in ((True, slice(0, 25)), (False, slice(25, 40))):
        drawn = normal(torch.from_numpy(vectors), (kinds == kind).expand(20_000, 40), stream(0, 0)).numpy()
        np.testing.assert_allclose(drawn.mean(axis=0), vectors[rows].mean(axis=0), atol=0.06)
        np.testing.assert_allclose(np.cov(drawn.T), np.cov(vectors[rows].T), atol=0.15)
        assert stats.kstest((drawn[:, 0] - drawn[:, 0].mean()) / drawn[:, 0].std(), "norm").pvalue > 0.01


def test_a_series_is_standardised_within_its_length() -> None:
    series, active = torch.tensor([[[1.0], [3.0], [0.0]]]), torch.tensor([[[True], [True], [False]]])
    torch.testing.assert_close(standardised(series, active)[0, :, 0], torch.tensor([-1.0, 1.0, 0.0, 2.0, 0.0]))


@pytest.mark.parametrize("fewest", [2, 101])
def test_a_rare_combination_has_the_gaussian_of_all(two_kinds, fewest: int) -> None:
    model = partial(Gaussian, fewest=fewest)
    drawn = fit(model, two_kinds, encoder=Encoder.fit(two_kinds, auto_normalize=False)).sample(4000, seed=0)
    level = drawn.where(kind="b").measurements[:, :, 0].mean(axis=1).mean()
    real = two_kinds.measurements[:, :, 0].mean(axis=1)
    assert level == pytest.approx(real[200:].mean() if fewest == 2 else real.mean(), abs=0.35)


def test_no_sample_is_a_training_sample(two_kinds) -> None:
    drawn = fit(Gaussian, two_kinds, encoder=Encoder.fit(two_kinds, auto_normalize=False)).sample(200, seed=0)
    distance = np.abs(two_kinds.measurements[None] - drawn.measurements[:, None]).max(axis=(2, 3))
    assert distance.min() > 0.05
