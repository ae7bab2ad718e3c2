"""The Wasserstein losses of Eq. 1 and their gradient penalty (Appendix B), shared by every GAN."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

Critic = Callable[[Tensor], Tensor]


def wasserstein_distance(critic: Critic, real: Float[Tensor, "b d"], fake: Float[Tensor, "b d"]) -> Float[Tensor, ""]:
    """E[D(x)] - E[D(G(z))], which a critic maximises: its estimate of the distance between real and fake."""
    scores = critic(torch.cat([real, fake])).flatten()
    return scores[: len(real)].mean() - scores[len(real) :].mean()


def last_biases(module: nn.Module, *critics: str) -> dict[str, str]:
    """The last bias of each of a module's critics, by name, and why no loss moves it."""
    layers = {name: len(getattr(module, name)) for name in critics if getattr(module, name) is not None}
    cancels = "added to every score, it cancels in E[D(x)] - E[D(G(z))]"
    return {f"{name}.{count - 1}.bias": cancels for name, count in layers.items()}


def gradient_penalty(
    critic: Critic, real: Float[Tensor, "b d"], fake: Float[Tensor, "b d"], rng: torch.Generator
) -> Float[Tensor, ""]:
    """The mean of (‖∇D(x̂)‖₂ - 1)² over points x̂ between real and fake, two-sided (Appendix B)."""
    return two_sided(gradient_norms(critic, real, fake, rng))


def gradient_norms(
    critic: Critic, real: Float[Tensor, "b d"], fake: Float[Tensor, "b d"], rng: torch.Generator
) -> Float[Tensor, " b"]:
    """‖∇D(x̂)‖₂, one norm a sample, at a point x̂ between each real and fake sample.

    The columns of `real` and `fake` hold measurements and metadata together, so the norm is taken jointly.
    """
    between = interpolate(real, fake, rng).requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (gradient.square().sum(dim=1) + 1e-8).sqrt()


def two_sided(norms: Float[Tensor, " b"]) -> Float[Tensor, ""]:
    """How far gradient norms are from 1, above and below alike."""
    return (norms - 1).square().mean()


def interpolate(real: Float[Tensor, "b d"], fake: Float[Tensor, "b d"], rng: torch.Generator) -> Float[Tensor, "b d"]:
    """x̂ = t·x + (1 - t)·G(z) with one t ~ U[0, 1] a sample (Appendix B)."""
    weight = torch.rand(len(real), 1, generator=rng, device=real.device, dtype=real.dtype)
    return torch.lerp(fake, real, weight).detach()


def discriminator_loss(
    critic: Critic, real: Float[Tensor, "b d"], fake: Float[Tensor, "b d"], rng: torch.Generator, *, penalty: float
) -> tuple[Float[Tensor, ""], dict[str, Tensor]]:
    """What a discriminator minimises, penalty · gradient penalty - distance, and its parts for the log."""
    distance = wasserstein_distance(critic, real, fake)
    norms = gradient_norms(critic, real, fake, rng)
    parts = {"distance": distance, "penalty": two_sided(norms), "gradient_norm": norms.mean()}
    return penalty * parts["penalty"] - distance, {name: part.detach() for name, part in parts.items()}
