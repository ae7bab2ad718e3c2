"""Samples measured by every column of the scoreboard: what the artifacts `scoreboard` and `search` have in common.

Frame: one row a model (or trial), seed and column: model, seed, column, aspect, unit, reference, value, error, copied.
error: how far the value is from the ideal, on its wrong side. copied: why a value is no merit, because it is drawn from
training samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from benchmarks.column import Column
from benchmarks.scoreboard import columns
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import REAL
from experiments.paper.claims import by_seed

if TYPE_CHECKING:
    from experiments.runs.run import Run  # brings torch, which two tables can be compared without


def measured(
    run: Run, against: Literal["held_out", "validation"], real: TimeSeriesDataset | None = None
) -> Iterator[dict[str, object]]:
    """The rows of what a run generates, against A′ or V, by the generator that it keeps (`keep_best`), else the last.

    real: samples in its place, as those of the model `real`

    Every set has as many samples as the one compared with. Of models that generate no metadata the measures are taken
    without the real ones. Raises ValueError where nothing is held out.
    """
    if run.real.nothing_held_out:
        raise ValueError(f"{run.folder}: the columns need samples that are held out; choose dataset.held_out=0.5")
    model, candidate = run.model, run.generated if run.best_generated is None else run.best_generated
    if real is not None:
        model, candidate = REAL, real
    copied = {**run.lacks, **run.generator.module.copies} if real is None else {}
    train, reference = run.real.train, getattr(run.real, against)
    for column, row in scored(train, reference, candidate, seed=run.seed, about_train=model != REAL):
        yield {"model": model, "seed": run.seed, **row, "copied": copied.get(column.only, "")}


def scored(
    train: TimeSeriesDataset,
    reference: TimeSeriesDataset,
    candidate: TimeSeriesDataset,
    *,
    seed: int,
    about_train: bool,
) -> Iterator[tuple[Column, dict[str, object]]]:
    """Every column that applies, with its row of the frame but for model, seed and copied.

    about_train: whether there is an answer to questions about the training samples; NaN otherwise
    """
    train, reference = train.beside(candidate), reference.beside(candidate)
    candidate = candidate.take(slice(len(reference)))
    for column in columns(train, reference):
        asked = about_train or column.aspect != "privacy"
        value = column.score(train, reference, candidate, seed=seed) if asked else np.nan
        distance = value - column.ideal
        error = {"lower": max(distance, 0.0), "higher": -distance, "nearer": abs(distance)}[column.better]
        row: dict[str, object] = {"column": column.name, "aspect": column.aspect, "unit": column.unit}
        row |= {"reference": f"{column.name}: {column.reference}", "value": value}
        yield column, row | {"error": error if asked else np.nan}


def mean_ranks(frame: pd.DataFrame) -> pd.DataFrame:
    """Each model's mean rank over the columns that it takes part in, [seed x model]; of ties the mean rank."""
    taking_part = frame[frame["copied"].fillna("").eq("") & frame["error"].notna()]
    ranks = taking_part.groupby(["seed", "column"])["error"].rank()
    rows = taking_part.assign(rank=ranks).groupby(["model", "seed"], as_index=False)["rank"].mean()
    return by_seed(rows, "rank")
