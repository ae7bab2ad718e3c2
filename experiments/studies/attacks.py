"""Membership inference on runs (§6.2): how well attacks tell a run's training samples from others.

Frame, a row a run, attack and group of samples: model, seed, samples (of training), attack, group, and the fields of
`Outcome`; a rate is three columns, `found at 0.01` of the members and its interval, `… low` and `… high`. Groups with
fewer than ten members or non-members are left out, and so is the critic where a model has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.attacks.candidates import Chosen, candidates, groups, outlying, refuse_overlap, worst
from benchmarks.attacks.guessing import FALSE_POSITIVES, FEWEST, Outcome, judge
from benchmarks.attacks.neighbors import closeness, density_ratio, points
from dg.dataset import TimeSeriesDataset
from dg.module import GenerativeModule
from experiments.runs.run import Run

CRITIC, RATIO, DISTANCE = "critic", "density ratio", "nearest sample"
Scores = tuple[NDArray[np.float64], NDArray[np.float64]]


def attacked(runs: Sequence[Run]) -> pd.DataFrame:
    """All attacks on all runs, one after the other."""
    return pd.DataFrame([row for run in runs for row in _attacked(run)])


def _attacked(run: Run) -> Iterator[dict[str, Any]]:
    """As many members as non-members, drawn by the run's seed: training samples and A′ (D60).

    The attacks that see generated samples alone have half of A′ for a reference, and non-members of the other half.
    """
    if run.real.nothing_held_out:
        raise ValueError(f"{run.folder}: membership takes samples that were held out; choose dataset.held_out=0.5")
    train, held_out = run.real.train, run.real.held_out
    rng, half = np.random.default_rng(run.seed), len(held_out) // 2
    if type(run.generator.module).scores is not GenerativeModule.scores:
        sides = candidates(train, held_out, rng=rng)
        members, nonmembers = (run.generator.scores(side) for side in sides)
        yield from _judged(run, CRITIC, (members, nonmembers), _groups(*sides), rng)
    sides, reference = candidates(train, held_out.take(slice(half)), rng=rng), held_out.take(slice(half, None))
    refuse_overlap({"members": sides[0], "non-members": sides[1], "reference samples": reference})
    chosen = _groups(*sides)
    seen = [reference, run.generated, *sides]
    if not run.generated.schema.metadata:
        seen = [dataset.without_metadata() for dataset in seen]
    known, generated, *placed = points(*seen)
    members, nonmembers = (density_ratio(side, generated, known) for side in placed)
    yield from _judged(run, RATIO, (members, nonmembers), chosen, rng)
    members, nonmembers = (closeness(side, generated) for side in placed)
    yield from _judged(run, DISTANCE, (members, nonmembers), chosen, rng)


def _groups(members: TimeSeriesDataset, nonmembers: TimeSeriesDataset) -> dict[str, Chosen]:
    away = outlying(np.concatenate(points(members, nonmembers)))
    return groups(members, nonmembers, worst(away[: len(members)], away[len(members) :]))


def _judged(
    run: Run, attack: str, scores: Scores, chosen: dict[str, Chosen], rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for group, masks in chosen.items():
        members, nonmembers = (side[mask] for side, mask in zip(scores, masks, strict=True))
        if min(len(members), len(nonmembers)) >= FEWEST:
            about = {"model": run.model, "seed": run.seed, "samples": len(run.real.train)}
            yield about | {"attack": attack, "group": group} | columns(judge(members, nonmembers, rng=rng))


def columns(outcome: Outcome) -> dict[str, float]:
    """An outcome as columns of the frame; a rate that cannot be told is NaN."""
    row = {name: value for name, value in vars(outcome).items() if name != "rates"}
    for at, rate in zip(FALSE_POSITIVES, outcome.rates, strict=True):
        value, low, high = (rate.value, rate.low, rate.high) if rate else (np.nan,) * 3
        row |= {f"found at {at:g}": value, f"found at {at:g} low": low, f"found at {at:g} high": high}
    return row
