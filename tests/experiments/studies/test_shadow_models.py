"""Shadow models: a leak that scores alone hide is found, innocence is not accused, training is as the card says."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

import dg
from baselines import Bootstrap
from benchmarks.attacks.guessing import chance_interval, judge
from dg.encoding import Encoded
from experiments.studies.shadow_models import ShadowModels

SMALL = partial(dg.DoppelGANger, lstm_units=8, metadata_units=8, discriminator_units=16, batch_size=20)


class Remembering(Bootstrap):
    """Its critic likes some samples much better than others, and those that it has seen a little better."""

    def scores(self, samples: Encoded) -> torch.Tensor:
        """A thousand times the first value, and one more for what it has seen."""
        seen, known = samples.measurements.flatten(1), self.samples.measurements.flatten(1)
        return 1000 * seen[:, 0].double() + (seen[:, None] == known).all(dim=2).any(dim=1)


@pytest.fixture(scope="module")
def sides() -> list[dg.TimeSeriesDataset]:
    """60 members, 60 non-members and 60 others: six days of noise each."""
    loads = np.random.default_rng(0).normal(size=1080)
    table = pd.DataFrame({"cell": np.repeat(np.arange(180), 6), "day": np.tile(np.arange(6), 180), "load": loads})
    return dg.read_long(table, sample="cell", time="day").split(1 / 3, 1 / 3, 1 / 3, seed=0)


@pytest.mark.parametrize(("trained_on", "leak"), [(0, True), (2, False)])
def test_a_leak_that_scores_hide_is_found(sides, trained_on: int, leak: bool):
    members, nonmembers, _ = sides
    target = dg.fit(Remembering, sides[trained_on], batches=1, seed=0)
    plain = judge(target.scores(members), target.scores(nonmembers), rng=np.random.default_rng(0))
    ratio = ShadowModels(target, 8, where="model.dg")(members, nonmembers, np.random.default_rng(0))
    found = judge(*ratio, rng=np.random.default_rng(0))
    low, high = chance_interval(60, 60)
    assert low <= plain.success <= high
    assert found.success > 0.97 if leak else low <= found.success <= high


def test_the_same_random_numbers_give_the_same_ratio(sides):
    target = dg.fit(SMALL, sides[0], batches=6, seed=0)
    shadows = ShadowModels(target, 4, where="model.dg")
    first, again, other = (shadows(*sides[:2], np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other) and np.isfinite(first).all()


def test_shadow_models_are_trained_as_the_target_was(sides, monkeypatch):
    """Its hyper-parameters, encoder, batches and noise, on halves of the candidates, each with a seed of its own."""
    members, nonmembers, _ = sides
    encoder = dg.Encoder.fit(members, bounds={"load": (-9.0, 9.0)})
    promised = dg.Privacy(noise_multiplier=2.0, clip=0.5, delta=0.001, secret=1)
    target = dg.fit(SMALL, members, encoder=encoder, batches=3, seed=0, privacy=promised)
    trained = []
    train = ShadowModels._trained
    monkeypatch.setattr(ShadowModels, "_trained", lambda *given: trained.append(train(*given)) or trained[-1])
    ShadowModels(target, 4, where="model.dg")(members, nonmembers, np.random.default_rng(0))
    cards = [shadow.card for shadow in trained]
    assert len({card.seed for card in cards}) == len({card.fingerprint for card in cards}) == 4
    for shadow, card in zip(trained, cards, strict=True):
        assert dict(shadow.module.hparams) == dict(target.module.hparams)
        assert shadow.encoder.to_json() == target.encoder.to_json()
        assert card.samples == 60 and card.batches == 3
        assert (card.privacy["noise_multiplier"], card.privacy["clip"]) == (2.0, 0.5)
