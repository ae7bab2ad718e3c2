"""The private Gaussian: what one sample adds, the noise, and what is learnt without any."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from baselines import GaussianPrivate
from dg import Encoder, Privacy, fit
from dg.privacy.accounting import Mechanism
from dg.privacy.dp_sgd import PrivateTraining
from dg.randomness import stream

MODEL = partial(GaussianPrivate, season=4, cosines=3, fewest=2)


@pytest.mark.parametrize("clip", [0.3, 1.0, 50.0])
def test_one_sample_moves_the_sum_by_no_more_than_the_clip(kinds_of_data, clip: float) -> None:
    encoder = Encoder.fit(kinds_of_data, auto_normalize=False)
    rows = MODEL(encoder.layout).vectors(encoder.encode(kinds_of_data))
    private = PrivateTraining(Privacy(noise_multiplier=0.0, clip=clip), Mechanism(0.0, 1.0, 1), len(rows), secret=0)
    whole = private.noisy_sum(rows, stream(0))
    moved = [(whole - private.noisy_sum(torch.cat([rows[:i], rows[i + 1 :]]), stream(0))).norm() for i in range(24)]
    assert 0 < max(moved) <= clip * (1 + 1e-9) and rows.norm(dim=1).max() < 5


def test_the_noise_has_the_deviation_that_is_accounted_for() -> None:
    private = PrivateTraining(Privacy(noise_multiplier=2.0, clip=0.5), Mechanism(2.0, 1.0, 1), 1, secret=0)
    assert private.noisy_sum(torch.zeros(1, 100_000), stream(1)).std().item() == pytest.approx(1, abs=0.01)


def test_without_noise_it_is_the_plain_one_and_the_same_secret_gives_the_same(kinds_of_data, same_weights) -> None:
    encoder = Encoder.fit(kinds_of_data, auto_normalize=False)

    def made(privacy: Privacy | None) -> torch.nn.Module:
        return fit(MODEL, kinds_of_data, encoder=encoder, privacy=privacy).module

    def noisy(secret: int) -> Privacy:
        return Privacy(epsilon=1.0, delta=0.01, secret=secret, learnt_scales=True)

    plain = made(None)
    for name, weight in (
        made(Privacy(noise_multiplier=0.0, clip=50.0, delta=0.01, learnt_scales=True)).state_dict().items()
    ):
        torch.testing.assert_close(weight, plain.state_dict()[name])
    assert same_weights(made(noisy(1)), made(noisy(1))) and not same_weights(made(noisy(1)), made(noisy(2)))
    assert np.isclose(plain.shares.sum().item(), 1) and (plain.deviations >= 0).all()
