"""Figure 1 (§2.2, §5.2): autocorrelation of daily page views, real and generated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.autocorrelation import autocorrelation
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import kind_of, label_of
from experiments.ink.plots import curve, legend, panels
from experiments.paper.artifact import Paper
from experiments.runs.run import Run, one_a_seed

PAPER = Paper(
    name="Figure 1",
    section="2.2",
    claim="DoppelGANger captures the weekly spikes and the local peak at about one year; the baselines do not",
)
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
    """One panel each for DoppelGANger, other deep generators, classical models and controls; bands are ranges."""
    shown = [model for model in frame["model"].unique() if model != "real"]
    groups = {title: [model for model in shown if kind_of(model) == kind] for kind, title in PANELS.items()}
    groups = {title: models for title, models in groups.items() if models}
    figure, axes = panels(len(groups), 1, width=8, height=2.3)
    for axis, (title, models) in zip(axes[:, 0], groups.items(), strict=True):
        for model in (*models, "real"):
            over_seeds = frame[frame["model"] == model].pivot(index="lag", columns="seed", values="autocorrelation")
            band = (over_seeds.min(axis=1).to_numpy(), over_seeds.max(axis=1).to_numpy())
            curve(axis, over_seeds.index.to_numpy(), over_seeds.median(axis=1).to_numpy(), model, _label(model), band)
        axis.set_ylabel(f"{title}\nautocorrelation")
        axis.set_ylim(-0.15, 0.65) if title in ("DoppelGANger", "controls") else axis.set_ylim(-0.3, 1.05)
        legend(axis)
    axes[-1, 0].set_xlabel("lag (days); line: median over seeds, band: their range")
    return figure


def _curve(model: str, seed: int, data: TimeSeriesDataset) -> pd.DataFrame:
    values = autocorrelation(data)
    return pd.DataFrame({"model": model, "seed": seed, "lag": np.arange(1, len(values) + 1), "autocorrelation": values})


def _label(model: str) -> str:
    return "Real (A′)" if model == "real" else label_of(model)
