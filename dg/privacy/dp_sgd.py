"""DP-SGD for critics (§6.2; Abadi et al. 2016): what is to be promised, and the training that keeps it."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor

from dg.critic import Critic
from dg.hyperparameters import Seed, Weight, check
from dg.privacy.accounting import Mechanism, noise_for, steps_within
from dg.privacy.sampling import PoissonDraws
from dg.randomness import stream

Rows = tuple[Float[Tensor, "b _"], Float[Tensor, "b _"], Float[Tensor, "b 1"]]
"""What a critic is shown: training samples, a fake for each, and where x̂ lies; row i is sample i for every critic."""
Positive = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True)
class Privacy:
    """What a training is to promise: (ε, δ)-differential privacy of one training sample, more or less.

    epsilon: ε; None: it follows from the noise
    noise_multiplier: the noise's standard deviation, in clips; None: the least that keeps ε over all batches
    delta: δ, less than one in as many as there are training samples
    clip: C, how long the gradient of one sample may be, over all critics together (D58), or, in a model that is learnt
        from one noisy sum, the vector of one sample (D67); infinite only without noise
    learnt_scales: lets scales be learnt from the training samples, which gives something away that ε does not count
    secret: of batches and noise; whoever knows it can take the noise off again. None: the system's own randomness; a
        number makes a training that can be repeated, for experiments with public data

    With ε and noise both given, training ends when ε is spent. The release has noise 0.01 to 4 and a clip of 1.
    """

    epsilon: Positive | None = None
    noise_multiplier: Weight | None = None
    delta: Probability = 1e-5
    clip: Annotated[float, Field(gt=0, allow_inf_nan=True)] = 1.0
    learnt_scales: bool = False
    secret: Seed | None = None

    def __post_init__(self) -> None:
        check(Privacy, vars(self), "privacy")
        if self.epsilon is None and self.noise_multiplier is None:
            raise ValueError("privacy: give epsilon, noise_multiplier, or both")
        if math.isinf(self.clip) and self.noise_multiplier != 0:
            raise ValueError(f"privacy: clip is {self.clip}: noise cannot hide gradients of any length; give one")
        if self.noise_multiplier == 0 and self.epsilon is not None:
            raise ValueError("privacy: without noise there is no epsilon; leave one of them out")

    def plan(self, n: int, batch_size: int, batches: int, *, uses: int = 1) -> PrivateTraining:
        """The training of n samples for `batches`, or for fewer where ε is spent before; `uses` each batch so often."""
        if self.delta >= 1 / n:
            raise ValueError(
                f"privacy: delta is {self.delta}, and should be less than 1/{n}, where {n} is the number of training "
                "samples: with more, a model that publishes one of them would be called private"
            )
        if batch_size > n:
            raise ValueError(f"privacy: a batch of {batch_size} samples cannot be drawn from {n}: lower batch_size")
        noise, rate = self.noise_multiplier, batch_size / n
        if noise is None:
            assert self.epsilon is not None
            noise = noise_for(self.epsilon, self.delta, rate, batches, uses)
        elif self.epsilon is not None:
            whole = Mechanism(noise, rate, batches, uses)
            batches = steps_within(self.epsilon, self.delta, whole)
            if batches == 0:
                raise ValueError(
                    f"privacy: one batch with noise {noise} spends more than epsilon {self.epsilon}: more noise, fewer "
                    "samples a batch, or a greater epsilon"
                )
        secret = secrets.randbits(63) if self.secret is None else self.secret
        return PrivateTraining(self, Mechanism(noise, rate, batches, uses), batch_size, secret)


def may_learn(privacy: Privacy | None) -> bool:
    """Whether scales may be learnt from the training samples."""
    return privacy is None or privacy.learnt_scales


@dataclass(frozen=True)
class PrivateTraining:
    """Sampling, clipping, noise and accounting of one training, in one hand so that they cannot disagree.

    batch_size: the expected size of a batch, by which sums are divided: the true one would give something away
    """

    privacy: Privacy
    mechanism: Mechanism
    batch_size: int
    secret: int = field(repr=False)

    @property
    def promise(self) -> dict[str, float]:
        """What a checkpoint belongs to: more batches of the same spend more ε, and go on."""
        mechanism = self.mechanism
        return {"noise": mechanism.noise_multiplier, "rate": mechanism.sampling_rate, "clip": self.privacy.clip}

    def draws(self, n: int) -> PoissonDraws:
        """The indices of a batch, again and again."""
        return PoissonDraws(n, self.mechanism.sampling_rate, self.secret)

    def rng(self, batch: int, device: torch.device) -> torch.Generator:
        """For all of a batch that must not be known: where x̂ lies, the partners, the noise."""
        return stream(self.secret, batch, 2, device=device)

    def partners(self, b: int, rng: torch.Generator) -> Int[Tensor, " b"]:
        """Which of `batch_size` fakes each sample of a batch is judged against, however many others there are (D59)."""
        return torch.randint(self.batch_size, (b,), generator=rng, device=rng.device)

    def noise(self, critics: Sequence[Critic], rng: torch.Generator) -> list[Tensor]:
        """Fresh N(0, 1) noise for all weights of the critics, in the order of `parameters`."""
        weights = [weight for critic in critics for weight in critic.parameters()]
        return [torch.randn(weight.shape, generator=rng, device=rng.device) for weight in weights]

    @torch.no_grad()
    def backward(
        self,
        critics: Sequence[Critic],
        rows: Sequence[Rows],
        noise: Sequence[Tensor],
        *,
        penalty: float,
    ) -> list[dict[str, Tensor]]:
        """`Critic.backward` of all critics, privately; `rows` are what each is shown.

        Sets `grad` to (Σ clipped gradients + noise) / batch_size. The parts of the losses that it returns are exact:
        they are for who holds the data, and not covered by ε.
        """
        found = [critic.gradient(*shown, penalty=penalty) for critic, shown in zip(critics, rows, strict=True)]
        layers = [products for gradients, _ in found for products in gradients]
        norms = torch.stack([products.squared_norms() for products in layers]).sum(dim=0).sqrt()
        shares = self._shares(norms).to(layers[0].left)
        scale = self.mechanism.noise_multiplier * self.privacy.clip if self.mechanism.noise_multiplier else 0.0
        drawn = iter(noise)
        dense = [layer for critic in critics for layer in critic.dense]
        with torch.autocast(rows[0][0].device.type, enabled=False):
            for layer, products in zip(dense, layers, strict=True):
                for weight, total in zip((layer.weight, layer.bias), products.total(shares), strict=True):
                    weight.grad = torch.add(total, next(drawn), alpha=scale).div_(self.batch_size)
        empty = not len(rows[0][0])
        return [{name: torch.zeros_like(part) if empty else part for name, part in parts.items()} for _, parts in found]

    def noisy_sum(self, rows: Float[Tensor, "n d"], rng: torch.Generator) -> Float[Tensor, " d"]:
        """The sum of rows, each clipped to a norm of C, with noise: what a model that needs one batch learns from."""
        norms = torch.linalg.vector_norm(rows, dim=1)
        total = self._shares(norms) @ rows
        if not self.mechanism.noise_multiplier:
            return total
        noise = torch.randn(total.shape, generator=rng, device=rng.device, dtype=rows.dtype)
        return total + self.mechanism.noise_multiplier * self.privacy.clip * noise

    def _shares(self, norms: Float[Tensor, " b"]) -> Float[Tensor, " b"]:
        """How much of each gradient or vector is left by clipping it to a norm of C."""
        return (self.privacy.clip / norms).clamp(max=1.0)

    @cached_property
    def epsilon(self) -> float:
        """ε of the whole training; infinite without noise."""
        return self.mechanism.epsilon(self.privacy.delta) if self.mechanism.noise_multiplier else math.inf

    def description(self) -> dict[str, Any] | None:
        """What the model card says of it: nothing where there was no noise."""
        if not self.mechanism.noise_multiplier:
            return None
        mechanism, mu = self.mechanism, self.mechanism.mu()
        return {
            "epsilon": self.epsilon,
            "delta": self.privacy.delta,
            **({} if mu is None else {"mu": mu}),
            "noise_multiplier": mechanism.noise_multiplier,
            "clip": self.privacy.clip,
            "sampling_rate": mechanism.sampling_rate,
            "batches": mechanism.steps,
            "uses_of_a_batch": mechanism.uses,
            "accountant": mechanism.accountant,
            "neighbours": "one training sample more or less",
            "learnt_scales": self.privacy.learnt_scales,
        }
