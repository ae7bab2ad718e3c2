"""Figure 11 (§5.2): the error of the autocorrelation by the number of training samples, WWT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.autocorrelation import AUTOCORRELATION_MSE
from experiments.ink.models import REAL, colour_of, label_of, line_of
from experiments.ink.numbers import spread
from experiments.ink.plots import COLUMN, legend, panels
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict, better, by_seed, within
from experiments.paper.published import FIGURE11, FIGURE11_FALL
from experiments.runs.run import Run

PAPER = Paper(
    name="Figure 11",
    section="5.2",
    claim="the error decreases by 60 % as training samples grow by two orders of magnitude, 500 are worst, and "
    "models of equal settings vary",
)
OURS, TWO_ORDERS = "doppelganger", 100


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per model, seed and number of training samples: model, seed, samples, mse (that of Table 3).

    Every row is measured against the held-out half A′; `real` is as many training samples against it.
    """
    rows = []
    for run in runs:
        about = {"seed": run.seed, "samples": len(run.real.train)}
        rows.append({"model": REAL, **about, "mse": AUTOCORRELATION_MSE(run.real.held_out, run.real.train)})
        rows.append({"model": run.model, **about, "mse": AUTOCORRELATION_MSE(run.real.held_out, run.generated)})
    known = pd.DataFrame(rows).drop_duplicates(["model", "seed", "samples"])  # all may be fewer than a size
    return known.sort_values(["model", "seed", "samples"], kind="stable", ignore_index=True)


def render(frame: pd.DataFrame) -> Figure:
    """A point a run, and a line through the medians of each size, as in the paper, whose two numbers are crosses."""
    figure, axes = panels(1, 1, width=COLUMN, height=3.4)
    axis = axes[0, 0]
    for model, rows in frame.groupby("model", sort=False):
        medians = rows.groupby("samples")["mse"].median()
        axis.plot(medians.index, medians, color=colour_of(model), ls=line_of(model), lw=1, label=label_of(model))
        axis.scatter(rows["samples"], rows["mse"], color=colour_of(model), s=10)
    label = f"{label_of(OURS)}, the paper"
    axis.scatter(list(FIGURE11), list(FIGURE11.values()), marker="x", color=colour_of(OURS), label=label)
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="training samples (number)",
        ylabel="MSE of the autocorrelation",
    )
    legend(axis)
    return figure


def table(frame: pd.DataFrame) -> str:
    """The errors by size, beside the paper's."""
    rows = [
        {
            "model": label_of(model),
            "training samples": f"{samples:,}",
            "the paper": f"{FIGURE11[samples]:.4f}" if model == OURS and samples in FIGURE11 else "",
            "MSE (min to max)": spread(part["mse"], ".5f"),
            "seeds": len(part),
        }
        for (model, samples), part in frame.groupby(["model", "samples"], sort=False)
    ]
    paper = ", ".join(f"{error:.4f} with {samples:,} training samples" for samples, error in FIGURE11.items())
    return f"{pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)}\n\n- The paper has {paper} (Table 3)."


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """All samples against the fewest; and by how much, where there are a hundred times as many."""
    ours = frame[frame["model"] == OURS]
    sizes = {size: f"{size:,} training samples" for size in sorted(ours["samples"].unique())}
    if len(sizes) < 2:
        return []
    few, most = min(sizes), max(sizes)
    scores = by_seed(ours.assign(model=ours["samples"].map(sizes)), "mse")
    found = better(f"{sizes[most]} give a smaller error than {few:,}", scores, sizes[most], [sizes[few]])
    if most >= TWO_ORDERS * few:
        share = (scores[sizes[most]] / scores[sizes[few]]).dropna()
        claim = f"From {few:,} to {most:,} training samples the error falls by {FIGURE11_FALL:.0%} at least"
        found.append(within(claim, 1 - share, lambda fall: fall >= FIGURE11_FALL))
    return found
