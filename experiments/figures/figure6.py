"""Figure 6 (§4.3): the distribution of (max + min)/2 over series, with and without the auxiliary discriminator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.distances import wasserstein1
from benchmarks.statistics.midrange import midrange
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import REAL, is_control, label_of
from experiments.ink.plots import histogram, legend, panels, same_range
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, better, by_seed
from experiments.runs.run import Run, one_a_seed

PAPER = Paper(
    name="Figure 6",
    section="4.3",
    claim="the auxiliary discriminator brings the distribution of (max + min)/2 closer, in the tails above all",
)
BINS = np.linspace(0, 7, 57)  # of log10(1 + views)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model, seed and bin: model, seed, low, high (log10(1 + views)), share, and two distances to A′.

    w1: Wasserstein-1 distance in page views; w1_log10: of log10(1 + views), which the busiest pages do not dominate
    """
    parts = []
    for run in one_a_seed(runs):
        parts.append(_histogram("held_out", run.seed, run.real.held_out, run.real.held_out))
        parts.append(_histogram("real", run.seed, run.real.held_out, run.real.train))
    parts += [_histogram(run.model, run.seed, run.real.held_out, run.generated) for run in runs]
    return pd.concat(parts, ignore_index=True)


def render(frame: pd.DataFrame) -> Figure:
    """One panel per model over the histogram of A′: the samples of all seeds, and the seeds' ranges as bands."""
    shown = [model for model in frame["model"].unique() if model != "held_out"]
    models = [model for model in shown if not is_control(model)] or shown
    rows = -(-len(models) // 2)
    figure, axes = panels(rows, 2, height=1.6)
    for axis, model in zip(axes.ravel(), models, strict=False):
        for side, colour, label in (("held_out", REAL, "Real (A′)"), (model, model, label_of(model))):
            shares = frame[frame["model"] == side].pivot(index="low", columns="seed", values="share")
            band = (shares.min(axis=1).to_numpy(), shares.max(axis=1).to_numpy())
            histogram(axis, BINS, shares.mean(axis=1).to_numpy(), colour, label, band)
        axis.set_ylabel("share of series")
        legend(axis)
    for axis in axes.ravel()[len(models) :]:
        axis.set_axis_off()
    for axis in axes[-1]:
        axis.set_xlabel("(max + min)/2, log₁₀(1 + daily page views)")
    same_range(axes)
    return figure


def table(frame: pd.DataFrame) -> str:
    """The distances, nearest first."""
    distances = frame[frame["model"] != "held_out"].groupby(["model", "seed"])[["w1", "w1_log10"]].first()
    medians, lowest, highest = (distances.groupby("model").agg(how) for how in ("median", "min", "max"))
    rows = [
        {
            "model": label_of(model),
            "Wasserstein-1, log10(1 + views)": f"{medians.loc[model, 'w1_log10']:.3f}",
            "min to max": f"{lowest.loc[model, 'w1_log10']:.3f} to {highest.loc[model, 'w1_log10']:.3f}",
            "Wasserstein-1, views": f"{medians.loc[model, 'w1']:,.0f}",
            "min to max ": f"{lowest.loc[model, 'w1']:,.0f} to {highest.loc[model, 'w1']:,.0f}",
            "seeds": len(distances.loc[model]),
        }
        for model in medians.sort_values("w1_log10").index
    ]
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """In log₁₀(1 + views), where the busiest pages do not decide."""
    scores = by_seed(frame, "w1_log10")
    claim = "DoppelGANger is closer than without the auxiliary discriminator"
    return better(claim, scores, "doppelganger", ["doppelganger_no_auxiliary"])


def _histogram(model: str, seed: int, real: TimeSeriesDataset, candidate: TimeSeriesDataset) -> pd.DataFrame:
    middles, reference = midrange(candidate), midrange(real)
    shares = np.histogram(np.clip(_log(middles), BINS[0], BINS[-1]), BINS)[0] / len(middles)
    return pd.DataFrame(
        {
            "model": model,
            "seed": seed,
            "low": BINS[:-1],
            "high": BINS[1:],
            "share": shares,
            "w1": wasserstein1(reference, middles),
            "w1_log10": wasserstein1(_log(reference), _log(middles)),
        }
    )


def _log(views: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log10(1 + views)
