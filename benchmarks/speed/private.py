"""The speed of private training (§6.2) at the size of the paper's Wikipedia Web Traffic: T = 550, batches of about 100.

    python -m benchmarks.speed.private [--threads 1] [--turns 5] [--batches 20] [--clock wall]

Prints the milliseconds of a batch of DoppelGANger, plain, private, and private with single gradients by torch.func
instead of the critic's closed form, and their ratio to the plain batch of the same turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from typing import Any

import pandas as pd
import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from benchmarks.speed.commands import begin, conditions, options, pace
from benchmarks.speed.models import TRAINING_SAMPLES, measure
from benchmarks.speed.operations import matrix_product_rate
from dg.critic import Critic
from dg.datasets.wwt.simulator import simulate
from dg.doppelganger import DoppelGANger
from dg.encoding import Encoder
from dg.privacy import Privacy, PrivateTraining
from dg.privacy.dp_sgd import Rows

PRIVACY = Privacy(noise_multiplier=1.0, learnt_scales=True, delta=1e-4, secret=0)
CHUNK = 25  # samples whose gradients are built together: with all of them memory is the limit
AT_MOST = 1.5


class ByFunctions(PrivateTraining):
    """The same gradients, but each sample's is built, by two nested derivatives of torch.func."""

    def backward(
        self, critics: Sequence[Critic], rows: Sequence[Rows], noise: Sequence[Tensor], *, penalty: float
    ) -> list[dict[str, Tensor]]:
        """As in `PrivateTraining`, without the parts of the losses."""
        single = [_single(critic, shown, penalty) for critic, shown in zip(critics, rows, strict=True)]
        squared = [g.flatten(1).square().sum(dim=1) for gradients in single for g in gradients.values()]
        shares = (self.privacy.clip / torch.stack(squared).sum(dim=0).sqrt()).clamp(max=1.0)
        drawn, scale = iter(noise), self.mechanism.noise_multiplier * self.privacy.clip
        for critic, gradients in zip(critics, single, strict=True):
            for name, weight in critic.named_parameters():
                total = torch.tensordot(shares, gradients[name], dims=1)
                weight.grad = torch.add(total, next(drawn), alpha=scale).div_(self.batch_size)
        return [{} for _ in critics]


class Slowly(DoppelGANger):
    """DoppelGANger whose private steps go by `ByFunctions`."""

    def privatize(self, privacy: Privacy, n: int, batches: int) -> PrivateTraining:
        """The same plan."""
        plan = super().privatize(privacy, n, batches)
        self.private = ByFunctions(**{part.name: getattr(plan, part.name) for part in fields(plan)})
        return self.private


def _single(critic: Critic, rows: Rows, penalty: float) -> dict[str, Tensor]:
    def loss(weights: dict[str, Tensor], real: Tensor, fake: Tensor, weight: Tensor) -> Tensor:
        def score(x: Tensor) -> Tensor:
            return functional_call(critic, weights, (x[None],)).squeeze()

        slope = grad(score)(torch.lerp(fake, real, weight))
        return penalty * ((slope.square().sum() + 1e-8).sqrt() - 1).square() - (score(real) - score(fake))

    weights = {name: weight.detach() for name, weight in critic.named_parameters()}
    return vmap(grad(loss), in_dims=(None, 0, 0, 0), chunk_size=CHUNK)(weights, *rows)


def main() -> None:
    """Prints what the module's docstring says."""
    arguments = options(__doc__, what="training", threads=1, batches=20).parse_args()
    clock = begin(arguments)

    train = simulate(TRAINING_SAMPLES, seed=0)
    encoder = Encoder.fit(train, log=("views",))
    trainings: dict[str, dict[str, Any]] = {
        "plain": {"model": DoppelGANger},
        "private": {"model": DoppelGANger, "privacy": PRIVACY},
        "private, by torch.func": {"model": Slowly, "privacy": PRIVACY},
    }
    rows = [
        {"training": name, "turn": turn}
        | partial(measure, train=train, encoder=encoder, batches=arguments.batches, clock=clock)(**training)
        for turn in range(arguments.turns)
        for name, training in trainings.items()
    ]
    print(f"T = {train.schema.max_length}, {conditions(arguments, matrix_product_rate(clock))}")
    print(_table(pd.DataFrame(rows)).to_markdown(index=False, disable_numparse=True))
    print(f"A private batch should take at most {AT_MOST} times as long as a plain one.")


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    by_turn = rows.pivot(index="turn", columns="training", values="milliseconds")
    shown = []
    for name, found in rows.groupby("training", sort=False):
        ratio = by_turn[name] / by_turn["plain"]
        times = {
            "times plain": f"{ratio.median():.2f}",
            "min to max, paired": f"{ratio.min():.2f} to {ratio.max():.2f}",
        }
        shown.append({"training": name} | pace(found["milliseconds"], ".1f") | times)
    return pd.DataFrame(shown)


if __name__ == "__main__":
    main()
