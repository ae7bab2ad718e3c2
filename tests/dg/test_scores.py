"""What a critic says of real samples (§6.2): the numbers that training sees, for every sample by itself."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from baselines import Gaussian, NaiveGAN
from dg import DoppelGANger, Encoder, fit, load, retrain
from dg.generator import CHUNK
from dg.nn import generation_flags


def test_a_sample_is_judged_as_in_training_by_hand(toy, small):
    """Its records, padded to nine of three passes, with flags, then metadata and min/max."""
    generator = fit(small(), toy, batches=3, seed=0)
    encoded = generator.encoder.encode(toy)
    padded = torch.nn.functional.pad(encoded.measurements, (0, 0, 0, 2))
    records = torch.cat([padded, generation_flags(encoded.lengths, 9, 3)], dim=2).flatten(1)
    expected = generator.module.discriminator(torch.cat([records, encoded.metadata, encoded.minmax], dim=1))[:, 0]
    np.testing.assert_allclose(generator.scores(toy), expected.detach().numpy(), rtol=1e-5)


def test_a_naive_gan_scores_a_row(make):
    train = make(full=True)
    generator = fit(partial(NaiveGAN, **NaiveGAN.quick), train, batches=3, seed=0)
    encoded = generator.encoder.encode(train)
    row = torch.cat([encoded.metadata, encoded.minmax, encoded.measurements.flatten(1)], dim=1)
    np.testing.assert_allclose(generator.scores(train), generator.module.discriminator(row)[:, 0].detach(), rtol=1e-5)


def test_a_pack_holds_one_sample_again_and_again(toy, small):
    generator = fit(small(packing=3), toy, batches=3, seed=0)
    one = fit(small(), toy, batches=1, seed=0).module
    encoded = generator.encoder.encode(toy)
    row = one._judged(one._real(encoded)).samples
    expected = generator.module.discriminator(row.repeat(1, 3))[:, 0].detach()
    np.testing.assert_allclose(generator.scores(toy), expected, rtol=1e-5)


@pytest.mark.parametrize("options", [{}, {"summaries": 1.0}, {"packing": 2}, {"flags": "always"}])
def test_a_score_is_a_function_of_the_sample_alone_and_is_saved(make, small, tmp_path: Path, options):
    generator = fit(small(**options), make(), batches=3, seed=0)
    others = make(CHUNK + 30, seed=1)
    scores = generator.scores(others)
    assert scores.dtype == np.float64 and scores.shape == (CHUNK + 30,) and len(np.unique(scores)) > 0.9 * CHUNK
    backwards = generator.scores(others.take(slice(None, None, -1)))
    np.testing.assert_allclose(backwards, scores[::-1], rtol=1e-3, atol=1e-6)
    generator.save(tmp_path / "saved.dg")
    assert (load(tmp_path / "saved.dg").scores(others) == scores).all()


@pytest.mark.slow
def test_members_of_an_overfitted_model_look_more_real_and_no_others(make):
    """Twenty samples of noise: nothing but the critic's memory tells them from others."""
    members, nonmembers, others = (make(20 * n, full=True, seed=n) for n in (1, 2, 10))
    sizes = {"metadata_units": 6, "lstm_units": 5, "discriminator_units": 60, "batch_size": 4, "sample_len": 7}
    generator = fit(partial(DoppelGANger, **sizes), members, encoder=Encoder.fit(members), batches=200, seed=0)
    inside, outside, elsewhere = (generator.scores(part) for part in (members, nonmembers, others))
    assert np.mean(inside[:, None] > outside) > 0.95
    assert np.mean(elsewhere[:, None] > outside) == pytest.approx(0.5, abs=4 * (1 / 12 * (1 / 40 + 1 / 200)) ** 0.5)


def test_who_has_no_critic_of_its_own_says_so(toy, small):
    with pytest.raises(ValueError, match="Gaussian has no critic whose scores could be asked for; DoppelGANger has"):
        fit(Gaussian, toy, encoder=Encoder.fit(toy, auto_normalize=False)).scores(toy)
    generator = fit(small(), toy, batches=3, seed=0)
    with pytest.raises(ValueError, match="the encoder was fitted on 'toy', this is 'toy'"):
        generator.scores(toy.without_metadata())
    changed = retrain(generator, {"kind": {"a": 1, "b": 1, "c": 1}}, batches=1)
    with pytest.raises(ValueError, match=r"critic of this DoppelGANger is an untrained one, since it was retrained"):
        changed.scores(toy)
