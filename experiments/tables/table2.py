"""Table 2 (§5.2): Wasserstein-1 distance of the total bandwidth of DSL and of cable homes, MBA."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.distances import wasserstein1
from benchmarks.statistics.total import gigabytes
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import PEER, REAL, label_of
from experiments.ink.numbers import printed, reach
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, closest
from experiments.paper.published import TABLE2
from experiments.runs.run import Run, one_a_seed
from experiments.studies import peer
from experiments.studies.capabilities import left_out, unable, with_left_out

PAPER = Paper(
    name="Table 2",
    section="5.2",
    claim="DoppelGANger is closest to the real bandwidth, for DSL and for cable homes",
)
TECHNOLOGIES = tuple(TABLE2)
NO_HOME = "no home"
HALVES = "Real (one half against the other)"


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model, seed and technology: model, seed, technology, homes, real homes, w1 (GB over two weeks).

    The reference is A′, which is A itself where nothing is held out (D33); `real` is then one random half of it
    against the other. Where a model gives no home of a technology, w1 is empty. A model that cannot take part has one
    row with the reason in `left out`.
    """
    rows: list[dict[str, Any]] = []
    for run in one_a_seed(runs):
        sides = run.real.held_out, run.real.train
        if run.real.nothing_held_out:
            sides = run.real.train.split(0.5, 0.5, seed=run.seed)  # type: ignore[assignment]
        rows += _rows("real", run, *sides)
    reasons = unable(runs, ("metadata",))
    for run in runs:
        if run.model not in reasons:
            rows += _rows(run.model, run, run.real.held_out, run.generated)
    for run, generated in peer.rows(runs):
        rows += _rows(PEER, run, run.real.held_out, generated)
    return with_left_out(pd.DataFrame(rows), reasons)


def render(frame: pd.DataFrame) -> str:
    """Medians over seeds beside the paper's; a seed without a home of a technology is farther than any other."""
    measured = frame.dropna(subset="technology")
    scores = measured.pivot(index=["model", "seed"], columns="technology", values="w1").fillna(np.inf)
    medians = scores.groupby("model").median()
    order = medians[list(TECHNOLOGIES)].mean(axis=1).sort_values().index
    rows = []
    for model in order:
        row: dict[str, Any] = {"model": HALVES if model == REAL else label_of(model)}
        for technology in TECHNOLOGIES:
            values = scores.loc[model, technology]
            row |= {
                f"{technology}: paper": f"{TABLE2[technology][model]:.2f}" if model in TABLE2[technology] else "",
                f"{technology}: ours (median, GB)": printed(medians.loc[model, technology], ".2f", undefined=NO_HOME),
                f"{technology}: min to max": reach(values, ".2f", undefined=NO_HOME),
            }
        rows.append(row | {"seeds": len(scores.loc[model])})
    missing = measured[measured["homes"] == 0]
    lines = [
        f"- {label_of(model)} gave no {technology} home with {len(rows)} of its seeds."
        for (model, technology), rows in missing.groupby(["model", "technology"])
    ]
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return "\n\n".join(part for part in (text, "\n".join(lines + left_out(frame))) if part)


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Of DoppelGANger as in the paper, and as released for MBA (D34), each technology by itself."""
    return [
        verdict
        for ours in ("doppelganger", "doppelganger_plain")
        for technology, rows in frame.dropna(subset="technology").groupby("technology", sort=False)
        for verdict in closest(f"{label_of(ours)} is closest, {technology}", rows, "w1", ours)
    ]


def _rows(model: str, run: Run, real: TimeSeriesDataset, candidate: TimeSeriesDataset) -> list[dict[str, Any]]:
    rows = []
    for technology in TECHNOLOGIES:
        reference, homes = real.where(technology=technology), candidate.where(technology=technology)
        both = len(reference) and len(homes)
        rows.append(
            {
                "model": model,
                "seed": run.seed,
                "technology": technology,
                "homes": len(homes),
                "real homes": len(reference),
                "w1": wasserstein1(gigabytes(reference), gigabytes(homes)) if both else np.nan,
            }
        )
    return rows
