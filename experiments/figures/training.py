"""Training curves, beyond the paper: how each model's losses and its validation metric move while it trains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.ink.models import is_control, label_of
from experiments.ink.numbers import printed
from experiments.ink.plots import curve, legend, panels
from experiments.paper.artifact import Paper
from experiments.runs.run import Run

PAPER = Paper(
    name="Training curves",
    section="5.2",
    claim="all models of Table 3 train until they are done; the paper does not say how it tells",
)
WINDOWS = 80
METRIC = "autocorrelation MSE on a validation split"
NOT_LOSSES = ("train/batches_per_second", "norm", "penalty")


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model, seed, quantity and window: model, seed, batches, quantity, trained, value.

    trained: the share of the budget that is spent at the end of the window; there are 80 windows. value: the mean of
    what was logged in the window. The quantities are the validation metric and the losses.
    """
    return pd.concat([_curves(run) for run in runs if not is_control(run.model)], ignore_index=True)


def render(frame: pd.DataFrame) -> Figure:
    """One row per model: its validation metric on the left, its losses on the right; medians and ranges over seeds."""
    models = list(frame["model"].unique())
    figure, axes = panels(len(models), 2, height=1.5)
    for (left, right), model in zip(axes, models, strict=True):
        rows = frame[frame["model"] == model]
        for quantity, values in rows.groupby("quantity"):
            seeds = values.pivot(index="trained", columns="seed", values="value")
            band = (seeds.min(axis=1).to_numpy(), seeds.max(axis=1).to_numpy())
            axis, colour = (left, model) if quantity == METRIC else (right, "")
            label = "_" if quantity == METRIC else str(quantity).replace("_", " ")
            curve(axis, seeds.index.to_numpy(), seeds.median(axis=1).to_numpy(), colour, label, band)
        name = label_of(model)
        left.set_title(name if left.lines else f"{name}: not sampled while it trains")
        if not left.lines:
            left.set_axis_off()
        left.set_yscale("log")
        left.set_ylabel("autocorrelation,\nMSE on V")
        right.set_ylabel("losses (no unit)")
        right.set_yscale(_scale(rows.loc[rows["quantity"] != METRIC, "value"]))
        for axis in (left, right):
            axis.set_xlim(0, 1)
            if axis is right and axis.lines:
                legend(axis)
    for axis in axes[-1]:
        axis.set_xlabel("share of the budget of batches")
    return figure


def table(frame: pd.DataFrame) -> str:
    """The metric and the losses over the last eighth of the budget, beside those over the eighth before."""
    rows = []
    for (model, quantity), values in frame.groupby(["model", "quantity"], sort=False):
        last = values.loc[values["trained"] > 7 / 8, "value"].median()
        before = values.loc[values["trained"].between(3 / 4, 7 / 8, inclusive="right"), "value"].median()
        rows.append(
            {
                "model": label_of(model),
                "batches": f"{values['batches'].iloc[0]:,}",
                "quantity": quantity,
                "last eighth but one": printed(before, ".5g", undefined=""),
                "last eighth": printed(last, ".5g", undefined=""),
                "change": "" if np.isnan(last / before) else f"{(last - before) / abs(before):+.0%}",
            }
        )
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def _curves(run: Run) -> pd.DataFrame:
    logged = run.curves
    losses = [column for column in logged if column.startswith("train/") and not column.endswith(NOT_LOSSES)]
    names = {column: column.removeprefix("train/") for column in losses}
    if "validation/autocorrelation_mse" in logged:
        names["validation/autocorrelation_mse"] = METRIC
    long = logged.rename(columns=names).melt("step", list(names.values()), "quantity", "value").dropna()
    trained = np.ceil(long["step"] / logged["step"].max() * WINDOWS).clip(lower=1) / WINDOWS
    means = long.groupby(["quantity", trained.rename("trained")])["value"].mean().reset_index()
    means.insert(0, "model", run.model)
    means.insert(1, "seed", run.seed)
    means.insert(2, "batches", run.generator.module.max_epochs or run.config.batches)
    return means


def _scale(values: pd.Series) -> str:
    if (values > 0).all():
        return "log"
    return "symlog" if values.abs().max() > 10 else "linear"
