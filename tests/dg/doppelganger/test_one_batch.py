"""One batch of training, computed a second time from the weights: layers, LSTM, Eq. 1 and Adam written out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from dg import Encoder
from dg.randomness import stream
from dg.training import Draws

RATE, B, S, PASSES = 0.001, 6, 3, 3


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


def test_one_batch_is_what_eq_1_says(toy, small, record: Callable) -> None:
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
    noise = [torch.randn(shape, generator=rng) for shape in ((B, 5), (B, 5), (B, PASSES, S))]
    h, c = (torch.randn(1, B, 5, generator=rng)[0] for _ in "hc")
    records, soft = generated(g, noise, h, c)
    distance, penalty = penalised(d, real, torch.cat([records, soft], 1).detach(), torch.rand(B, 1, generator=rng))
    d_after, d_gradient = stepped(d, 9 * penalty - distance)
    a_distance, a_penalty = penalised(a, attributes, soft.detach(), torch.rand(B, 1, generator=rng))
    a_after, a_gradient = stepped(a, 9 * a_penalty - a_distance)
    # The output bias of a critic cancels in the distance: its gradient, 0, is rounded, and so is where it goes.
    d_after["8.bias"], a_after["8.bias"] = (
        recorder.after[f"{part}.8.bias"] for part in ("discriminator", "auxiliary_discriminator")
    )
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
