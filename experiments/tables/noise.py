"""Noise numbers of a pass and averaged weights, beyond the paper: which do the validation split's metrics prefer?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from benchmarks.statistics.autocorrelation import AUTOCORRELATION_MSE
from experiments.ink.numbers import spread
from experiments.paper.artifact import Paper
from experiments.runs.data import split
from experiments.runs.run import Run, one_a_seed

PAPER = Paper(
    name="Noise",
    section="4.1",
    claim="silent on how wide the noise of an RNN pass is, and on averaging weights",
)
METRIC = "autocorrelation_mse"
LAST = "last weights"


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run and kind of weights: model, seed, noise, weights, mse, milliseconds.

    mse: of the autocorrelation, against the validation split, at the end of training; A′ is not looked at. `real` is
    the training half A.
    """
    rows = []
    for run in one_a_seed(runs):
        parts = split(run.config)
        mse = AUTOCORRELATION_MSE(parts.validation, parts.train)
        rows.append({"model": "real", "seed": run.seed, "noise": "", "weights": "", "mse": mse})
    for run in runs:
        module: Any = run.generator.module
        noise = str(module.generator.noise_widths[-1])
        milliseconds = 1e3 * run.provenance["seconds"] / run.config.batches
        for column in run.curves.columns:
            kind, _, name = column.partition("/")
            if kind.startswith("validation") and name == METRIC:
                weights = f"averaged, decay {kind.removeprefix('validation_')}" if "_" in kind else LAST
                mse = run.curves[column].dropna().iloc[-1]
                rows.append(
                    {"model": run.model, "seed": run.seed, "noise": noise, "weights": weights, "mse": mse}
                    | {"milliseconds": milliseconds}
                )
    return pd.DataFrame(rows)


def render(frame: pd.DataFrame) -> str:
    """Medians and ranges over seeds, and which is lowest."""
    rows, groups = [], frame[frame["model"] != "real"].groupby(["noise", "weights"], sort=False)
    for (noise, weights), found in groups:
        rows.append(
            {
                "noise numbers a pass": noise,
                "weights": weights,
                "autocorrelation MSE, validation split": spread(found["mse"], ".5f"),
                "seeds": len(found),
                "ms a batch": f"{found['milliseconds'].median():.0f}",
            }
        )
    real = frame.loc[frame["model"] == "real", "mse"]
    (noise, weights), lowest = min(((key, found["mse"].median()) for key, found in groups), key=lambda pair: pair[1])
    lines = [
        f"- Lowest median: {noise} noise numbers, {weights}, {lowest:.5f}.",
        f"- Real samples, A against the same split: {spread(real, '.5f')}.",
    ]
    return "\n\n".join([pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True), "\n".join(lines)])
