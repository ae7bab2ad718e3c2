"""Other metadata distributions (§4.4, §6.1): the metadata generator is trained anew, alone, without time series."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from dg.checkpoint import refuse_divergence
from dg.critic import Critic, interpolation
from dg.doppelganger.module import DoppelGANger
from dg.doppelganger.wanted import Shares, Wanted, doppelganger, wanted
from dg.encoding import width
from dg.generator import Generator
from dg.hyperparameters import Count, Seed, check
from dg.module import TrainingDiverged
from dg.nn import move_averages
from dg.randomness import stream

BATCHES = 3000


def retrain(
    generator: Generator,
    target: pd.DataFrame | str | Path | Shares | Wanted,
    *,
    batches: Count = BATCHES,
    seed: Seed = 0,
    forget: bool = False,
) -> Generator:
    """A new Generator of the same P(R | A) and another P(A), a function of the generator, the target and the seed.

    target: a table with one row a sample and all metadata fields, the shares of values, or what `wanted` made of them
    batches: minibatches to train for; the model's own size, rates, units and penalty are kept (D57)
    forget: whether the min/max generator is learnt anew, from what the former one says of wanted metadata (D68)

    The measurement generator stays as it is. Of the metadata generator the last layer begins anew, because softmaxes
    that never say a value are slow to learn it. The critics are untrained ones: those of before would tell the former
    distribution. The min/max generator stays too, running statistics included, and they tell it to who holds the file
    (`benchmarks/attacks/distributions.py`), unless `forget` is chosen. Then P(R | A) is nearly what it was, for wanted
    combinations alone, and of the measurement generator only those weights stay that samples are made with.
    Raises ValueError for a model that has no metadata generator of its own and for a target that cannot be had, and
    TrainingDiverged when a loss or a weight is no longer finite.
    """
    check(retrain, {"batches": batches, "seed": seed, "forget": forget}, "retrain")
    goal = target if isinstance(target, Wanted) else wanted(generator, target, seed=seed)
    former = doppelganger(generator)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = type(former)(generator.encoder.layout, **former.hparams).to(former.device)
        judged = width(module.layout.metadata) * module.hparams.packing
        critic = Critic(judged, [module.hparams.discriminator_units] * module.hparams.discriminator_layers)
    weights = former.state_dict()
    if forget:
        last = former.sampled.measurements.state_dict()
        weights |= {f"generator.measurements.{name}": weight for name, weight in last.items()}
    kept = {name: weight for name, weight in weights.items() if _stays(name, forget)}
    module.load_state_dict(module.state_dict() | kept)
    encoded = generator.encoder.encode_metadata(goal.metadata)
    _compete(module, critic.to(former.device), encoded, goal, batches, seed)
    if forget:
        _imitate(former, module, encoded[torch.from_numpy(goal.weights > 0)].unique(dim=0), batches, seed)
    refuse_divergence(module, batches)
    note = f"metadata, {batches:,} batches with seed {seed}"
    if module.generator.minmax is not None:
        note += "; min/max learnt anew" if forget else "; min/max statistics of the former remain"
    card = generator.card and replace(generator.card, retrained=note)
    return Generator(generator.encoder, module.eval(), card)


def _compete(module: DoppelGANger, critic: Critic, rows: Tensor, goal: Wanted, batches: int, seed: int) -> None:
    """The critic and the metadata generator in turn, as the auxiliary discriminator and the generator of Eq. 1."""
    options: Any = module.hparams
    networks: Any = module.generator.metadata
    networks.train()
    rates = (options.learning_rate, options.beta1, options.beta2)
    judging, generating = module.adam(critic, *rates), module.adam(networks, *rates)
    n = options.batch_size * options.packing

    def fakes(rng: torch.Generator) -> Float[Tensor, "b d"]:
        noise = torch.randn((n, options.metadata_noise), generator=rng, device=rng.device)
        return networks(noise).view(options.batch_size, -1)

    for batch in tqdm(range(batches), desc="metadata", unit="batch", mininterval=1, dynamic_ncols=True):
        rng = stream(seed, batch, 3, device=module.device)
        for _ in range(options.discriminator_rounds):
            real = rows[goal.rows(n, rng)].to(module.device).view(options.batch_size, -1)
            with torch.no_grad():
                fake = fakes(rng)
            losses = critic.backward(real, fake, interpolation(len(real), rng), penalty=options.penalty)
            judging.step()
        for _ in range(options.generator_rounds):
            loss = -critic(fakes(rng)).mean()
            generating.zero_grad()
            loss.backward(inputs=list(networks.parameters()))
            generating.step()
        if module.averaged is not None:
            averages: Any = module.averaged.metadata
            move_averages(averages.state_dict(), networks.state_dict(), options.averaging)
        wrong = [name for name, value in losses.items() if not value.isfinite()]
        if wrong:
            raise TrainingDiverged.at(batch, [f"{name} loss of the metadata" for name in wrong])


def _imitate(former: DoppelGANger, module: DoppelGANger, rows: Tensor, batches: int, seed: int) -> None:
    """The min/max generator, of fresh weights, learns what the former one gives for each of the rows (D68)."""
    options: Any = module.hparams
    teacher, pupil = former.sampled.minmax, module.generator.minmax
    if teacher is None or pupil is None:
        return
    teacher.eval()
    pupil.train()
    learning = module.adam(pupil, options.learning_rate, options.beta1, options.beta2)
    rows, n = rows.to(module.device), options.batch_size * options.packing
    for batch in tqdm(range(batches), desc="min/max", unit="batch", mininterval=1, dynamic_ncols=True):
        rng = stream(seed, batch, 5, device=module.device)
        noise = torch.randn((n, options.minmax_noise), generator=rng, device=rng.device)
        inputs = torch.cat([noise, rows[torch.randint(len(rows), (n,), generator=rng, device=rng.device)]], dim=1)
        with torch.no_grad():
            told = teacher(inputs)
        learning.zero_grad()
        (pupil(inputs) - told).square().mean().backward()
        learning.step()
        if module.averaged is not None:
            averages: Any = module.averaged.minmax
            move_averages(averages.state_dict(), pupil.state_dict(), options.averaging)


def _stays(name: str, forget: bool) -> bool:
    """Whether a weight is taken over: it is no critic's, nor of the metadata generator's last layer (D57)."""
    anew = ("generator.metadata.heads.", "averaged.metadata.heads.", "discriminator.", "auxiliary_discriminator.")
    return not name.startswith((*anew, "generator.minmax.", "averaged.minmax.") if forget else anew)
