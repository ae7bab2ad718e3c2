"""Figure 10 (§5.2): the histogram of end event types, GCUT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import distributions

PAPER = Paper(
    name="Figure 10",
    section="5.2",
    claim="DoppelGANger mimics the distribution of end event types, the naive GAN misses a category entirely",
)
claims = distributions.claims


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """The share of each end event type."""
    return distributions.frequencies(runs, "end event type")


def render(frame: pd.DataFrame) -> Figure:
    """One bar per type and model."""
    return distributions.bars(frame, "end event type")


def table(frame: pd.DataFrame) -> str:
    """The divergences, and the types that a model never generates."""
    missed = frame[(frame["share"] == 0) & ~frame["model"].isin(["held_out"])]
    real = frame[(frame["model"] == "held_out") & (frame["share"] > 0)]["value"].unique()
    lines = [
        f"- {distributions.name(model)} never gives {value} with {len(rows)} of its seeds."
        for (model, value), rows in missed[missed["value"].isin(real)].groupby(["model", "value"], sort=False)
    ]
    return "\n".join([distributions.distances(frame, "Jensen-Shannon divergence, bits"), *lines])
