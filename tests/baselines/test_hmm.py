from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from hmmlearn.hmm import GaussianHMM
from scipy import stats

from baselines import HMM
from dg import Categorical, Encoder, Schema, TimeSeriesDataset, fit
from dg.randomness import stream


def two_states(n: int, t: int) -> np.ndarray:
    """Series about 0 and 10 that change sides with probability 0.1."""
    rng = np.random.default_rng(0)
    side = np.cumsum(rng.random((n, t)) < 0.1, axis=1) + rng.integers(2, size=(n, 1))
    return 10 * (side % 2) + rng.normal(size=(n, t))


def test_it_is_hmmlearn_from_the_same_start(dataset) -> None:
    """Three iterations of hmmlearn's own slower and safer log-space EM, on series of several lengths."""
    lengths = np.random.default_rng(1).integers(3, 21, 40)
    train = dataset(np.stack([two_states(40, 20), np.random.default_rng(2).normal(size=(40, 20))], axis=2), lengths)
    encoder = Encoder.fit(train, auto_normalize=False)
    start = HMM(encoder.layout, components=3)
    start.observe(encoder.encode(train))
    fitted = fit(partial(HMM, components=3, iterations=3), train, encoder=encoder).module

    oracle = GaussianHMM(3, n_iter=3, tol=-np.inf, init_params="", implementation="log")
    oracle.startprob_, oracle.transmat_ = start.startprob.numpy(), start.transmat.numpy()
    oracle.means_, oracle.covars_ = start.means.numpy(), start.covars.numpy()
    steps = [np.arange(20) < length for length in lengths]
    measurements = encoder.encode(train).measurements.numpy()
    flags = np.stack([np.stack([np.arange(20) < n - 1, np.arange(20) == n - 1], axis=1) for n in lengths])
    values = np.concatenate([measurements, flags], axis=2)[np.stack(steps)]
    oracle.fit(values, lengths)

    np.testing.assert_allclose(fitted.startprob, oracle.startprob_, atol=1e-8)
    left = oracle.transmat_.sum(axis=1) > 0
    np.testing.assert_allclose(fitted.transmat[left], oracle.transmat_[left], atol=1e-8)
    np.testing.assert_allclose(fitted.means, oracle.means_, atol=1e-8)
    np.testing.assert_allclose(fitted.covars, oracle.covars_.diagonal(axis1=1, axis2=2), atol=1e-8)


def test_the_log_likelihood_is_hmmlearns_and_rises(dataset) -> None:
    train = dataset(two_states(30, 25)[:, :, None])
    encoder = Encoder.fit(train, auto_normalize=False)
    curve = []
    for iterations in (1, 2, 5):
        module = fit(partial(HMM, components=2, iterations=iterations), train, encoder=encoder).module
        curve.append(module.trainer.callback_metrics["train/log_likelihood"].item())
    assert curve == sorted(curve)
    start = HMM(encoder.layout, components=2)
    start.observe(encoder.encode(train))
    oracle = GaussianHMM(2)
    oracle.startprob_, oracle.transmat_ = start.startprob.numpy(), start.transmat.numpy()
    oracle.means_, oracle.covars_ = start.means.numpy(), start.covars.numpy()
    values = encoder.encode(train).measurements.numpy().reshape(-1, 1).astype(float)
    assert curve[0] == pytest.approx(oracle.score(values, [25] * 30) / len(values), rel=1e-6)


def test_states_are_visited_as_often_as_their_chain_says(dataset) -> None:
    """Three states told apart by their values; a χ² test at times that are as good as independent."""
    layout = Encoder.fit(dataset(np.arange(120.0).reshape(2, 60, 1)), auto_normalize=False).layout
    module = HMM(layout, components=3)
    transmat = np.array([[0.2, 0.8, 0.0], [0.1, 0.5, 0.4], [0.7, 0.0, 0.3]])
    module.startprob[:] = torch.tensor([0.0, 0.0, 1.0])
    module.transmat[:] = torch.from_numpy(transmat)
    module.means[:] = torch.tensor([[-0.5], [0.0], [0.5]])
    module.covars[:] = 1e-6
    module.attributes.keep(rows=torch.zeros(2, 0))
    states = (2 * module.generate(20_000, stream(0)).measurements[..., 0]).round().long().numpy() + 1
    values, vectors = np.linalg.eig(transmat.T)
    stationary = vectors[:, np.argmax(values.real)].real
    stationary /= stationary.sum()
    assert (states[:, 0] == 2).all()
    assert stats.chisquare(np.bincount(states[:, -1], minlength=3), 20_000 * stationary).pvalue > 0.01
    pairs = np.bincount(3 * states[:, -2] + states[:, -1], minlength=9).reshape(3, 3)
    assert pairs[0, 2] == pairs[2, 1] == 0
    np.testing.assert_allclose(pairs / pairs.sum(axis=1, keepdims=True), transmat, atol=0.02)


def test_it_learns_two_states(dataset) -> None:
    train = dataset(two_states(200, 50)[:, :, None])
    sample = fit(
        partial(HMM, components=2, iterations=10), train, encoder=Encoder.fit(train, auto_normalize=False)
    ).sample(1000, seed=0)
    upper = sample.measurements[..., 0] > 5
    assert (upper[:, 1:] != upper[:, :-1]).mean() == pytest.approx(0.1, abs=0.01)
    assert sample.measurements[upper].mean() == pytest.approx(10, abs=0.1)
    assert sample.measurements[upper].std() == pytest.approx(1, abs=0.05)


def test_categories_are_as_frequent_as_in_training() -> None:
    """Six, three and one of ten records, in no order."""
    events = np.random.default_rng(0).choice(3, p=[0.6, 0.3, 0.1], size=(200, 20, 1))
    schema = Schema("events", (), (Categorical("event", ("idle", "run", "fail")),), 20)
    train = TimeSeriesDataset(schema, pd.DataFrame(index=range(200)), events.astype(np.float32), np.full(200, 20))
    generator = fit(partial(HMM, components=2, iterations=5), train, encoder=Encoder.fit(train, auto_normalize=False))
    found = np.bincount(generator.sample(1000, seed=0).measurements.astype(int).ravel()) / 20_000
    np.testing.assert_allclose(found, [0.6, 0.3, 0.1], atol=0.02)


def test_a_record_far_from_every_state_does_no_harm(dataset) -> None:
    """Its densities are all below the smallest number that there is."""
    series = np.where(np.arange(600).reshape(20, 30, 1) == 300, 1e6, np.random.default_rng(0).normal(size=(20, 30, 1)))
    train = dataset(series)
    encoder = Encoder.fit(train, auto_normalize=False)
    start = HMM(encoder.layout, components=2, iterations=3)
    start.observe = lambda _: None  # type: ignore[method-assign]
    start.startprob[:], start.transmat[:], start.covars[:] = 0.5, 0.5, 1e-12
    start.means[:] = torch.tensor([[-1.0], [-0.999]])
    start.attributes.keep(rows=torch.zeros(20, 0))
    fitted = fit(lambda layout: start, train, encoder=encoder).module
    assert all(torch.isfinite(weight).all() for weight in fitted.state_dict().values())


@pytest.mark.parametrize("killed_after", [2, 3])
def test_an_interrupted_run_ends_as_an_unbroken_one(
    killed_after: int, ramps: TimeSeriesDataset, interruption, same_weights, tmp_path
) -> None:
    model, checkpoint = partial(HMM, components=4, iterations=5), tmp_path / "checkpoint"
    unbroken = fit(model, ramps, seed=3)
    with pytest.raises(InterruptedError):
        fit(model, ramps, seed=3, checkpoint=checkpoint, callbacks=[interruption(killed_after)])
    assert checkpoint.exists()
    resumed = fit(model, ramps, seed=3, checkpoint=checkpoint)
    assert resumed.module.current_epoch == 5
    assert same_weights(resumed.module, unbroken.module)


def test_more_components_than_records_is_an_error(dataset) -> None:
    with pytest.raises(ValueError, match=r"10 components, more than the 4 records.*fewer components"):
        fit(HMM, dataset(np.zeros((2, 2, 1))))


def test_the_best_of_several_starts_goes_on(dataset, monkeypatch) -> None:
    """By hmmlearn's own score, what is kept is at least as likely as each start was a step before its end."""
    train = dataset(np.concatenate([two_states(40, 30), 3 + two_states(40, 30) ** 2], axis=0)[:, :, None])
    encoder = Encoder.fit(train, auto_normalize=False)
    seen: list[float] = []
    iterate = HMM._iterate
    monkeypatch.setattr(HMM, "_iterate", lambda self, *data: seen.append(iterate(self, *data)) or seen[-1])
    start = HMM(encoder.layout, components=4, starts=6)
    start.observe(encoder.encode(train))
    ends = seen[4::5]
    assert len(seen) == 30 and max(ends) - min(ends) > 0.01
    oracle = GaussianHMM(4)
    oracle.startprob_, oracle.transmat_ = start.startprob.numpy(), start.transmat.numpy()
    oracle.means_, oracle.covars_ = start.means.numpy(), start.covars.numpy()
    values = encoder.encode(train).measurements.numpy().reshape(-1, 1).astype(float)
    assert oracle.score(values, [30] * 80) / len(values) >= max(ends)
