"""Augmentation, beyond the paper: do predictors do better with real and generated samples (A + B) than with A alone?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.ink.models import label_of
from experiments.ink.numbers import spread
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies.capabilities import left_out
from experiments.studies.downstream import tasks

PAPER = Paper(
    name="Augmentation",
    section="5.2",
    claim="nothing: it names the augmentation of data as a use of GANs (§1) and does not measure it",
)
SCORES = ("accuracy", "balanced accuracy", "R²")


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Scores on A′ by training set, as experiments.studies.downstream describes them, with their dataset."""
    scores = tasks(runs, augment=True)
    frame = pd.concat([rows.assign(dataset=dataset) for dataset, rows in scores.items()], ignore_index=True)
    compared = frame["tested"].eq("A′") & frame["trained"].isin(["A", "A + B"])
    return frame[compared | frame["task"].isna()].drop(columns="resampled")


def render(frame: pd.DataFrame) -> str:
    """One table per dataset and score: A alone, then the gain from adding B; medians over seeds and their range."""
    parts = []
    for (dataset, task), rows in frame.dropna(subset="task").groupby(["dataset", "task"], sort=False):
        for score in SCORES:
            if score in rows and rows[score].notna().any():
                parts += [f"{dataset}: {score} on A′, {task}", _table(rows, score)]
    return "\n\n".join(part for part in (*parts, "\n".join(left_out(frame))) if part)


def _table(frame: pd.DataFrame, score: str) -> str:
    predicted = frame[frame["control"].eq(False)]
    predictors = list(predicted["predictor"].unique())
    wide = predicted.pivot(index=["model", "seed"], columns="predictor", values=score)[predictors]
    real = wide.loc["real"]
    rows = [{"trained on": "Real (A)", **{each: spread(real[each]) for each in predictors}}]
    for model in [model for model in predicted["model"].unique() if model != "real"]:
        gain = wide.loc[model] - real
        cells = {
            each: f"{gain[each].median():+.3f} ({gain[each].min():+.3f} to {gain[each].max():+.3f})"
            for each in predictors
        }
        rows.append({"trained on": f"Real and {label_of(model)} (A + B), gain", **cells})
    seeds = predicted["seed"].nunique()
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return f"{text}\n\n{seeds} seeds; as many generated samples as real ones."
