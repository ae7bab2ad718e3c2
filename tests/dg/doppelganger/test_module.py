"""The alternating optimisation of Eq. 1: one batch against a second computation, options and rounds."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import torch

from dg import DoppelGANger, Encoder, fit
from dg.critic import Critic
from dg.doppelganger.module import recommended_sample_len
from dg.encoding import Block, Layout
from dg.randomness import stream


@pytest.mark.parametrize(
    ("t", "s"),
    [(550, 11), (2500, 50), (56, 1), (1, 1), (50, 1), (100, 2), (101, 2), (500, 10), (600, 12), (97, 2), (127, 3)],
)
def test_the_recommended_sample_len_brings_the_passes_nearest_to_50(t: int, s: int) -> None:
    """550/11 = 50; 56/1 = 56 is nearer to 50 than 56/2 = 28; 101 is padded to 51 passes of 2, 127 to 43 of 3."""
    assert recommended_sample_len(t) == s


def test_the_defaults_are_those_of_appendix_b(make) -> None:
    module = DoppelGANger(Encoder.fit(make(t=550, k=1, full=True)).layout)
    networks = module.generator
    assert (networks.sample_len, networks.passes) == (11, 50)
    assert [layer.out_features for layer in networks.metadata.body if hasattr(layer, "out_features")] == [100, 100]
    assert [layer.out_features for layer in networks.minmax.body if hasattr(layer, "out_features")] == [100, 100]
    assert (networks.measurements.lstm.num_layers, networks.measurements.lstm.hidden_size) == (1, 100)
    for discriminator in (module.discriminator, module.auxiliary_discriminator):
        widths = [layer.out_features for layer in discriminator if hasattr(layer, "out_features")]
        assert widths == [200, 200, 200, 200, 1]
    assert module.discriminator.inputs == 550 + 4 + 2
    assert module.auxiliary_discriminator.inputs == 4 + 2
    for optimizer in module.configure_optimizers():
        (group,) = optimizer.param_groups
        assert (group["lr"], group["betas"], group["eps"]) == (0.001, (0.5, 0.999), 1e-8)
    assert (module.hparams.penalty, module.hparams.alpha, module.samples_per_batch) == (10.0, 1.0, 100)


def test_the_release_has_this_many_parameters() -> None:
    """WWT at S = 10: critics of 454,201 and 124,201, of 1,666 inputs; the generators of 77,046."""
    kinds = [("domain", 9), ("access", 3), ("agent", 2)]
    layout = Layout(
        metadata=tuple(Block(name, width, "softmax") for name, width in kinds),
        minmax=(Block("(max+min)/2", 1, "tanh"), Block("(max-min)/2", 1, "sigmoid")),
        measurements=(Block("views", 1, "tanh"),),
        max_length=550,
        fixed_length=True,
    )
    module = DoppelGANger(layout, sample_len=10, flags="always", measurement_noise=5)
    assert module.discriminator.inputs == 1666
    assert DoppelGANger(layout, sample_len=10).discriminator.inputs == 566

    def learnt(part: torch.nn.Module) -> int:
        return sum(parameter.numel() for parameter in part.parameters() if parameter.requires_grad)

    parts = (module.generator, module.discriminator, module.auxiliary_discriminator)
    assert [learnt(part) for part in parts] == [77_046, 454_201, 124_201]


@pytest.mark.parametrize(("generators", "discriminators"), [(1, 1), (3, 2), (1, 5)])
def test_rounds_and_what_a_batch_is(toy, small, record, generators: int, discriminators: int) -> None:
    """One step is one batch of the paper, whatever the optimisers do in it."""
    model = small(generator_rounds=generators, discriminator_rounds=discriminators)
    recorder = record(model, toy, batches=7, seed=0)
    assert recorder.batches == 7
    assert recorder.steps == [{7 * generators}, {7 * discriminators}, {7 * discriminators}]


def test_without_the_auxiliary_discriminator_there_are_two_players(toy, small, record) -> None:
    recorder = record(small(auxiliary_discriminator=False), toy, batches=3, seed=0)
    assert recorder.steps == [{3}, {3}]
    assert not any("auxiliary" in name for name in [*recorder.before, *recorder.losses])


def test_the_second_bias_of_the_lstm_stays_zero(toy, small, record) -> None:
    recorder = record(small(averaging=None), toy, batches=1, seed=0)
    (name,) = [name for name in recorder.after if name.endswith("bias_hh_l0")]
    assert not recorder.after[name].any()


@pytest.mark.parametrize(
    "options",
    [
        {"packing": 2},
        {"packing": 3, "auxiliary_discriminator": False},
        {"initial_state": "zero", "lstm_layers": 2},
        {"sample_len": 7},
        {"sample_len": 1},
        {"sample_len": 4},
    ],
)
@pytest.mark.parametrize("auto_normalize", [True, False])
def test_options_train_and_sample(toy, small, options: dict[str, Any], auto_normalize: bool) -> None:
    generator = fit(small(**options), toy, encoder=Encoder.fit(toy, auto_normalize=auto_normalize), batches=2, seed=0)
    sample = generator.sample(9, seed=0)
    assert sample.schema == toy.schema and len(sample) == 9
    assert sample.lengths.min() >= 1 and sample.lengths.max() <= 7


def test_a_pack_is_judged_together(toy, small) -> None:
    module = small(packing=2)(Encoder.fit(toy).layout)
    one = small()(Encoder.fit(toy).layout)
    assert module.samples_per_batch == 2 * one.samples_per_batch == 12
    assert module.discriminator.inputs == 2 * one.discriminator.inputs
    assert module.auxiliary_discriminator.inputs == 2 * one.auxiliary_discriminator.inputs


def test_no_metadata_at_all(toy, small) -> None:
    """With neither metadata nor min/max, there is nothing that an auxiliary discriminator could judge."""
    bare = toy.without_metadata()
    generator = fit(small(), bare, encoder=Encoder.fit(bare, auto_normalize=False), batches=2, seed=0)
    assert generator.module.auxiliary_discriminator is None
    assert generator.sample(5, seed=0).metadata.shape == (5, 0)
    with_minmax = fit(small(), bare, batches=2, seed=0)
    assert with_minmax.module.auxiliary_discriminator is not None


@pytest.mark.parametrize("kind", ["constant", "zero", "one record"])
@pytest.mark.parametrize("auto_normalize", [True, False])
def test_degenerate_series(make, small, kind: str, auto_normalize: bool) -> None:
    toy = make()
    if kind == "one record":
        first = np.where(np.arange(7)[:, None] == 0, toy.measurements, np.float32(0))
        dataset = replace(toy, lengths=np.ones(24, np.int64), measurements=first)
    else:
        level = np.full(2, 3.0 if kind == "constant" else 0.0, np.float32)
        dataset = replace(toy, measurements=toy.active[..., None] * level)
    generator = fit(small(), dataset, encoder=Encoder.fit(dataset, auto_normalize=auto_normalize), batches=3, seed=0)
    sample = generator.sample(20, seed=0)
    if kind != "one record":
        np.testing.assert_allclose(sample.measurements[sample.active], level[0], atol=1e-3)


def test_a_series_of_one_record(make, small) -> None:
    generator = fit(small(sample_len=None), make(t=1), batches=2, seed=0)
    assert generator.sample(5, seed=0).measurements.shape == (5, 1, 2)


@pytest.mark.parametrize("flags", ["varied", "always"])
def test_nothing_can_end_a_series_whose_length_is_fixed(make, small, flags: str) -> None:
    """Whatever the weights, no record is masked or cut and no pass is left out, while there is no flag to say so."""
    encoder = Encoder.fit(make(full=True))
    module = small(flags=flags)(encoder.layout)
    heads = module.generator.measurements.heads
    with torch.no_grad():
        for number in range(20):
            for weight in module.generator.measurements.parameters():
                weight.copy_(30 * torch.randn(weight.shape, generator=stream(number)))
            series = module.generator(module.generator.noise(50, stream(number)))
            sample = module.generate(50, stream(number))
            assert (sample.lengths == 7).all() and sample.measurements.any(dim=2).all()
            if flags == "varied":
                assert series.flags is None and series.measurements.any(dim=2).all()
    assert sum(block.name == "generation flag" for block in heads.blocks) == (flags == "always")


@pytest.mark.parametrize("rounds", [1, 3])
def test_every_round_of_the_discriminators_has_new_fakes(toy, small, record, monkeypatch, rounds: int) -> None:
    seen: list[torch.Tensor] = []
    backward = Critic.backward
    monkeypatch.setattr(Critic, "backward", lambda *a, **k: seen.append(a[2].clone()) or backward(*a, **k))
    record(small(discriminator_rounds=rounds, auxiliary_discriminator=False), toy, batches=2, seed=0)
    assert len(seen) == 2 * rounds
    assert not any(torch.equal(one, another) for one, another in combinations(seen, 2))


def test_full_length_training_gives_full_length_samples(make, small) -> None:
    sample = fit(small(), make(full=True), batches=2, seed=0).sample(50, seed=0)
    assert (sample.lengths == 7).all() and sample.measurements[:, -1].any()


def test_variable_lengths_end_at_the_first_end_flag(toy, small) -> None:
    """Untrained flags are fair coins, so that lengths vary; records past them are zero."""
    sample = fit(small(), toy, batches=1, seed=0).sample(200, seed=0)
    assert len(set(sample.lengths)) > 1
    assert not sample.measurements[~sample.active].any()


def test_training_samples_are_padded_to_whole_passes(toy, small) -> None:
    encoder = Encoder.fit(toy)
    real = small()(encoder.layout)._real(encoder.encode(toy))
    assert real.measurements.shape == (24, 9, 2) and real.flags.shape == (24, 9, 2)
    assert not real.measurements[:, 7:].any()
    full = torch.from_numpy(toy.lengths == 7)
    assert real.flags[full][:, 6:].tolist() == [[[0.0, 1.0]] * 3] * int(full.sum())
