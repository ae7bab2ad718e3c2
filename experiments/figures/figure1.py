"""Figure 1 (§2.2, §5.2): autocorrelation of daily page views, real and generated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.autocorrelation import autocorrelation
from benchmarks.statistics.rhythm import WEEK, YEAR
from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt import SCHEMA
from experiments.ink.models import kind_of, label_of
from experiments.ink.numbers import spread
from experiments.ink.plots import curve, legend, panels
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, closest, within
from experiments.runs.run import Run, one_a_seed

PAPER = Paper(
    name="Figure 1",
    section="2.2",
    claim="DoppelGANger captures the weekly spikes and the local peak at about one year; the baselines do not",
)
RHYTHMS = {"weekly contrast": WEEK, "annual contrast": YEAR}
CLOSE_UPS = (((1, 549), -0.3, 1.05, 2.2), ((1, 30), -0.1, 0.9, 1.1), ((340, 390), -0.15, 0.25, 1.1))  # of those lags
PANELS = {
    "doppelganger": "DoppelGANger",
    "deep": "other deep generators",
    "classical": "classical models",
    "control": "controls",
}


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model, seed and lag: model, seed, lag, autocorrelation. `real` is the held-out half A′."""
    curves = [_curve("real", run.seed, run.real.held_out) for run in one_a_seed(runs)]
    curves += [_curve(run.model, run.seed, run.generated) for run in runs]
    return pd.concat(curves, ignore_index=True)


def render(frame: pd.DataFrame) -> Figure:
    """A row each for DoppelGANger, other deep generators, classical models and controls: all lags, a month, a year.

    A line is a seed, because no line between two seeds is a curve of either.
    """
    shown = [model for model in frame["model"].unique() if model != "real"]
    groups = {title: [model for model in shown if kind_of(model) == kind] for kind, title in PANELS.items()}
    groups = {title: models for title, models in groups.items() if models}
    shown_lags = [each for each in CLOSE_UPS if each[0][0] < frame["lag"].max()]
    figure, axes = panels(len(groups), len(shown_lags), height=2.0, widths=[width for *_, width in shown_lags])
    for row, (title, models) in zip(axes, groups.items(), strict=True):
        for axis, (lags, low, high, _) in zip(row, shown_lags, strict=True):
            for model in (*models, "real"):
                for seed, rows in frame[frame["model"].eq(model) & frame["lag"].between(*lags)].groupby("seed"):
                    label = _label(model) if seed == frame["seed"].min() and axis is row[0] else "_"
                    curve(axis, rows["lag"].to_numpy(), rows["autocorrelation"].to_numpy(), model, label)
            axis.set(xlim=lags, ylim=(low, high))
        row[0].set_ylabel(f"{title}\nautocorrelation")
        legend(row[0])
    for axis in axes[-1]:
        axis.set_xlabel("lag (days); a line is a seed" if axis is axes[-1, 0] else "lag (days)")
    return figure


def table(frame: pd.DataFrame) -> str:
    """How far the curves stand out at whole weeks and at a year, median over seeds and their reach."""
    contrasts = _contrasts(frame)
    rows = [
        {"model": _label(str(model)), **{name: spread(rows[name], ".4f") for name in RHYTHMS}, "seeds": len(rows)}
        for model, rows in contrasts.groupby("model", sort=False)
    ]
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """By the contrasts: whether DoppelGANger's are nearest to the real ones, and at least half as large."""
    contrasts = _contrasts(frame)
    real = contrasts[contrasts["model"] == "real"].set_index("seed")
    made = contrasts[contrasts["model"] != "real"]
    found = []
    for name in RHYTHMS:
        truth = made["seed"].map(real[name])
        errors = made.assign(error=(made[name] - truth).abs())
        found += closest(f"DoppelGANger's {name} is nearest", errors, "error", "doppelganger")
        share = (made[name] / truth)[made["model"] == "doppelganger"]
        if len(share):
            claim = f"DoppelGANger's {name} is at least half of the real one"
            found.append(within(claim, share, lambda value: value >= 0.5))
    return found


def _contrasts(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a model and seed: the contrasts of its curve."""
    rows = []
    for (model, seed), part in frame.groupby(["model", "seed"], sort=False):
        values = part.sort_values("lag")["autocorrelation"].to_numpy()[:, None]
        named = {name: rhythm.contrast(values, SCHEMA, len(values)).item() for name, rhythm in RHYTHMS.items()}
        rows.append({"model": model, "seed": seed, **named})
    return pd.DataFrame(rows)


def _curve(model: str, seed: int, data: TimeSeriesDataset) -> pd.DataFrame:
    values = autocorrelation(data)
    return pd.DataFrame({"model": model, "seed": seed, "lag": np.arange(1, len(values) + 1), "autocorrelation": values})


def _label(model: str) -> str:
    return "Real (A′)" if model == "real" else label_of(model)
