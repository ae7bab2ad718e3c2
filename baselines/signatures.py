"""The lead-lag log-signature of the Market Simulator (Buehler et al. 2020), and two ways back to a path."""

from __future__ import annotations

import pysiglib
import torch
from jaxtyping import Float
from pysiglib import torch_api
from torch import Tensor
from torch.nn.functional import pad

EXPANSION = 3  # pySigLib's Baker-Campbell-Hausdorff method, because its gradient is the cheapest
AREA = 2  # index of the coordinate [1, 2]: half the sum of squared increments
TOGETHER = 100  # samples that evolve at once, to save memory
TINY = 1e-30


def log_signature(increments: Float[Tensor, "n w"], order: int) -> Float[Tensor, "n s"]:
    """The log-signature, in the Lyndon basis, of (x_i, x_i), (x_i, x_{i+1}), (x_{i+1}, x_{i+1}), …: lag, then lead.

    It depends on the increments of x only, not on its level. pySigLib computes it on the CPU.
    """
    pysiglib.prepare_log_sig(1, order, EXPANSION, lead_lag=True, device="cpu")
    path = pad(increments[..., None].cpu().cumsum(dim=1), (0, 0, 1, 0))
    return torch_api.log_sig(path, order, lead_lag=True, method=EXPANSION).to(increments)


def size(target: Float[Tensor, "n s"], w: int) -> Float[Tensor, "n 1"]:
    """The root of the sum of squared increments, read from the lead-lag area.

    It is at least what w equal increments with the same total give.
    """
    return (2 * target[:, AREA : AREA + 1].abs()).maximum(target[:, :1].square() / w).sqrt()


def relative_error(
    found: Float[Tensor, "*n s"], target: Float[Tensor, "*#n s"], floor: Float[Tensor, "*#n s"]
) -> Float[Tensor, "*n"]:
    """The release's loss: the mean of the coordinates' relative errors, the j-th weighted by 1/j.

    floor: added to the size of a coordinate; the release has none and divides by the coordinate alone (D30)
    """
    weight = 1 / torch.arange(1, target.shape[-1] + 1, device=target.device)
    return ((found - target).abs() / (target.abs() + floor) * weight).mean(dim=-1)


def negligible(target: Float[Tensor, "n s"], w: int, order: int) -> Float[Tensor, "n s"]:
    """The `floor` of `relative_error`: 3 % of what a coordinate of its level can be, and never zero."""
    level = torch.tensor([len(word) for word in pysiglib.lyndon_words(2, order)], device=target.device)
    return 0.03 * size(target, w) ** level + TINY


def by_gradient(
    target: Float[Tensor, "n s"], w: int, order: int, rng: torch.Generator, *, steps: int, learning_rate: float = 0.1
) -> Float[Tensor, "n w"]:
    """w increments for each log-signature, by Adam on all samples at once (D30).

    They start as Gaussian noise with the target's mean and sum of squares. The learning rate is relative to the size of
    an increment and falls to zero.
    """
    floor, scale = negligible(target, w, order), size(target, w) / w**0.5
    mean = target[:, :1] / w / scale.clamp_min(TINY)
    noise = torch.randn((len(target), w), generator=rng, device=target.device)
    variables = (mean + noise * (1 - mean.square()).clamp_min(0).sqrt()).requires_grad_()
    adam = torch.optim.Adam([variables], lr=learning_rate, fused=True)
    for step in range(steps):
        adam.param_groups[0]["lr"] = learning_rate * (1 - step / steps)
        with torch.enable_grad():
            error = relative_error(log_signature(scale * variables, order), target, floor).sum()
        (variables.grad,) = torch.autograd.grad(error, variables)
        adam.step()
    return scale * variables.detach()


def by_evolution(
    target: Float[Tensor, "n s"],
    w: int,
    order: int,
    rng: torch.Generator,
    *,
    pip: float,
    reach: Float[Tensor, " n"],
    population: int,
    generations: int,
) -> Float[Tensor, "n w"]:
    """w increments for each log-signature, by the release's evolutionary search: slow, and without a gradient.

    An increment is a whole number of pips, at least -reach and less than reach. The fittest tenth survives. Crossovers
    of two survivors replace the others; a tenth of their increments mutates.
    """
    found = []
    for sought, far in zip(target.split(TOGETHER), reach.split(TOGETHER), strict=True):
        least = negligible(sought, w, order)
        living = _increments(population, w, pip, far, rng)
        for _ in range(generations):
            parents = _fittest(living, max(2, population // 10), sought, least, order)
            children = _children(parents, population - parents.shape[1], rng)
            mutants = torch.rand(children.shape, generator=rng, device=rng.device) < 0.1
            children = torch.where(mutants, _increments(children.shape[1], w, pip, far, rng), children)
            living = torch.cat([parents, children], dim=1)
        found.append(_fittest(living, 1, sought, least, order).squeeze(1))
    return torch.cat(found)


def _increments(p: int, w: int, pip: float, reach: Float[Tensor, " n"], rng: torch.Generator) -> Float[Tensor, "n p w"]:
    uniform = torch.rand((len(reach), p, w), generator=rng, device=rng.device)
    return pip * ((2 * uniform - 1) * reach[:, None, None]).floor()


def _fittest(
    living: Float[Tensor, "n p w"],
    count: int,
    target: Float[Tensor, "n s"],
    floor: Float[Tensor, "n s"],
    order: int,
) -> Float[Tensor, "n q w"]:
    signatures = log_signature(living.flatten(0, 1), order).unflatten(0, living.shape[:2])
    errors = relative_error(signatures, target[:, None], floor[:, None])
    return living.take_along_dim(errors.topk(count, dim=1, largest=False).indices[..., None], dim=1)


def _children(parents: Float[Tensor, "n q w"], p: int, rng: torch.Generator) -> Float[Tensor, "n p w"]:
    """Each increment comes from one of two different parents."""
    n, q, w = parents.shape
    first = torch.randint(q, (n, p, 1), generator=rng, device=rng.device)
    second = (first + torch.randint(1, q, (n, p, 1), generator=rng, device=rng.device)) % q
    from_first = torch.rand((n, p, w), generator=rng, device=rng.device) < 0.5
    return torch.where(from_first, parents.take_along_dim(first, dim=1), parents.take_along_dim(second, dim=1))
