from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import sig_light
import torch
from scipy import stats

from baselines.bootstrap import Bootstrap
from baselines.market_simulator import MarketSimulator, vae_loss
from dg import Encoder, TimeSeriesDataset, fit, load
from dg.randomness import stream

SMALL = {"window": 3, "hidden": 8, "latent": 4, "inversion_steps": 5, "population": 10, "generations": 2}
PRESETS = [
    {"windows": "chained"},
    {"windows": "chained", "inversion": "evolution"},
    {"windows": "whole"},
    {"windows": "increments"},
]


def observed(train: TimeSeriesDataset, **hyperparameters) -> tuple[MarketSimulator, np.ndarray]:
    """The module before training, and the encoded measurements."""
    encoder = Encoder.fit(train, auto_normalize=False)
    module = MarketSimulator(encoder.layout, **hyperparameters)
    module.observe(encoder.encode(train))
    return module, encoder.encode(train).measurements.numpy()


def scaled(features: np.ndarray) -> np.ndarray:
    """Each column from 0.00001 to 0.99999."""
    low, high = features.min(axis=0), features.max(axis=0)
    return 1e-5 + (1 - 2e-5) * (features - low) / (high - low)


def lead_lag(series: np.ndarray) -> np.ndarray:
    """Columns lag and lead: lead steps ahead, then lag follows."""
    path = [(series[0], series[0])]
    for now, following in pairwise(series):
        path += [(now, following), (following, following)]
    return np.array(path, float)


def sines(n: int, t: int) -> np.ndarray:
    """Pieces of a slow sine of period 4 t, on levels that are far from each other."""
    rng = np.random.default_rng(0)
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    return (rng.choice([0.0, 20.0], (n, 1)) + np.sin(np.arange(t) * np.pi / 2 / t + phase))[:, :, None]


def test_features_and_conditions_are_those_of_windows_cut_by_hand(dataset) -> None:
    """Two measurements of 6, 4 and 1 records, in windows of 2 increments; the last value stays."""
    train = dataset(np.random.default_rng(0).normal(size=(3, 6, 2)), [6, 4, 1])
    module, series = observed(train, window=2)
    cuts = [(0, [0, 1, 2]), (0, [2, 3, 4]), (0, [4, 5, 5]), (1, [0, 1, 2]), (1, [2, 3, 3]), (2, [0, 0, 0])]
    windows = [series[sample, steps] for sample, steps in cuts]
    prepared = sig_light.prepare(2, 4)
    features = scaled(
        np.array(
            [
                [number for x in window.T for number in (*sig_light.logsig(lead_lag(x), prepared), x[0])]
                for window in windows
            ]
        )
    )
    np.testing.assert_allclose(module.features, features, atol=1e-4)
    before = [None, 0, 1, None, 3, None]
    conditions = [np.zeros(19) if window is None else [*features[window], 1.0] for window in before]
    np.testing.assert_allclose(module.conditions, conditions, atol=1e-4)


def test_a_whole_series_is_told_the_one_before_it(dataset) -> None:
    module, _ = observed(dataset(np.random.default_rng(0).normal(size=(9, 6, 1))), windows="whole")
    assert module.features.shape == (9, 9)
    np.testing.assert_array_equal(module.conditions[1:, :-1], module.features[:-1])
    np.testing.assert_array_equal(module.conditions[0, :-1], module.features[-1])
    assert (module.conditions[:, -1] == 1).all()


def test_increments_are_features_as_they_are(dataset) -> None:
    """Five records make two windows of two increments, and each begins with a value."""
    module, series = observed(dataset(np.random.default_rng(0).normal(size=(9, 5, 1))), windows="increments", window=2)
    steps = np.diff(series[..., 0], axis=1)
    features = np.stack([steps[:, :2], steps[:, 2:]], axis=1)
    features = np.concatenate([features, series[:, [0, 2]]], axis=2).reshape(18, 3)
    np.testing.assert_allclose(module.features, scaled(features), atol=1e-6)


def test_the_loss_is_that_of_the_release() -> None:
    """Its formula, in numpy."""
    rng = np.random.default_rng(0)
    rebuilt, features = rng.random((2, 5, 9))
    mean, log_variance = rng.normal(size=(2, 5, 8))
    divergence = -0.5 * np.sum(1 + log_variance - mean**2 - np.exp(log_variance), axis=1)
    expected = np.mean((1 - 0.003) * np.sum((features - rebuilt) ** 2, axis=1) + 0.003 * divergence)
    parts = (torch.from_numpy(part) for part in (rebuilt, features, mean, log_variance))
    assert vae_loss(*parts, alpha=0.003).item() == pytest.approx(expected)


@pytest.mark.parametrize("leaky_heads", [True, False])
def test_leaky_heads_shorten_what_is_negative(leaky_heads: bool, dataset) -> None:
    module, _ = observed(dataset(sines(9, 6)), leaky_heads=leaky_heads, hidden=50)
    parts = module.vae.encode(module.features, module.conditions)
    hidden = module.vae.encoder(torch.cat([module.features, module.conditions], dim=1))
    for head, found in zip((module.vae.mean, module.vae.log_variance), parts, strict=True):
        straight = (hidden @ head[0].weight.T).detach()
        assert (straight < 0).any()
        torch.testing.assert_close(found.detach(), torch.where(straight < 0, 0.3, 1.0) ** leaky_heads * straight)


@pytest.mark.parametrize("preset", PRESETS, ids=str)
def test_every_preset_on_every_kind_of_data(preset: dict, kinds_of_data: TimeSeriesDataset, tmp_path) -> None:
    encoder = Encoder.fit(kinds_of_data, auto_normalize=False)
    model = partial(MarketSimulator, **{**SMALL, **preset})
    generator = fit(model, kinds_of_data, encoder=encoder, batches=3, seed=5)
    module = generator.module
    generated = module.generate(40, stream(1))
    ended = torch.arange(7) >= generated.lengths[:, None]
    assert torch.isfinite(generated.measurements).all()
    assert (generated.measurements[ended] == 0).all()
    assert generated.measurements.abs().max() <= 1
    assert set(generated.lengths.tolist()) <= set(kinds_of_data.lengths.tolist())
    assert torch.equal(module.generate(40, stream(1)).measurements, generated.measurements)
    generator.save(tmp_path / "generator")
    again = load(tmp_path / "generator").module.generate(40, stream(1))
    assert torch.equal(again.measurements, generated.measurements)


@pytest.mark.parametrize("preset", PRESETS, ids=str)
@pytest.mark.parametrize("t", [1, 2, 5])
def test_constant_series(t: int, preset: dict, dataset) -> None:
    train = dataset(np.full((12, t, 2), 3.0))
    model = partial(MarketSimulator, **{**SMALL, **preset})
    sample = fit(model, train, encoder=Encoder.fit(train, auto_normalize=False), batches=2).sample(5, seed=0)
    np.testing.assert_array_equal(sample.measurements, np.full((5, t, 2), 3.0))


@pytest.mark.parametrize("preset", [{"windows": "chained"}, {"windows": "increments"}], ids=str)
def test_no_jump_from_one_window_to_the_next(preset: dict, dataset) -> None:
    """The first step of a window is as small as any, though levels are far from each other."""
    train = dataset(sines(100, 21))
    model = partial(MarketSimulator, window=5, **preset)
    sample = fit(model, train, encoder=Encoder.fit(train, auto_normalize=False), batches=50).sample(200, seed=0)
    sizes = np.abs(np.diff(sample.measurements[..., 0], axis=1))
    assert sizes[:, [5, 10, 15]].mean() < 1.2 * sizes.mean()
    assert sizes.max() < 10


@pytest.mark.slow
@pytest.mark.parametrize("hyperparameters", [{"alpha": 0.03}, {"windows": "whole"}], ids=str)
def test_it_learns_to_cross_zero(hyperparameters: dict, dataset) -> None:
    """Twelve records begin about -3 or 3 and go to the other side in steps of 0.5: where and how far, in W1.

    Figures against a bootstrap, which resamples the training series, and an untrained model.
    """
    rng = np.random.default_rng(0)
    side = rng.choice([-1.0, 1.0], (400, 1))
    lines = side * (3 - np.arange(12) / 2) + rng.normal(size=(400, 1)) * 0.3
    train = dataset(lines[:, :, None])
    model = partial(MarketSimulator, window=4, **hyperparameters)

    def distances_and_agreement(model, batches: int) -> tuple[float, float, float]:
        generator = fit(model, train, encoder=Encoder.fit(train, auto_normalize=False), batches=batches, seed=1)
        sample = generator.sample(400, seed=2).measurements[..., 0]
        first, moved = sample[:, 0], sample[:, -1] - sample[:, 0]
        return (
            stats.wasserstein_distance(first, lines[:, 0]),
            stats.wasserstein_distance(moved, lines[:, -1] - lines[:, 0]),
            float((np.sign(first) != np.sign(moved)).mean()),
        )

    first, moved, opposite = distances_and_agreement(model, 1000)
    untrained_first, untrained_moved, untrained_opposite = distances_and_agreement(model, 1)
    bootstrap_first, bootstrap_moved, bootstrap_opposite = distances_and_agreement(Bootstrap, 1)
    assert bootstrap_first < first < 1.1 < untrained_first / 2
    assert bootstrap_moved < moved < 1.8 < untrained_moved / 2
    assert bootstrap_opposite == 1 and opposite > 0.9 > untrained_opposite + 0.2


@pytest.mark.parametrize("killed_after", [2, 3])
def test_an_interrupted_run_ends_as_an_unbroken_one(
    killed_after: int, ramps: TimeSeriesDataset, interruption, same_weights, tmp_path
) -> None:
    encoder = Encoder.fit(ramps, auto_normalize=False)
    train = partial(fit, partial(MarketSimulator, **SMALL), ramps, encoder=encoder, batches=5, seed=3)
    checkpoint = tmp_path / "checkpoint"
    unbroken = train()
    with pytest.raises(InterruptedError):
        train(checkpoint=checkpoint, checkpoint_every=1, callbacks=[interruption(killed_after)])
    assert checkpoint.exists()
    resumed = train(checkpoint=checkpoint)
    assert resumed.module.global_step == 5
    assert same_weights(resumed.module, unbroken.module)
