"""Table 2 (§5.2): Wasserstein-1 distance of the total bandwidth of DSL and of cable homes, MBA."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.distances import wasserstein1
from benchmarks.statistics.total import gigabytes
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import is_control, kind_of, label_of
from experiments.ink.numbers import printed, reach
from experiments.paper.artifact import Paper
from experiments.paper.published import TABLE2
from experiments.runs.run import Run, one_a_seed
from experiments.studies.capabilities import left_out, unable, with_left_out

PAPER = Paper(
    name="Table 2",
    section="5.2",
    claim="DoppelGANger is closest to the real bandwidth, for DSL and for cable homes",
)
TECHNOLOGIES = tuple(TABLE2)
NO_HOME = "no home"


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
    return with_left_out(pd.DataFrame(rows), reasons)


def render(frame: pd.DataFrame) -> str:
    """Medians over seeds beside the paper's, and whether its claim holds.

    A seed without a home of a technology counts as farther than any other.
    """
    scores = frame.dropna(subset="technology").pivot(index=["model", "seed"], columns="technology", values="w1")
    scores = scores.fillna(np.inf)
    medians = scores.groupby("model").median()
    order = medians[list(TECHNOLOGIES)].mean(axis=1).sort_values().index
    rows = []
    for model in order:
        row: dict[str, Any] = {"model": label_of(model)}
        for technology in TECHNOLOGIES:
            values = scores.loc[model, technology]
            row |= {
                f"{technology}: paper": f"{TABLE2[technology][model]:.2f}" if model in TABLE2[technology] else "",
                f"{technology}: ours (median, GB)": printed(medians.loc[model, technology], ".2f", undefined=NO_HOME),
                f"{technology}: min to max": reach(values, ".2f", undefined=NO_HOME),
            }
        rows.append(row | {"seeds": len(scores.loc[model])})
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return "\n\n".join([text, "\n".join(_claims(frame, medians))])


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


def _claims(frame: pd.DataFrame, medians: pd.DataFrame) -> list[str]:
    lines = [f"- The paper: {PAPER.claim}."]
    competitors = [model for model in medians.index if not is_control(model)]
    for technology in TECHNOLOGIES:
        scores = medians.loc[competitors, technology]
        if len(scores) and np.isfinite(scores.min()):
            nearest = str(scores.idxmin())
            verdict = "holds" if kind_of(nearest) == "doppelganger" else "does not hold"
            lines.append(f"- {technology}: {verdict}, {label_of(nearest)} is closest.")
    counted = frame.dropna(subset="technology")
    missing = counted[counted["homes"] == 0]
    for (model, technology), rows in missing.groupby(["model", "technology"]):
        lines.append(f"- {label_of(model)} gave no {technology} home with {len(rows)} of its seeds.")
    return lines + left_out(frame)
