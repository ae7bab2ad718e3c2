"""Lengths that vary: both modes are found, padding costs nothing and changes nothing, lengths can be told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

from dg import Continuous, DoppelGANger, Encoder, Schema, TimeSeriesDataset, fit, load
from dg.datasets import gcut
from dg.doppelganger import networks
from dg.nn import active_blocks
from dg.randomness import stream

SHORT, LONG, T = 6, 17, 20


@pytest.fixture(scope="module")
def two_lengths() -> TimeSeriesDataset:
    """400 series of 6 records and 200 of 17, of a level with noise."""
    rng = np.random.default_rng(0)
    lengths = np.repeat([SHORT, LONG], [400, 200])
    series = rng.uniform(2, 4, (600, 1, 1)) + 0.3 * rng.standard_normal((600, T, 1))
    series *= (np.arange(T) < lengths[:, None])[..., None]
    schema = Schema("two lengths", (), (Continuous("level"),), max_length=T)
    return TimeSeriesDataset(schema, pd.DataFrame(index=range(600)), series.astype(np.float32), lengths)


@pytest.mark.slow
@pytest.mark.parametrize("mask_tail", [False, True])
def test_both_modes_of_length_are_found(two_lengths, mask_tail):
    """After 1,200 batches at least 85 % of lengths are within one record of a mode, and their shares within 0.15."""
    model = partial(DoppelGANger, sample_len=5, lstm_units=50, discriminator_units=100, mask_tail=mask_tail)
    train = two_lengths
    encoder = Encoder.fit(train, auto_normalize=False, range=(0, 1))
    lengths = fit(model, train, encoder=encoder, batches=1200, seed=0, accelerator="cpu").sample(1000, seed=0).lengths
    short, long = (np.mean(np.abs(lengths - mode) <= 1) for mode in (SHORT, LONG))
    assert short + long >= 0.85
    assert short == pytest.approx(2 / 3, abs=0.15) and long == pytest.approx(1 / 3, abs=0.15)


@pytest.fixture
def module(two_lengths) -> DoppelGANger:
    torch.manual_seed(0)
    layout = Encoder.fit(two_lengths).layout
    module = DoppelGANger(layout, sample_len=1, measurement_noise=5, lstm_units=8)
    bias = module.generator.measurements.heads.linear.bias
    bias.data[-2] = 0.3  # so that the samples end after 1, 2, 4 and 10 records or so
    return module.eval()


def test_records_that_are_not_generated_are_those_that_were_zero(module, monkeypatch):
    """The same samples and the same gradients, whether generation stops once all have ended or goes on to T."""
    noise = module.generator.noise(5, stream(0, 0))

    def run(passes: int) -> tuple[torch.Tensor, list[torch.Tensor]]:
        monkeypatch.setattr(networks, "PASSES", passes)
        series = module.generator(noise)
        seen = torch.cat([series.measurements, series.flags], dim=2)
        weights = [weight for weight in module.generator.measurements.parameters() if weight.requires_grad]
        return seen, list(
            torch.autograd.grad((seen * torch.linspace(-1, 1, T)[:, None]).sum(), weights, allow_unused=True)
        )

    whole, whole_gradients = run(T)
    short, short_gradients = run(2)
    assert (whole != 0).any(dim=2).sum(dim=1).max() < T
    torch.testing.assert_close(short, whole)
    for ours, expected in zip(short_gradients, whole_gradients, strict=True):
        assert (ours is None) == (expected is None)
        if ours is not None:
            torch.testing.assert_close(ours, expected)


def test_no_pass_is_made_once_all_have_ended(module, monkeypatch):
    monkeypatch.setattr(networks, "PASSES", 2)
    made = []
    lstm = module.generator.measurements.lstm
    lstm.register_forward_hook(lambda *call: made.append(call[2][0].shape[1]))
    series = module.generator(module.generator.noise(5, stream(0, 0)))
    last = int((series.flags != 0).any(dim=2).sum(dim=1).max())
    assert sum(made) == -(-last // 2) * 2 < T


def test_the_tail_is_masked_on_request(two_lengths):
    """After the end flag measurements are zero with the switch, and left to the generator without; flags are alike."""
    layout = Encoder.fit(two_lengths).layout
    made = {}
    for switch in (False, True):
        torch.manual_seed(0)
        generator = DoppelGANger(layout, sample_len=10, mask_tail=switch).generator
        made[switch] = generator(generator.noise(50, stream(0, 0)))
    flags = made[True].flags
    torch.testing.assert_close(flags, made[False].flags)
    after = active_blocks(flags, 1)[..., 0] == 0
    assert (made[True].measurements[after] == 0).all()
    tail = after & (flags.sum(dim=2) > 0)
    assert tail.any() and (made[False].measurements[tail] != 0).all()


def test_lengths_can_be_told(two_lengths):
    generator = fit(partial(DoppelGANger, sample_len=5), two_lengths, batches=3, accelerator="cpu")
    told = np.arange(1, T + 1)
    sampled = generator.sample(T, seed=0, lengths=told)
    assert (sampled.lengths == told).all()
    assert (sampled.measurement("level")[sampled.active] != 0).all()
    for asked in (9, (5, 12)):
        lengths = generator.sample(T, seed=0, lengths=asked).lengths
        assert set(lengths) <= set(range(5, 13)) and (asked != 9 or set(lengths) == {9})


@pytest.mark.parametrize("varied", [True, False])
def test_series_may_be_longer_than_in_training(two_lengths, varied, caplog, tmp_path):
    """The RNN runs on: a longer series begins as the shorter one does, and only its length is another."""
    train = two_lengths if varied else two_lengths.take(two_lengths.lengths == LONG)
    if not varied:
        schema = replace(train.schema, max_length=LONG)
        train = replace(train, schema=schema, measurements=train.measurements[:, :LONG])
    generator = fit(partial(DoppelGANger, sample_len=5), train, batches=3, accelerator="cpu")
    longest, states = train.schema.max_length, generator.module.state_dict()
    before = {name: weight.clone() for name, weight in states.items()}
    short = generator.sample(9, seed=2, lengths=longest)
    assert "the model never saw" not in caplog.text
    long, longer = (generator.sample(9, seed=2, lengths=longest + more) for more in (3, 40))
    assert "up to 60 records" in caplog.text or "up to 57 records" in caplog.text
    assert f"training had {longest}" in caplog.text
    assert longer.schema.max_length == longest + 40 and (longer.lengths == longest + 40).all()
    assert generator.encoder.schema.max_length == longest and generator.module.layout.max_length == longest
    np.testing.assert_allclose(longer.measurements[:, :longest], short.measurements, rtol=1e-5)
    np.testing.assert_allclose(longer.measurements[:, : longest + 3], long.measurements, rtol=1e-5)
    assert longer.measurements[:, longest:].std() > 0 and len(np.unique(longer.measurements[:, -1])) > 1
    assert all(torch.equal(before[name], weight) for name, weight in generator.module.state_dict().items())
    generator.save(tmp_path)
    assert load(tmp_path).sample(9, seed=2, lengths=longest + 40).fingerprint == longer.fingerprint


def test_a_model_that_cannot_be_told_lengths_says_so(two_lengths):
    from baselines.bootstrap import Bootstrap

    generator = fit(Bootstrap, two_lengths, accelerator="cpu")
    with pytest.raises(ValueError, match="Bootstrap cannot be told lengths"):
        generator.sample(2, seed=0, lengths=[1, 2])


def test_simulated_tasks_are_generated_with_lengths_of_their_own():
    train = gcut.load(samples=120, seed=0)
    model = partial(DoppelGANger, sample_len=50, discriminator_units=20)
    lengths = fit(model, train, batches=8, accelerator="cpu").sample(200, seed=0).lengths
    assert len(np.unique(lengths)) > 3
