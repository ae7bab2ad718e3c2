"""The alternating optimisation of Eq. 1: one batch against a second computation, options and rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor

from dg import DoppelGANger, Encoder, TimeSeriesDataset, fit
from dg.doppelganger.module import recommended_sample_len
from dg.encoding import Block, Layout
from dg.randomness import stream
from dg.training import Draws

RATE, B, S, PASSES = 0.001, 6, 3, 3


@pytest.mark.parametrize(
    ("t", "s"), [(550, 11), (2500, 50), (56, 1), (1, 1), (50, 1), (100, 2), (101, 101), (500, 10), (600, 12), (97, 1)]
)
def test_the_recommended_sample_len_brings_the_passes_nearest_to_50(t: int, s: int) -> None:
    """550/11 = 50; 56/1 = 56 is nearer to 50 than 56/2 = 28; 101 is prime, and 101/101 is nearer than 101/1."""
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
    assert module.discriminator[0].in_features == 550 * 3 + 4 + 2
    assert module.auxiliary_discriminator[0].in_features == 4 + 2
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
    module = DoppelGANger(layout, sample_len=10)
    assert module.discriminator[0].in_features == 1666

    def learnt(part: torch.nn.Module) -> int:
        return sum(parameter.numel() for parameter in part.parameters() if parameter.requires_grad)

    parts = (module.generator, module.discriminator, module.auxiliary_discriminator)
    assert [learnt(part) for part in parts] == [77_046, 454_201, 124_201]


class Recorder(Callback):
    """The weights before and after the first batch, the losses that it logs, and all optimiser steps."""

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        self.before = {name: weight.clone() for name, weight in module.state_dict().items()}

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        if trainer.global_step == 1:
            self.after = {name: weight.clone() for name, weight in module.state_dict().items()}
            self.losses = {name: value.item() for name, value in trainer.logged_metrics.items()}

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        self.steps = [{int(state["step"]) for state in o.state.values()} for o in trainer.optimizers]
        self.batches = trainer.global_step


def record(model, dataset: TimeSeriesDataset, **arguments: Any) -> Recorder:
    recorder = Recorder()
    fit(model, dataset, callbacks=[recorder], log_every_n_steps=1, accelerator="cpu", **arguments)
    return recorder


@pytest.mark.parametrize(("generators", "discriminators"), [(1, 1), (3, 2), (1, 5)])
def test_rounds_and_what_a_batch_is(toy, small, generators: int, discriminators: int) -> None:
    """One step is one batch of the paper, whatever the optimisers do in it."""
    model = small(generator_rounds=generators, discriminator_rounds=discriminators)
    recorder = record(model, toy, batches=7, seed=0)
    assert recorder.batches == 7
    assert recorder.steps == [{7 * generators}, {7 * discriminators}, {7 * discriminators}]


def test_without_the_auxiliary_discriminator_there_are_two_players(toy, small) -> None:
    recorder = record(small(auxiliary_discriminator=False), toy, batches=3, seed=0)
    assert recorder.steps == [{3}, {3}]
    assert not any("auxiliary" in name for name in [*recorder.before, *recorder.losses])


@pytest.mark.parametrize("frozen", ["bias_hh_l0"])
def test_the_second_bias_of_the_lstm_stays_zero(toy, small, frozen: str) -> None:
    recorder = record(small(), toy, batches=1, seed=0)
    (name,) = [name for name in recorder.after if name.endswith(frozen)]
    assert not recorder.after[name].any()


@pytest.mark.parametrize(
    "options",
    [
        {"packing": 2},
        {"packing": 3, "auxiliary_discriminator": False},
        {"initial_state": "zero", "lstm_layers": 2},
        {"sample_len": 7},
        {"sample_len": 1},
        {"sample_len": 10},
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
    assert module.discriminator[0].in_features == 2 * one.discriminator[0].in_features
    assert module.auxiliary_discriminator[0].in_features == 2 * one.auxiliary_discriminator[0].in_features


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


# One batch, computed a second time from the weights alone: layers, LSTM, losses and the first step of Adam by hand.


def dense(w: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def batch_normalised(w: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    centred = x - x.mean(0)
    return w[f"{name}.weight"] * centred / (centred.square().mean(0) + 1e-5).sqrt() + w[f"{name}.bias"]


def attributes_of(w: dict[str, Tensor], part: str, x: Tensor) -> Tensor:
    for linear, norm in ((0, 2), (3, 5)):
        x = batch_normalised(w, f"{part}.body.{norm}", dense(w, f"{part}.body.{linear}", x).clamp_min(0))
    return dense(w, f"{part}.heads.linear", x)


def critic(w: dict[str, Tensor], x: Tensor) -> Tensor:
    for layer in (0, 2, 4, 6):
        x = dense(w, str(layer), x).clamp_min(0)
    return dense(w, "8", x)[:, 0]


def generated(w: dict[str, Tensor], noise: list[Tensor], h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of records and attributes (kind, size, two pairs of min/max) as a discriminator sees them."""
    logits = attributes_of(w, "metadata", noise[0])
    kind, size = logits[:, :3].softmax(1), logits[:, 3:].tanh()
    hard = torch.cat([torch.eye(3)[kind.argmax(1)], size.detach()], 1)
    logits = attributes_of(w, "minmax", torch.cat([noise[1], hard], 1))
    minmax = torch.stack([logits[:, 0].tanh(), logits[:, 1].sigmoid(), logits[:, 2].tanh(), logits[:, 3].sigmoid()], 1)
    condition = torch.cat([hard, minmax.detach()], 1)
    records, alive = [], torch.ones(len(h))
    for step in range(PASSES):
        x = torch.cat([condition, noise[2][:, step]], 1)
        lstm = "measurements.lstm."
        gates = x @ w[lstm + "weight_ih_l0"].T + h @ w[lstm + "weight_hh_l0"].T + w[lstm + "bias_ih_l0"]
        i, f, g, o = gates.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        out = dense(w, "measurements.heads.linear", h).view(-1, S, 4)
        block = torch.cat([out[..., :2].tanh(), out[..., 2:].softmax(2)], 2)
        records.append(block * alive[:, None, None])
        alive = alive * (block[..., 2] >= block[..., 3]).all(1)
    return torch.cat(records, 1).flatten(1), torch.cat([kind, size, minmax], 1)


def penalised(w: dict[str, Tensor], real: Tensor, fake: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    between = (weight * real + (1 - weight) * fake).detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(w, between).sum(), between, create_graph=True)
    penalty = ((slope.square().sum(1) + 1e-8).sqrt() - 1).square().mean()
    return critic(w, real).mean() - critic(w, fake).mean(), penalty


def part_of(weights: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    prefix = f"{name}."
    return {
        key.removeprefix(prefix): value.clone().requires_grad_(value.is_floating_point())
        for key, value in weights.items()
        if key.startswith(prefix)
    }


def stepped(part: dict[str, Tensor], loss: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The first step of Adam, w - rate · g / (|g| + 1e-8), and the gradients g."""
    names = [name for name in part if "running" not in name and "num_batches" not in name and "bias_hh" not in name]
    found = torch.autograd.grad(loss, [part[name] for name in names])
    gradient = dict(zip(names, found, strict=True))
    step = {name: (part[name] - RATE * g / (g.abs() + 1e-8)).detach() for name, g in gradient.items()}
    return {**part, **{name: value.requires_grad_(True) for name, value in step.items()}}, gradient


def test_one_batch_is_what_eq_1_says(toy, small) -> None:
    recorder = record(small(alpha=0.7, penalty=9.0), toy, batches=1, seed=4)
    before = recorder.before
    g, d, a = (part_of(before, name) for name in ("generator", "discriminator", "auxiliary_discriminator"))

    encoded = Encoder.fit(toy).encode(toy)
    (index,) = list(Draws(24, B, 4))[:1]
    lengths = encoded.lengths[index]
    flags = torch.zeros(B, PASSES * S, 2)
    for row, length in enumerate(lengths.tolist()):
        flags[row, : length - 1, 0] = 1
        flags[row, length - 1 : -(-length // S) * S, 1] = 1
    padded = torch.cat([encoded.measurements[index], torch.zeros(B, 2, 2)], 1)
    attributes = torch.cat([encoded.metadata[index], encoded.minmax[index]], 1)
    real = torch.cat([torch.cat([padded, flags], 2).flatten(1), attributes], 1)

    rng = stream(4, 0)
    noise = [torch.randn(shape, generator=rng) for shape in ((B, 5), (B, 5), (B, PASSES, 5))]
    h, c = (torch.randn(1, B, 5, generator=rng)[0] for _ in "hc")
    records, soft = (part.detach() for part in generated(g, noise, h, c))
    distance, penalty = penalised(d, real, torch.cat([records, soft], 1), torch.rand(B, 1, generator=rng))
    d_after, d_gradient = stepped(d, 9 * penalty - distance)
    a_distance, a_penalty = penalised(a, attributes, soft, torch.rand(B, 1, generator=rng))
    a_after, a_gradient = stepped(a, 9 * a_penalty - a_distance)
    # The output bias of a critic cancels in the distance: its gradient, 0, is rounded, and so is where it goes.
    d_after["8.bias"], a_after["8.bias"] = (
        recorder.after[f"{part}.8.bias"] for part in ("discriminator", "auxiliary_discriminator")
    )
    h, c = (torch.randn(1, B, 5, generator=rng)[0] for _ in "hc")
    records, soft = generated(g, noise, h, c)
    loss = -critic(d_after, torch.cat([records, soft], 1)).mean() - 0.7 * critic(a_after, soft).mean()
    g_after, g_gradient = stepped(g, loss)

    expected = {
        "discriminator_distance": distance,
        "discriminator_penalty": penalty,
        "auxiliary_discriminator_distance": a_distance,
        "auxiliary_discriminator_penalty": a_penalty,
        "generator": loss,
    }
    for name, value in expected.items():
        assert recorder.losses[f"train/{name}"] == pytest.approx(value.item(), rel=1e-4, abs=1e-6), name
    for part, after, gradient in (
        ("discriminator", d_after, d_gradient),
        ("auxiliary_discriminator", a_after, a_gradient),
        ("generator", g_after, g_gradient),
    ):
        for name, slope in gradient.items():
            sure = slope.abs() > 1e-5  # Adam's first step is the sign of a gradient: rounding turns those near 0
            actual = recorder.after[f"{part}.{name}"]
            torch.testing.assert_close(actual[sure], after[name].detach()[sure], atol=2e-6, rtol=0, msg=name)
        assert sum((slope.abs() > 1e-5).sum().item() for slope in gradient.values()) > 50
