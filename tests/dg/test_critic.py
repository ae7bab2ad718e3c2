"""The critic and the loss of Eq. 1: against autograd, and against numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from dg.critic import Critic, interpolation, last_biases
from dg.randomness import stream

REAL, FAKE = torch.arange(12.0).view(4, 3), -torch.arange(12.0).view(4, 3)
HALF = torch.full((4, 1), 0.5)


def linear_critic(*weights: float) -> Critic:
    """D(x) = w·x + 5, whose gradient is w everywhere."""
    critic = Critic(len(weights), [])
    with torch.no_grad():
        critic[0].weight.copy_(torch.tensor([weights]))
        critic[0].bias.fill_(5.0)
    return critic


def parts(critic: Critic, penalty: float = 10.0) -> dict[str, float]:
    found = critic.backward(REAL, FAKE, HALF, penalty=penalty)
    assert not any(part.requires_grad for part in found.values())
    return {name: part.item() for name, part in found.items()}


def by_autograd(critic: Critic, real: Tensor, fake: Tensor, weight: Tensor, penalty: float) -> list[Tensor]:
    """The loss by its definition, each example's, and the gradients of its mean by differentiating twice."""
    between = (weight * real + (1 - weight) * fake).requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    norms = (slope.square().sum(dim=1) + 1e-8).sqrt()
    losses = penalty * (norms - 1).square() - (critic(real) - critic(fake)).flatten()
    gradients = torch.autograd.grad(losses.mean(), list(critic.parameters()), allow_unused=True)
    return [losses, *(g if g is not None else torch.zeros_like(w) for g, w in zip(gradients, critic.parameters()))]  # noqa: B905


@given(
    seed=st.integers(0, 2**32), inputs=st.integers(1, 30), hidden=st.lists(st.integers(1, 40), max_size=5),
    b=st.integers(1, 20), penalty=st.floats(0, 20),
)  # fmt: skip
def test_loss_and_gradients_are_those_of_autograd(seed, inputs, hidden, b, penalty) -> None:
    """In double precision: in float32 the two may disagree whether a unit at 0 is active."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        critic = Critic(inputs, hidden).double()
        for layer in critic.dense:
            torch.nn.init.normal_(layer.bias, std=0.1)
        real, fake = torch.randn(2, b, inputs, dtype=torch.float64)
    weight = interpolation(b, stream(seed)).double()
    losses, *gradients = by_autograd(critic, real, fake, weight, penalty)
    found = critic.backward(real, fake, weight, penalty=penalty)
    loss = penalty * found["penalty"] - found["distance"]
    torch.testing.assert_close(loss.double(), losses.mean(), rtol=1e-6, atol=1e-6)
    for parameter, expected in zip(critic.parameters(), gradients, strict=True):
        torch.testing.assert_close(parameter.grad.double(), expected, rtol=1e-6, atol=1e-6)


def test_the_gradient_of_an_example_is_a_sum_of_three_outer_products() -> None:
    """The same loss of one example at a time; and its norm without the gradient itself."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        critic = Critic(6, [8, 5])
        real, fake = torch.randn(2, 7, 6)
    weight = interpolation(7, stream(1))
    layers, _ = critic.gradient(real, fake, weight, penalty=10.0)
    for example in range(7):
        row = slice(example, example + 1)
        _, *expected = by_autograd(critic, real[row], fake[row], weight[row], 10.0)
        for (left, right), gradient in zip(layers, expected[::2], strict=True):
            products = left[:, example, :, None] * right[:, example, None, :]
            torch.testing.assert_close(products.sum(dim=0), gradient, rtol=1e-4, atol=1e-5)
            inner = (left[:, example] @ left[:, example].T) * (right[:, example] @ right[:, example].T)
            torch.testing.assert_close(inner.sum(), gradient.square().sum(), rtol=1e-4, atol=1e-5)


def test_the_distance_is_the_mean_score_of_real_minus_that_of_fake() -> None:
    """Column means 4.5, 5.5, 6.5 and their negatives; the bias cancels."""
    critic = linear_critic(1.0, 0.0, 2.0)
    assert parts(critic)["distance"] == pytest.approx(2 * (4.5 + 2 * 6.5))
    swapped = critic.backward(FAKE, REAL, HALF, penalty=10.0)
    assert swapped["distance"].item() == -parts(critic)["distance"]


@pytest.mark.parametrize(
    ("weights", "norm"),
    [
        ((1.0, 0.0, 0.0), 1.0),
        ((0.6, 0.0, -0.8), 1.0),
        ((3.0, 0.0, 4.0), 5.0),
        ((0.3, 0.4, 0.0), 0.5),
        ((0.0,) * 3, 1e-4),
    ],
)
def test_a_norm_c_costs_c_minus_1_squared_above_and_below(weights: tuple[float, ...], norm: float) -> None:
    found = parts(linear_critic(*weights))
    assert found["gradient_norm"] == pytest.approx(norm, rel=1e-5)
    assert found["penalty"] == pytest.approx((norm - 1) ** 2, rel=1e-5, abs=1e-9)


def test_the_gradient_of_the_penalty_by_hand() -> None:
    """d/dw 10 (‖w‖ - 1)² = 20 (‖w‖ - 1) w / ‖w‖, beside that of the distance, which is the difference of means."""
    critic = linear_critic(3.0, 0.0, 4.0)
    parts(critic, penalty=10.0)
    difference = torch.tensor([[9.0, 11.0, 13.0]])
    torch.testing.assert_close(critic[0].weight.grad, torch.tensor([[48.0, 0.0, 64.0]]) - difference)


def test_the_last_bias_has_no_gradient_at_all() -> None:
    """Exactly 0: rounding would let Adam move it by a whole learning rate."""
    critic = Critic(3, [5, 4])
    parts(critic)
    assert critic[-1].bias.grad.item() == 0.0
    module = torch.nn.ModuleDict({"judge": critic, "other": torch.nn.Linear(1, 1)})
    assert list(last_biases(module)) == ["judge.4.bias"]
    assert "judge.4.bias" in dict(module.named_parameters())


def test_between_is_between_the_samples_of_one_row() -> None:
    """D(x) = |x| in one dimension: its slope is that of the side where x̂ lies."""
    critic = Critic(1, [2])
    with torch.no_grad():
        critic[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        critic[2].weight.copy_(torch.tensor([[2.0, 3.0]]))
    real, fake = torch.tensor([[1.0], [1.0]]), torch.tensor([[-1.0], [-1.0]])
    found = critic.backward(real, fake, torch.tensor([[0.9], [0.1]]), penalty=1.0)
    assert found["gradient_norm"].item() == pytest.approx((2 + 3) / 2)
    assert found["penalty"].item() == pytest.approx((1 + 4) / 2)


def test_the_weight_of_the_interpolation_spans_0_to_1_one_a_sample() -> None:
    n = 20_000
    weight = interpolation(n, stream(0))
    assert weight.shape == (n, 1) and 0 <= weight.min() < 1e-3 and 1 - 1e-3 < weight.max() <= 1
    torch.testing.assert_close(torch.histc(weight, 10, 0, 1) / n, torch.full((10,), 0.1), atol=0.01, rtol=0)
    assert torch.equal(weight, interpolation(n, stream(0)))
    assert not torch.equal(weight, interpolation(n, stream(1)))


def test_in_bf16_the_scores_are_rounded_and_penalty_and_gradients_are_not() -> None:
    """Seven bits of a score are lost, none of the types; the slopes follow from the weights alone where masks agree."""
    with torch.random.fork_rng():
        torch.manual_seed(2)
        critic = Critic(40, [30, 30])
        real, fake = torch.randn(2, 50, 40) / 5
    weight = interpolation(50, stream(2))
    exact = critic.backward(real, fake, weight, penalty=10.0)
    gradients = [parameter.grad.clone() for parameter in critic.parameters()]
    with torch.autocast("cpu", torch.bfloat16):
        rounded = critic.backward(real, fake, weight, penalty=10.0)
    assert all(part.dtype == torch.float32 for part in rounded.values())
    assert rounded["distance"].item() == pytest.approx(exact["distance"].item(), abs=0.02)
    assert rounded["distance"] != exact["distance"]
    assert rounded["gradient_norm"].item() == pytest.approx(exact["gradient_norm"].item(), rel=0.01)
    for parameter, gradient in zip(critic.parameters(), gradients, strict=True):
        assert parameter.grad.dtype == torch.float32
        assert (parameter.grad - gradient).norm() <= 0.15 * gradient.norm()  # a unit near 0 may change its mask


def test_in_bf16_a_linear_critic_has_the_exact_penalty() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        found = parts(linear_critic(0.3, 0.4, 1.01))
    assert found["gradient_norm"] == pytest.approx((0.3**2 + 0.4**2 + 1.01**2) ** 0.5, rel=1e-6)
