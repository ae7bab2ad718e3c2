"""Clipping, noise and sampling: against torch.func, against single examples, and against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.func import functional_call, grad, vmap

from dg.critic import Critic, interpolation
from dg.privacy import PoissonDraws, Privacy, PrivateTraining
from dg.privacy.accounting import Mechanism
from dg.privacy.dp_sgd import Rows
from dg.randomness import stream

LAMBDA = 10.0


def training(noise: float = 0.0, clip: float = 1.0, batch_size: int = 10) -> PrivateTraining:
    return PrivateTraining(Privacy(noise_multiplier=noise, clip=clip), Mechanism(noise, 0.5, 1), batch_size, secret=3)


def critics_and_rows(
    seed: int, widths: Sequence[int], hidden: Sequence[int], b: int
) -> tuple[list[Critic], list[Rows]]:
    """In double precision: in float32 torch.func may disagree whether a unit at 0 is active."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        critics = [Critic(width, hidden).double() for width in widths]
        for layer in (layer for critic in critics for layer in critic.dense):
            torch.nn.init.normal_(layer.bias, std=0.1)
        sides = [torch.randn(2, b, width, dtype=torch.float64) for width in widths]
    rng = stream(seed)
    return critics, [(real, fake, interpolation(b, rng).double()) for real, fake in sides]


def by_functions(critic: Critic, rows: Rows) -> dict[str, Tensor]:
    """The gradient of each example's loss: Eq. 1 as it is written, twice differentiated, for one example at a time."""

    def loss(weights: dict[str, Tensor], real: Tensor, fake: Tensor, weight: Tensor) -> Tensor:
        def score(x: Tensor) -> Tensor:
            return functional_call(critic, weights, (x[None],)).squeeze()

        between = grad(score)(weight * real + (1 - weight) * fake)
        return LAMBDA * ((between.square().sum() + 1e-8).sqrt() - 1).square() - (score(real) - score(fake))

    return vmap(grad(loss), in_dims=(None, 0, 0, 0))(dict(critic.named_parameters()), *rows)


@pytest.mark.slow
@given(
    seed=st.integers(0, 2**32), widths=st.lists(st.integers(1, 12), min_size=1, max_size=2),
    hidden=st.lists(st.integers(1, 9), max_size=3), b=st.integers(1, 8), clip=st.floats(0.01, 50),
)  # fmt: skip
def test_the_gradient_is_the_sum_of_clipped_ones(seed, widths, hidden, b, clip) -> None:
    """Of every example over all critics together, by torch.func; divided by the expected size of a batch."""
    critics, rows = critics_and_rows(seed, widths, hidden, b)
    expected = [by_functions(critic, shown) for critic, shown in zip(critics, rows, strict=True)]
    flat = torch.cat([g.reshape(b, -1) for gradients in expected for g in gradients.values()], dim=1)
    shares = (clip / flat.norm(dim=1)).clamp(max=1)
    private = training(clip=clip)
    noise = [weight.double() for weight in private.noise(critics, stream(0))]
    private.backward(critics, rows, noise, penalty=LAMBDA)
    for critic, gradients in zip(critics, expected, strict=True):
        for name, parameter in critic.named_parameters():
            total = torch.einsum("b,b...->...", shares, gradients[name]) / 10
            torch.testing.assert_close(parameter.grad, total, rtol=1e-6, atol=1e-8)


def test_an_example_alone_has_a_gradient_no_longer_than_the_clip() -> None:
    """Also with single precision, and where one critic's gradient is a thousand times the other's."""
    critics, rows = critics_and_rows(1, [9, 4], [8, 8], 20)
    critics, rows = [critic.float() for critic in critics], [tuple(part.float() for part in shown) for shown in rows]
    rows[0] = (rows[0][0] * 1000, *rows[0][1:])
    private = training(clip=0.3, batch_size=1)
    noise = private.noise(critics, stream(0))
    for example in range(20):
        alone = [tuple(part[example : example + 1] for part in shown) for shown in rows]
        private.backward(critics, alone, noise, penalty=LAMBDA)
        norm = torch.cat([weight.grad.flatten() for critic in critics for weight in critic.parameters()]).norm()
        assert norm <= 0.3 * (1 + 1e-5)


def test_terms_that_cancel_have_the_right_norm() -> None:
    """A fake that is its training sample: what is left of the gradient is the penalty's alone."""
    critics, rows = critics_and_rows(2, [30], [20, 20], 6)
    real, _, weight = (part.float() * 100 for part in rows[0])
    products, _ = critics[0].float().gradient(real, real.clone(), weight / 100, penalty=LAMBDA)
    exact, _ = critics[0].double().gradient(real.double(), real.double(), weight.double() / 100, penalty=LAMBDA)
    for found, expected in zip(products, exact, strict=True):
        torch.testing.assert_close(found.squared_norms(), expected.squared_norms(), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("noise", "clip", "batch_size"), [(1.0, 1.0, 10), (0.5, 4.0, 100)])
def test_the_noise_has_the_deviation_that_is_accounted_for(noise: float, clip: float, batch_size: int) -> None:
    """σ·C/B in every weight of both critics, independently: an empty batch is noise alone."""
    critics = [Critic(300, [100]), Critic(20, [100])]
    nothing = [(torch.zeros(0, critic.inputs), torch.zeros(0, critic.inputs), torch.zeros(0, 1)) for critic in critics]
    private = training(noise, clip, batch_size)
    private.backward(critics, nothing, private.noise(critics, stream(4)), penalty=LAMBDA)
    for critic in critics:
        drawn = torch.cat([weight.grad.flatten() for weight in critic.parameters()]) * batch_size / (noise * clip)
        assert drawn.std().item() == pytest.approx(1, abs=4 / (2 * len(drawn)) ** 0.5)
        assert drawn.mean().item() == pytest.approx(0, abs=4 / len(drawn) ** 0.5)
    both = [critic[0].weight.grad[:, :20].flatten() for critic in critics]
    assert abs(torch.corrcoef(torch.stack(both))[0, 1].item()) < 4 / len(both[0]) ** 0.5


def test_an_empty_batch_reports_no_losses() -> None:
    critic = Critic(3, [4])
    private, nothing = training(), [(torch.zeros(0, 3), torch.zeros(0, 3), torch.zeros(0, 1))]
    (parts,) = private.backward([critic], nothing, private.noise([critic], stream(0)), penalty=LAMBDA)
    assert all(part.item() == 0 for part in parts.values())


def test_samples_are_in_a_batch_independently_of_each_other() -> None:
    n, rate = 200, 0.1
    draws = PoissonDraws(n, rate, secret=5)
    batches = []
    for epoch in range(200):
        draws.set_epoch(epoch)
        batches += [torch.zeros(n).index_fill(0, index, 1.0) for index in draws]
    there = torch.stack(batches)
    assert there.shape == (2_000, n)
    sizes = there.sum(dim=1)
    assert sizes.mean().item() == pytest.approx(n * rate, abs=4 * (n * rate * 0.9 / 2_000) ** 0.5)
    assert sizes.var().item() == pytest.approx(n * rate * 0.9, rel=0.15)  # of a binomial; a fixed size would have 0
    between = torch.corrcoef(there.T) - torch.eye(n)
    assert between.abs().max().item() < 6 / 2_000**0.5
    again = PoissonDraws(n, rate, secret=5)
    assert all(torch.equal(a, b) for a, b in zip(PoissonDraws(n, rate, secret=5), again, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(PoissonDraws(n, rate, secret=6), again, strict=True))


def test_partners_are_drawn_for_each_sample() -> None:
    """From as many fakes as a batch is expected to have, whatever its size."""
    drawn = training(batch_size=10).partners(10_000, stream(1))
    assert drawn.min() == 0 and drawn.max() == 9
    torch.testing.assert_close(drawn.bincount() / 1_000, torch.ones(10), atol=0.15, rtol=0)


@pytest.mark.slow
def test_a_plan_is_what_was_asked_for() -> None:
    given = Privacy(epsilon=2.0, delta=1e-4).plan(1_000, 100, 50, uses=2)
    assert given.epsilon <= 2.0 < given.epsilon * 1.02
    assert (given.mechanism.sampling_rate, given.mechanism.steps, given.mechanism.uses) == (0.1, 50, 2)
    noisy = Privacy(noise_multiplier=2.0, delta=1e-4).plan(1_000, 100, 50)
    assert noisy.epsilon == Mechanism(2.0, 0.1, 50).epsilon(1e-4)
    ending = Privacy(epsilon=noisy.epsilon, noise_multiplier=2.0, delta=1e-4).plan(1_000, 100, 5_000)
    assert 50 <= ending.mechanism.steps < 52
    assert given.secret != Privacy(epsilon=2.0, delta=1e-4).plan(1_000, 100, 50, uses=2).secret
    assert str(given.secret) not in repr(given)


def test_what_a_card_says() -> None:
    said = Privacy(noise_multiplier=2.0, delta=1e-4, secret=7).plan(1_000, 100, 50).description()
    assert said is not None and "secret" not in said
    assert said["epsilon"] == Mechanism(2.0, 0.1, 50).epsilon(1e-4)
    assert said["mu"] == Mechanism(2.0, 0.1, 50).mu()
    assert (said["delta"], said["clip"], said["batches"], said["accountant"]) == (1e-4, 1.0, 50, "PLD")
    assert Privacy(noise_multiplier=0.0, clip=float("inf"), delta=1e-4).plan(1_000, 100, 50).description() is None
