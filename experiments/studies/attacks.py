"""Membership inference on runs (§6.2): how well attacks tell a run's training samples from others.

Frame, a row a run, attack and group of samples: model, seed, samples (of training), attack, group, and the fields of
`Outcome`; a rate is three columns, `found at 0.01` of the members and its interval, `… low` and `… high`. Groups with
fewer than ten members or non-members are left out, and so is the critic where a model has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.attacks.candidates import Chosen, candidates, groups, outlying, refuse_overlap, worst
from benchmarks.attacks.guessing import FALSE_POSITIVES, FEWEST, Outcome, judge
from benchmarks.attacks.neighbors import closeness, density_ratio, points
from dg.dataset import TimeSeriesDataset
from dg.generator import Generator
from dg.module import GenerativeModule
from experiments.runs.run import Run

CRITIC, LIRA, RATIO, DISTANCE = "critic", "likelihood ratio", "density ratio", "nearest sample"
Scores = tuple[NDArray[np.float64], NDArray[np.float64]]
Critic: TypeAlias = Callable[[TimeSeriesDataset], NDArray[np.float64]]
Shadows: TypeAlias = Callable[[TimeSeriesDataset, TimeSeriesDataset, np.random.Generator], Scores]


def attacked(runs: Sequence[Run]) -> pd.DataFrame:
    """All attacks on all runs, one after the other."""
    return pd.DataFrame([row for run in runs for row in _attacked(run)])


def _attacked(run: Run) -> Iterator[dict[str, Any]]:
    """On training samples and A′ (D60), drawn by the run's seed."""
    if run.real.nothing_held_out:
        raise ValueError(f"{run.folder}: membership takes samples that were held out; choose dataset.held_out=0.5")
    critic = None if why_no_critic(run.generator) else run.generator.scores
    rng, about = np.random.default_rng(run.seed), {"model": run.model, "seed": run.seed, "samples": len(run.real.train)}
    for attempt in attempts(run.real.train, run.real.held_out, run.generated, critic=critic, rng=rng):
        yield {**about, "attack": attempt.attack, "group": attempt.group, **columns(attempt.outcome)}


class Attempt(NamedTuple):
    """What an attack has achieved on a group of samples."""

    attack: str
    group: str
    outcome: Outcome


def attempts(
    members: TimeSeriesDataset,
    nonmembers: TimeSeriesDataset,
    generated: TimeSeriesDataset,
    *,
    reference: TimeSeriesDataset | None = None,
    critic: Critic | None,
    shadows: Shadows | None = None,
    delta: float = 0.0,
    rng: np.random.Generator,
) -> Iterator[Attempt]:
    """All attacks on as many members as non-members, drawn from the larger side, and on groups of them.

    reference: other samples of the members' distribution, for the attacks that see generated samples alone; None: they
        have the second half of the non-members for it, and judge the first
    critic: what gives a score to each real sample; None: there is none
    shadows: what holds the critic against shadow models (LiRA); None: nobody trained any
    delta: of the bound on ε
    """
    if critic is not None:
        sides = candidates(members, nonmembers, rng=rng)
        scores, chosen = (critic(sides[0]), critic(sides[1])), _groups(*sides)
        yield from _judged(CRITIC, scores, chosen, delta, rng)
        if shadows is not None:
            yield from _judged(LIRA, shadows(*sides, rng), chosen, delta, rng)
    if reference is None:
        half = len(nonmembers) // 2
        nonmembers, reference = nonmembers.take(slice(half)), nonmembers.take(slice(half, None))
    sides = candidates(members, nonmembers, rng=rng)
    refuse_overlap({"members": sides[0], "non-members": sides[1], "reference samples": reference})
    chosen = _groups(*sides)
    known, made, *placed = points(*(side.beside(generated) for side in (reference, generated, *sides)))
    ratios = density_ratio(placed[0], made, known), density_ratio(placed[1], made, known)
    yield from _judged(RATIO, ratios, chosen, delta, rng)
    yield from _judged(DISTANCE, (closeness(placed[0], made), closeness(placed[1], made)), chosen, delta, rng)


def why_no_critic(generator: Generator) -> str:
    """Why a model's critic cannot be asked; empty where it can."""
    if type(generator.module).scores is GenerativeModule.scores:
        return f"{type(generator.module).__name__} has none"
    if generator.card is not None and generator.card.retrained:
        return "an untrained one took its place when the model was retrained"
    return ""


def _groups(members: TimeSeriesDataset, nonmembers: TimeSeriesDataset) -> dict[str, Chosen]:
    away = outlying(np.concatenate(points(members, nonmembers)))
    return groups(members, nonmembers, worst(away[: len(members)], away[len(members) :]))


def _judged(
    attack: str, scores: Scores, chosen: dict[str, Chosen], delta: float, rng: np.random.Generator
) -> Iterator[Attempt]:
    for group, masks in chosen.items():
        members, nonmembers = (side[mask] for side, mask in zip(scores, masks, strict=True))
        if min(len(members), len(nonmembers)) >= FEWEST:
            yield Attempt(attack, group, judge(members, nonmembers, rng=rng, delta=delta))


def columns(outcome: Outcome) -> dict[str, float]:
    """An outcome as columns of the frame; a rate that cannot be told is NaN."""
    row = {name: value for name, value in vars(outcome).items() if name != "rates"}
    for at, rate in zip(FALSE_POSITIVES, outcome.rates, strict=True):
        value, low, high = (rate.value, rate.low, rate.high) if rate else (np.nan,) * 3
        row |= {f"found at {at:g}": value, f"found at {at:g} low": low, f"found at {at:g} high": high}
    return row
