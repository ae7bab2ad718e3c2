"""Generated samples beside their nearest training samples: what Figures 21 to 23 have in common.

Frame: model, seed, what, number, rank, step, value. `what` is "distance" (value: the mean square error of sample
`number` to its nearest training sample; model `held_out` is A′) or "series" (value: the normalized first measurement of
a generated sample, rank 0, and of its three nearest training samples).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.neighbors import MEASURED, memorization, nearest, normalized
from dg.dataset import TimeSeriesDataset
from experiments.ink.models import REAL, colour_of, label_of
from experiments.ink.plots import panels
from experiments.paper.claims import Verdict, within
from experiments.runs.run import Run, one_a_seed

CLAIM = "generated samples differ from their nearest training samples: DoppelGANger does not memorise"
DRAWN, NEIGHBOURS = 3, 3
FEW = 20  # records; shorter series are drawn with a mark at each record
NEAR = 0.6  # chance is 1/2, a copy 1


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Distances of all models and of A′, and the series of the first run."""
    parts = []
    for run in one_a_seed(runs):
        held_out, train = _sides(run, run.real.held_out)
        parts.append(_distances("held_out", run.seed, nearest(held_out, train)[0][:, 0]))
    for run in runs:
        generated, train = _sides(run, run.generated)
        parts.append(_distances(run.model, run.seed, nearest(generated, train)[0][:, 0]))
    return pd.concat([*parts, *_series(runs[0])], ignore_index=True)


def render(frame: pd.DataFrame, label: str) -> Figure:
    """One row per generated sample: the sample, then its nearest training samples by square error."""
    figure, axes = panels(DRAWN, NEIGHBOURS + 1, height=1.2)
    series = frame[frame["what"] == "series"]
    generated = label_of(series["model"].iloc[0])
    for (number, rank), rows in series.groupby(["number", "rank"]):
        axis = axes[int(number), int(rank)]
        marker = "." if len(rows) < FEW else ""
        colour = colour_of(REAL if rank else rows["model"].iloc[0])
        axis.plot(rows["step"], rows["value"], marker=marker, lw=0.7, color=colour)
        axis.sharey(axes[int(number), 0])
        if number == 0:
            axis.set_title(f"generated: {generated}" if rank == 0 else f"nearest real {int(rank)}")
    for axis in axes[-1]:
        axis.set_xlabel("record (number)")
    axes[DRAWN // 2, 0].set_ylabel(label)
    return figure


def table(frame: pd.DataFrame) -> str:
    """Every model's statistic of memorisation, with the median errors behind it."""
    rows = []
    for model, seeds in _scores(frame).groupby("model", sort=False):
        rows.append(
            {
                "model": label_of(model),
                "nearer to training than held-out samples": f"{seeds['nearer'].median():.3f}",
                "min to max": f"{seeds['nearer'].min():.3f} to {seeds['nearer'].max():.3f}",
                "median square error to the nearest": f"{seeds['error'].median():.3g}",
                "of held-out samples": f"{seeds['error of held-out'].median():.3g}",
                "seeds": len(seeds),
            }
        )
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return (
        f"{text}\n\n- The first number is the probability that a generated "
        "sample lies nearer to its nearest training sample than a held-out sample to its own: about 0.5 or less shows "
        "no memorisation, 1 is a copy (bootstrap). Samples that are too alike, or too smooth, are near to everything."
    )


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Of DoppelGANger alone; the bootstrap, which copies, stands in the table."""
    scores = _scores(frame)
    nearer = scores.loc[scores["model"] == "doppelganger", "nearer"]
    claim = f"DoppelGANger's samples are nearer to training samples than held-out ones with a probability under {NEAR}"
    return [within(claim, nearer, lambda value: value < NEAR)] if len(nearer) else []


def _scores(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a model and seed: the statistic of memorisation, and the median errors behind it."""
    distances = frame[frame["what"] == "distance"].groupby(["model", "seed"], sort=False)["value"]
    values = {key: group.to_numpy() for key, group in distances}
    return pd.DataFrame(
        [
            {
                "model": model,
                "seed": seed,
                "nearer": memorization(own, values["held_out", seed]),
                "error": np.median(own),
                "error of held-out": np.median(values["held_out", seed]),
            }
            for (model, seed), own in values.items()
            if model != "held_out"
        ]
    )


def _sides(run: Run, candidate: TimeSeriesDataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if run.real.nothing_held_out:
        raise ValueError(f"{run.folder}: memorisation shows against held-out samples only; choose dataset.held_out=0.5")
    train, log = run.real.train.beside(candidate), run.config.dataset.log
    part = candidate.take(slice(MEASURED))
    return normalized(part, train, log), normalized(train, train, log)


def _distances(model: str, seed: int, values: NDArray[np.float64]) -> pd.DataFrame:
    number = np.arange(len(values))
    return pd.DataFrame({"model": model, "seed": seed, "what": "distance", "number": number, "value": values})


def _series(run: Run) -> list[pd.DataFrame]:
    generated, train = _sides(run, run.generated)
    chosen = np.random.default_rng(run.seed).choice(len(generated), DRAWN, replace=False)
    index = nearest(generated[chosen], train, NEIGHBOURS)[1]
    parts = []
    for number, sample in enumerate(chosen):
        shown = [(generated[sample], run.generated.lengths[sample])]
        shown += [(train[near], run.real.train.lengths[near]) for near in index[number]]
        for rank, (series, length) in enumerate(shown):
            columns = {"number": number, "rank": rank, "step": np.arange(length), "value": series[:length, 0]}
            parts.append(pd.DataFrame({"model": run.model, "seed": run.seed, "what": "series", **columns}))
    return parts
