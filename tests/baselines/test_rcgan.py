from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from scipy.special import log_expit

from baselines import RCGAN, Bootstrap
from baselines.rcgan import label_loss
from benchmarks.distances import mmd2
from dg import Encoder, TimeSeriesDataset, fit
from dg.randomness import stream

SMALL = {"units": 8, "batch_size": 4}


def built(train: TimeSeriesDataset, auto_normalize: bool = False, **hyperparameters) -> RCGAN:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return RCGAN(Encoder.fit(train, auto_normalize=auto_normalize).layout, **hyperparameters)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_the_loss_averages_records_and_then_samples(label: float) -> None:
    """-log of the sigmoid, in numpy: a sample of three records weighs as much as one of a single record."""
    logits = np.random.default_rng(0).normal(size=(2, 3))
    errors = -log_expit(logits if label else -logits)
    expected = (errors[0].mean() + errors[1, 0]) / 2
    active = torch.tensor([[True, True, True], [True, False, False]])
    assert label_loss(torch.from_numpy(logits), label, active).item() == pytest.approx(expected)


def test_a_round_is_five_steps_of_the_discriminator_and_one_of_the_generator(
    ramps: TimeSeriesDataset, monkeypatch
) -> None:
    """The discriminator's are plain gradient descent with 0.1, the generator's Adam with 0.001."""
    steps = []
    descend = RCGAN.descend

    def spy(self: RCGAN, optimizer, loss, network, **rest) -> None:
        learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
        slopes = torch.autograd.grad(loss, learnt, retain_graph=True)
        before = [parameter.detach().clone() for parameter in learnt]
        descend(self, optimizer, loss, network, **rest)
        plain = all(map(torch.allclose, learnt, (b - 0.1 * slope for b, slope in zip(before, slopes, strict=True))))
        rate = optimizer.optimizer.param_groups[0]["lr"]
        steps.append((type(optimizer.optimizer).__name__, rate, network is self.generator, plain))

    monkeypatch.setattr(RCGAN, "descend", spy)
    module = fit(RCGAN, ramps, encoder=Encoder.fit(ramps, auto_normalize=False), batches=2).module
    assert steps == 2 * [*5 * [("SGD", 0.1, False, True)], ("Adam", 0.001, True, False)]
    assert module.trainer.global_step == 2
    assert module.samples_per_batch == 6 * 28


def test_every_step_has_samples_of_its_own(dataset, monkeypatch) -> None:
    """120 samples are told apart by their values; the six steps of a round see 6 times 4 of them."""
    train = dataset(np.random.default_rng(0).normal(size=(120, 3, 1)))
    seen: list[torch.Tensor] = []
    labels = RCGAN._labels

    def spy(self: RCGAN, measurements, condition):
        seen.append(measurements.detach().clone())
        return labels(self, measurements, condition)

    monkeypatch.setattr(RCGAN, "_labels", spy)
    fit(partial(RCGAN, **SMALL), train, encoder=Encoder.fit(train, auto_normalize=False), batches=1)
    assert [len(part) for part in seen] == 5 * [8] + [4]
    real = torch.cat([part[:4] for part in seen[:5]])
    assert len(real.unique(dim=0)) > 15


def test_the_releases_initialisation(ramps: TimeSeriesDataset) -> None:
    """Output weights are normal, cut off at two deviations, which leaves 0.88; the generator's gates begin at 1."""
    release, glorot = built(ramps), built(ramps, init="glorot")
    for network in (release.generator, release.discriminator):
        assert 0.7 < network.head.weight.std() < 1.05 and network.head.weight.abs().max() <= 2
    assert max(network.head.weight.abs().max() for network in (glorot.generator, glorot.discriminator)) < 0.3
    bias, usual, judge = (
        network.lstm.bias_ih_l0 for network in (release.generator, glorot.generator, release.discriminator)
    )
    assert torch.equal(bias, usual + 1) and torch.equal(judge, usual)
    assert release.hparams.units == 100 and release.hparams.noise == 5


def test_it_cannot_generate_metadata_unless_conditional(ramps: TimeSeriesDataset) -> None:
    assert set(built(ramps).lacks) == {"metadata", "lengths"}
    assert set(built(ramps, conditional=True).lacks) == {"lengths"}


def test_the_conditional_form_takes_whole_rows_of_training_samples(dataset) -> None:
    """Kind and level go together: metadata and min/max are drawn as one."""
    rng = np.random.default_rng(0)
    kinds = ["low", "high"] * 30
    level = np.where(np.array(kinds) == "low", -5.0, 5.0)[:, None, None]
    train = dataset(level + rng.normal(size=(60, 6, 1)), kind=kinds)
    encoder = Encoder.fit(train, auto_normalize=True)
    sample = fit(partial(RCGAN, conditional=True, **SMALL), train, encoder=encoder, batches=1).sample(200, seed=0)
    low = (sample.metadata["kind"] == "low").to_numpy()
    assert 0.3 < low.mean() < 0.7
    assert sample.measurements[low].max() < 0 < sample.measurements[~low].min()


@pytest.mark.slow
def test_the_conditional_form_learns_what_goes_with_the_metadata(dataset) -> None:
    rng = np.random.default_rng(0)
    kinds = ["low", "high"] * 100
    level = np.where(np.array(kinds) == "low", -1.0, 1.0)[:, None, None]
    train = dataset(level + 0.2 * rng.normal(size=(200, 4, 1)), kind=kinds)
    model = partial(RCGAN, conditional=True, units=16, init="glorot", generator_learning_rate=0.01)
    encoder = Encoder.fit(train, auto_normalize=False)
    apart = []
    for batches in (1, 200):
        sample = fit(model, train, encoder=encoder, batches=batches).sample(200, seed=0)
        low = (sample.metadata["kind"] == "low").to_numpy()
        apart.append(sample.measurements[~low].mean() - sample.measurements[low].mean())
    assert apart[0] < 0.3 and apart[1] == pytest.approx(2, abs=0.7)


def test_nothing_follows_the_end_of_a_series(ramps: TimeSeriesDataset) -> None:
    module = built(ramps, **SMALL)
    module.observe(Encoder.fit(ramps, auto_normalize=False).encode(ramps))
    generated = module.generate(50, stream(0))
    assert set(generated.lengths.tolist()) == {3, 6}
    ended = torch.arange(8) >= generated.lengths[:, None]
    assert (generated.measurements[ended] == 0).all() and (generated.measurements[~ended] != 0).all()


@pytest.mark.parametrize("conditional", [False, True])
def test_an_interrupted_run_ends_as_an_unbroken_one(
    conditional: bool, ramps: TimeSeriesDataset, interruption, same_weights, tmp_path
) -> None:
    model = partial(RCGAN, conditional=conditional, **SMALL)
    encoder = Encoder.fit(ramps, auto_normalize=False)
    train = partial(fit, model, ramps, encoder=encoder, batches=5, seed=3)
    checkpoint = tmp_path / "checkpoint"
    unbroken = train()
    with pytest.raises(InterruptedError):
        train(checkpoint=checkpoint, checkpoint_every=1, callbacks=[interruption(3)])
    resumed = train(checkpoint=checkpoint)
    assert resumed.module.trainer.global_step == 5 and same_weights(resumed.module, unbroken.module)


@pytest.mark.slow
def test_it_learns_sines(sines: TimeSeriesDataset) -> None:
    """The release's own easy set, shorter: MMD² to held-out sines, against a bootstrap and an untrained model."""
    train, held_out = sines.split(0.5, 0.5, seed=0)
    encoder = Encoder.fit(train, auto_normalize=False)
    model = partial(RCGAN, units=50, init="glorot")

    def distance(model, batches: int) -> float:
        sample = fit(model, train, encoder=encoder, batches=batches, seed=1).sample(500, seed=2)
        return mmd2(*(data.measurements[..., 0] for data in (held_out, sample)))

    bootstrap, untrained, trained = distance(Bootstrap, 1), distance(model, 1), distance(model, 600)
    assert bootstrap < trained <= 0.04 < untrained / 5
