from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from baselines import AR
from dg import Encoder, Generator, TimeSeriesDataset, fit

COEFFICIENTS, NOISE = (1.2, -0.5, 0.2), 0.1


@pytest.fixture
def linear() -> np.ndarray:
    """400 series of R_t = 1.2 R_{t-1} - 0.5 R_{t-2} + 0.2 R_{t-3} + N(0, 0.1²), as they are long after the start."""
    rng = np.random.default_rng(0)
    series = np.zeros((400, 90))
    for t in range(3, 90):
        series[:, t] = series[:, t - 3 : t][:, ::-1] @ COEFFICIENTS + NOISE * rng.normal(size=400)
    return series[:, 50:]


def test_it_learns_the_coefficients_and_errs_by_the_noise_alone(linear: np.ndarray, dataset) -> None:
    train = dataset(linear[:300, :, None])
    encoder = Encoder.fit(train, auto_normalize=False)
    module = fit(
        partial(AR, units=32, layers=2, learning_rate=0.005), train, encoder=encoder, batches=500, seed=0
    ).module
    held_back = encoder.encode(dataset(linear[300:, :, None])).measurements[..., 0]
    unit = (encoder.scales["measurement 0"].high - encoder.scales["measurement 0"].low) / 2
    past = held_back.unfold(1, 3, 1)[:, :-1].flip(2).reshape(-1, 3).requires_grad_(True)
    predicted = module.f(torch.stack([past, torch.ones_like(past)], dim=2).flatten(1))[:, 0]
    error = unit * (predicted - held_back[:, 3:].flatten()).square().mean().sqrt().item()
    (slopes,) = torch.autograd.grad(predicted.sum(), past)
    assert error == pytest.approx(NOISE, rel=0.05)
    assert linear.std() > 2 * NOISE
    np.testing.assert_allclose(slopes.mean(dim=0), COEFFICIENTS, atol=0.08)


def test_records_follow_their_metadata_and_end_where_they_should(ramps: TimeSeriesDataset) -> None:
    encoder = Encoder.fit(ramps, auto_normalize=False)
    sample = fit(
        partial(AR, units=64, layers=2, learning_rate=0.005), ramps, encoder=encoder, batches=300, seed=0
    ).sample(40, seed=0)
    expected = np.where(sample.metadata["kind"] == "short", 3, 6)
    np.testing.assert_array_equal(sample.lengths, expected)
    ramp = np.where(np.arange(8) < expected[:, None], np.arange(8), 0)
    np.testing.assert_allclose(sample.measurements[..., 0], ramp, atol=0.2)


def test_a_predicted_category_is_seen_one_hot_as_in_training(mixed: TimeSeriesDataset) -> None:
    generator = fit(
        partial(AR, units=8, layers=1, p=2), mixed, encoder=Encoder.fit(mixed, auto_normalize=False), batches=2
    )
    seen: list[torch.Tensor] = []
    generator.module.f.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    generator.sample(20, seed=0)
    condition = 3  # two kinds and the tasks, then two records of load, event, jobs and mark
    past = torch.stack(seen)[..., condition:].unflatten(-1, (2, 6))
    events, mark = past[..., 1:4], past[..., 5]
    assert torch.equal(events.sum(dim=-1), mark) and set(events.flatten().tolist()) == {0.0, 1.0}


def test_only_the_first_record_and_the_metadata_are_random(linear: np.ndarray, dataset) -> None:
    """With equal first records and one metadata value, every sample is the same."""
    train = dataset(np.concatenate([np.zeros((400, 1)), linear], axis=1)[:, :, None], kind=["a"] * 400)
    generator: Generator = fit(
        partial(AR, units=8, layers=1), train, encoder=Encoder.fit(train, auto_normalize=False), batches=20
    )
    series = generator.sample(20, seed=0).measurements
    np.testing.assert_allclose(series, np.broadcast_to(series[:1], series.shape), atol=1e-6)
