from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from baselines import NaiveGAN
from dg import Encoder, TimeSeriesDataset, fit
from dg.randomness import stream


@pytest.mark.slow
def test_it_learns_a_toy_distribution(dataset) -> None:
    """A quarter of the series lie about -1, the others about 1; W₁ of all values falls to a fifth at most."""
    rng = np.random.default_rng(0)
    kinds = np.array(["low", "high", "high", "high"] * 100)
    series = np.where(kinds == "low", -1, 1)[:, None] + 0.1 * rng.normal(size=(400, 5))
    train = dataset(series[..., None], kind=list(kinds))
    encoder = Encoder.fit(train, auto_normalize=False)
    model = partial(NaiveGAN, units=64, layers=2, noise=8)
    distances = []
    for batches in (1, 1000):
        sample = fit(model, train, encoder=encoder, batches=batches, seed=0).sample(1000, seed=0)
        distances.append(wasserstein_distance(sample.measurements.ravel(), series.ravel()))
    assert distances[1] < 0.2 * distances[0]
    low = (sample.metadata["kind"] == "low").to_numpy()
    assert 0.15 < low.mean() < 0.35
    assert sample.measurements[low].mean() < -0.7 and sample.measurements[~low].mean() > 0.7


def test_sizes_are_those_of_appendix_b(ramps: TimeSeriesDataset) -> None:
    """Inputs of the discriminator: two kinds, and eight records of one measurement and two flags."""
    module = NaiveGAN(Encoder.fit(ramps, auto_normalize=False).layout)
    widths = [layer.out_features for layer in module.discriminator if hasattr(layer, "out_features")]
    assert widths == [200, 200, 200, 200, 1]
    assert module.discriminator.inputs == 2 + 8 * (1 + 2)
    assert [layer.out_features for layer in module.generator.body if hasattr(layer, "out_features")] == [200] * 4
    assert module.hparams.penalty == 10 and module.hparams.learning_rate == 0.001 and module.batch_size == 100


def test_nothing_follows_the_end_of_a_series(ramps: TimeSeriesDataset) -> None:
    """As in training samples, and as the discriminator sees them: zeros, flags included."""
    layout = Encoder.fit(ramps, auto_normalize=False).layout
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = NaiveGAN(layout, units=8, layers=1)
    noise = torch.randn(200, 100, generator=stream(0))
    records = module.generator(noise)[:, 2:].unflatten(1, (8, 3))
    lengths = module.generate(200, stream(0)).lengths
    assert len(set(lengths.tolist())) > 3
    for sample, length in zip(records, lengths, strict=True):
        assert (sample[length:] == 0).all() and (sample[:length, 1:].sum(dim=1) > 0.99).all()


def test_a_step_counts_once(ramps: TimeSeriesDataset) -> None:
    module = fit(partial(NaiveGAN, units=8, layers=1), ramps, batches=7).module
    assert module.trainer.global_step == 7
