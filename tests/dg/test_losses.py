"""The Wasserstein losses of Eq. 1, against numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from dg.losses import discriminator_loss, gradient_norms, gradient_penalty, interpolate, two_sided, wasserstein_distance
from dg.randomness import stream

REAL, FAKE = torch.arange(12.0).view(4, 3), -torch.arange(12.0).view(4, 3)


def linear_critic(*weights: float) -> nn.Linear:
    """D(x) = w·x + 5, whose gradient is w everywhere."""
    critic = nn.Linear(len(weights), 1)
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([weights]))
        critic.bias.fill_(5.0)
    return critic


def test_the_distance_is_the_mean_score_of_real_minus_that_of_fake() -> None:
    """Column means 4.5, 5.5, 6.5 and their negatives; the bias cancels."""
    distance = wasserstein_distance(linear_critic(1.0, 0.0, 2.0), REAL, FAKE)
    assert distance.item() == pytest.approx(2 * (4.5 + 2 * 6.5))
    assert wasserstein_distance(linear_critic(1.0, 0.0, 2.0), FAKE, REAL) == -distance


@pytest.mark.parametrize("weights", [(1.0, 0.0, 0.0), (0.6, 0.0, -0.8)])
def test_a_linear_critic_of_norm_1_has_no_penalty(weights: tuple[float, ...]) -> None:
    assert gradient_penalty(linear_critic(*weights), REAL, FAKE, stream(0)).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("weights", "norm"), [((3.0, 0.0, 4.0), 5.0), ((0.3, 0.4, 0.0), 0.5), ((0.0, 0.0, 0.0), 1e-4)])
def test_a_norm_c_costs_c_minus_1_squared_above_and_below(weights: tuple[float, ...], norm: float) -> None:
    critic = linear_critic(*weights)
    torch.testing.assert_close(gradient_norms(critic, REAL, FAKE, stream(0)), torch.full((4,), norm))
    assert gradient_penalty(critic, REAL, FAKE, stream(0)).item() == pytest.approx((norm - 1) ** 2, rel=1e-5)


def test_the_norm_is_joint_over_measurements_and_metadata() -> None:
    """0.6 along one part and 0.8 along the other are a norm of 1; each alone would be penalised."""
    measurements, metadata = linear_critic(0.6, 0.0), linear_critic(0.8)

    def critic(row: Tensor) -> Tensor:
        return measurements(row[:, :2]) + metadata(row[:, 2:])

    assert gradient_penalty(critic, REAL, FAKE, stream(0)).item() == pytest.approx(0, abs=1e-9)


def test_every_sample_has_a_norm_of_its_own() -> None:
    """D(x) = |x|²/2 has gradient x; a norm of the whole batch would be one number."""
    points = torch.tensor([[3.0, 4.0], [0.0, 1.0], [6.0, 8.0]])
    norms = gradient_norms(lambda x: x.square().sum(dim=1, keepdim=True) / 2, points, points.clone(), stream(0))
    torch.testing.assert_close(norms, torch.tensor([5.0, 1.0, 10.0]))
    assert two_sided(norms).item() == pytest.approx((16 + 0 + 81) / 3)


def test_the_weight_of_the_interpolation_spans_0_to_1_one_a_sample() -> None:
    """Between zeros and ones, the interpolated point is the weight itself."""
    n = 20_000
    weight = interpolate(torch.ones(n, 3), torch.zeros(n, 3), stream(0))
    assert torch.equal(weight, weight[:, :1].expand(-1, 3))
    one = weight[:, 0]
    assert 0 <= one.min() < 1e-3 and 1 - 1e-3 < one.max() <= 1
    histogram = torch.histc(one, 10, 0, 1) / n
    torch.testing.assert_close(histogram, torch.full((10,), 0.1), atol=0.01, rtol=0)


def test_the_interpolated_point_lies_between_its_own_real_and_fake_sample() -> None:
    between = interpolate(REAL, FAKE, stream(0))
    weight = (between - FAKE) / (REAL - FAKE)
    torch.testing.assert_close(weight[1:], weight[1:, :1].expand(-1, 3))
    assert torch.equal(between, interpolate(REAL, FAKE, stream(0)))
    assert not torch.equal(between, interpolate(REAL, FAKE, stream(1)))


def test_the_penalty_teaches_the_critic_and_not_the_generator() -> None:
    fake = FAKE.clone().requires_grad_(True)
    critic = linear_critic(3.0, 0.0, 4.0)
    gradient_penalty(critic, REAL, fake, stream(0)).backward()
    assert fake.grad is None
    # d/dw (‖w‖ - 1)² = 2 (‖w‖ - 1) w / ‖w‖
    torch.testing.assert_close(critic.weight.grad, torch.tensor([[4.8, 0.0, 6.4]]))


def test_what_a_discriminator_minimises() -> None:
    loss, parts = discriminator_loss(linear_critic(3.0, 0.0, 4.0), REAL, FAKE, stream(0), penalty=10.0)
    distance = 2 * (3 * 4.5 + 4 * 6.5)
    assert loss.item() == pytest.approx(10 * 16 - distance)
    assert {name: part.item() for name, part in parts.items()} == pytest.approx(
        {"distance": distance, "penalty": 16.0, "gradient_norm": 5.0}
    )
    assert not any(part.requires_grad for part in parts.values())
