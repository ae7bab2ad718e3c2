"""The critic of a Wasserstein GAN (Eq. 1): its scores, and the gradient of its loss in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from dg.nn import mlp


class OuterProducts(NamedTuple):
    """A layer's gradient: for each of b examples the sum of three outer products, of its real, fake and x̂ row.

    Their inner products give the norm of an example's gradient, which itself is never built.
    """

    left: Float[Tensor, "3 b o"]
    right: Float[Tensor, "3 b i"]

    def mean(self) -> tuple[Float[Tensor, "o i"], Float[Tensor, " o"]]:
        """Over the examples: the gradients of the layer's weight, and of its bias, which the penalty does not reach."""
        b = self.left.shape[1]
        weight, bias = self.total()
        return weight / b, bias / b

    def total(self, shares: Float[Tensor, " b"] | None = None) -> tuple[Float[Tensor, "o i"], Float[Tensor, " o"]]:
        """Of the examples' gradients, or of a share of each: what belongs to the layer's weight, and to its bias."""
        left = self.left if shares is None else self.left * shares[:, None]
        return left.flatten(0, 1).T @ self.right.flatten(0, 1), left[:2].sum(dim=(0, 1))

    def squared_norms(self) -> Float[Tensor, " b"]:
        """‖Σ lᵢrᵢᵀ‖² = Σ (lᵢ·lⱼ)(rᵢ·rⱼ) of every example's weight, and its bias; in 64 bits, for terms may cancel."""
        left, right = (rows.transpose(0, 1).double() for rows in self)
        inner = (left @ left.mT) * (right @ right.mT)
        return inner.sum(dim=(1, 2)).clamp_min(0) + left[:, :2].sum(dim=1).square().sum(dim=1)


class Critic(nn.Sequential):
    """An MLP with ReLU that scores rows, and maximises E[D(x)] - E[D(G(z))] under a gradient penalty (Appendix B).

    As long as the same units are active it is linear: ∇D(x) = W₁ᵀ(m₁ ∘ W₂ᵀ(m₂ ∘ … w)), where the masks m say which are
    active at x. The penalty needs this gradient, and the penalty's own gradient is then that of plain matrix products.
    """

    def __init__(self, inputs: int, hidden: Sequence[int]) -> None:
        super().__init__(*mlp(inputs, hidden, 1))

    @property
    def inputs(self) -> int:
        """How wide a row is."""
        return self.dense[0].in_features

    @property
    def dense(self) -> list[nn.Linear]:
        """The layers that have weights."""
        return [layer for layer in self if isinstance(layer, nn.Linear)]

    def backward(
        self, real: Float[Tensor, "b d"], fake: Float[Tensor, "b d"], weight: Float[Tensor, "b 1"], *, penalty: float
    ) -> dict[str, Tensor]:
        """Sets `grad` of all weights to the mean gradient of the loss, as `Tensor.backward` would.

        The loss is penalty · (‖∇D(x̂)‖₂ - 1)² - (D(x) - D(G(z))), with x̂ = weight · x + (1 - weight) · G(z). A row holds
        measurements and metadata together, so that the norm is joint. Returns the parts of the loss for the log.
        """
        layers, parts = self.gradient(real, fake, weight, penalty=penalty)
        with torch.autocast(real.device.type, enabled=False):
            for layer, products in zip(self.dense, layers, strict=True):
                layer.weight.grad, layer.bias.grad = products.mean()
        return parts

    @torch.no_grad()
    def gradient(
        self, real: Float[Tensor, "b d"], fake: Float[Tensor, "b d"], weight: Float[Tensor, "b 1"], *, penalty: float
    ) -> tuple[list[OuterProducts], dict[str, Tensor]]:
        """The gradient of the loss for every example, layer by layer, and the parts of the mean loss.

        x̂ passes the layers beside real and fake. It enters after the first one, which is linear. With bf16 only this
        pass is in bf16, and all that follows from it in float32.
        """
        first, *others = self.dense
        rows = torch.stack([real, fake, torch.empty_like(fake)])
        reached = first(rows[:2])
        reached = torch.cat([reached, torch.lerp(reached[1], reached[0], weight.to(reached))[None]])
        right, masks = [rows], []
        for layer in others:
            masks.append((reached > 0).to(rows))
            right.append(reached.relu().to(rows))
            reached = layer(right[-1])
        scores = reached[:2].to(rows).mean(dim=(1, 2))
        with torch.autocast(real.device.type, enabled=False):
            slope = torch.ones_like(reached, dtype=rows.dtype)
            left = [slope]
            for layer, mask in zip(others[::-1], masks[::-1], strict=True):
                slope = slope @ layer.weight * mask
                left.insert(0, slope)
            input_gradient = slope[2] @ first.weight
            norms = (input_gradient.square().sum(dim=1) + 1e-8).sqrt()
            rows[2] = (2 * penalty * (1 - 1 / norms))[:, None] * input_gradient
            for layer, mask, (below, above) in zip(self.dense, masks, pairwise(right), strict=False):
                above[2] = below[2] @ layer.weight.T * mask[2]
        for slopes in left:
            slopes[0].neg_()
        distance, penalties = scores[0] - scores[1], (norms - 1).square()
        parts = {"distance": distance, "penalty": penalties.mean(), "gradient_norm": norms.mean()}
        return [OuterProducts(*products) for products in zip(left, right, strict=True)], parts


def interpolation(b: int, rng: torch.Generator) -> Float[Tensor, "b 1"]:
    """Where x̂ lies between each real and fake row: t ~ U[0, 1] (Appendix B)."""
    return torch.rand((b, 1), generator=rng, device=rng.device)


def last_biases(module: nn.Module) -> dict[str, str]:
    """The last bias of each of a module's critics, by name, and why no loss moves it."""
    critics = {name: critic for name, critic in module.named_modules() if isinstance(critic, Critic)}
    cancels = "added to every score, it cancels in E[D(x)] - E[D(G(z))]"
    return {f"{name}.{len(critic) - 1}.bias": cancels for name, critic in critics.items()}
