from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import sig_light
import torch
from torch import Tensor

from baselines.signatures import by_evolution, by_gradient, log_signature, negligible, relative_error
from dg.randomness import stream

W, ORDER = 20, 4


def lead_lag(series: np.ndarray) -> np.ndarray:
    """Columns lag and lead: lead steps ahead, then lag follows."""
    path = [(series[0], series[0])]
    for now, following in pairwise(series):
        path += [(now, following), (following, following)]
    return np.array(path)


def walks(n: int) -> Tensor:
    return 0.1 * torch.randn((n, W), generator=stream(1))


def searches(n: int) -> dict[str, Callable[..., Tensor]]:
    return {
        "gradient": partial(by_gradient, steps=300),
        "evolution": partial(by_evolution, pip=0.01, reach=torch.full((n,), 30.0), population=50, generations=10),
    }


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("w", [1, 2, 20])
def test_it_is_sig_lights_of_the_lead_lag_path_written_out(w: int, order: int) -> None:
    increments = np.random.default_rng(w).normal(size=(5, w))
    prepared = sig_light.prepare(2, order)
    series = np.cumsum(np.concatenate([np.full((5, 1), 3.0), increments], axis=1), axis=1)
    expected = [sig_light.logsig(lead_lag(values), prepared) for values in series]
    np.testing.assert_allclose(log_signature(torch.from_numpy(increments), order), expected, atol=1e-10)


def test_two_levels_by_hand() -> None:
    """Lag and lead both move by 1 - 2 + 3; the area between them is (1 + 4 + 9) / 2, lag being behind."""
    assert log_signature(torch.tensor([[1.0, -2.0, 3.0]]), 2).tolist() == [[2.0, 2.0, -7.0]]


def test_the_error_by_hand() -> None:
    found, target = torch.tensor([1.0, -3.0, 1.0]), torch.tensor([2.0, -4.0, 0.0])
    floor = torch.tensor([0.0, 0.0, 3.0])
    assert relative_error(found, target, floor).item() == pytest.approx((1 / 2 + 1 / 4 / 2 + 1 / 3 / 3) / 3)


def test_the_gradient_finds_a_path_with_the_log_signature() -> None:
    """Half of 200 walks to within 0.5 % on average over the coordinates, 95 % of them to within 5 %."""
    target = log_signature(walks(200), ORDER)
    found = by_gradient(target, W, ORDER, stream(2), steps=300)
    errors = relative_error(log_signature(found, ORDER), target, negligible(target, W, ORDER))
    assert errors.median() < 0.005
    assert errors.quantile(0.95) < 0.05
    np.testing.assert_allclose(found.sum(dim=1), walks(200).sum(dim=1), atol=0.01)


def test_evolution_never_gets_worse_and_ends_far_better() -> None:
    """The same rng, so that a longer search begins with the shorter one."""
    target = log_signature(walks(40), ORDER)
    search = partial(by_evolution, target, W, ORDER, pip=0.01, reach=torch.full((40,), 30.0), population=50)
    errors = []
    for generations in (0, 1, 5, 20, 60):
        found = search(stream(3), generations=generations)
        errors.append(relative_error(log_signature(found, ORDER), target, negligible(target, W, ORDER)))
    assert all((later <= earlier).all() for earlier, later in pairwise(errors))
    assert errors[-1].mean() < errors[0].mean() / 4
    pips = found / 0.01
    np.testing.assert_allclose(pips, pips.round(), atol=1e-4)
    assert pips.min() >= -30.5 and pips.max() <= 29.5


def test_the_gradient_finds_a_straight_line() -> None:
    """Whose increments are as small as their sum allows, and whose last level is rounding."""
    straight = torch.tensor([[0.1], [-0.02]]).expand(2, W)
    found = by_gradient(log_signature(straight, ORDER), W, ORDER, stream(2), steps=300)
    np.testing.assert_allclose(found.sum(dim=1), straight.sum(dim=1), rtol=0.01)
    np.testing.assert_allclose(found.square().sum(dim=1), straight.square().sum(dim=1), rtol=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gradient", "evolution"])
def test_the_same_seed_gives_the_same_bytes(name: str) -> None:
    target = log_signature(walks(7), ORDER)
    first, again, other = (searches(7)[name](target, W, ORDER, stream(seed)) for seed in (4, 4, 5))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_what_does_not_move_stays() -> None:
    target = torch.zeros(3, 8)
    still = partial(by_evolution, pip=0.01, reach=torch.zeros(3), population=10, generations=2)
    for search in (searches(3)["gradient"], still):
        assert (search(target, W, ORDER, stream(0)) == 0).all()
