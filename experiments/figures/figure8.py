"""Figure 8 (§5.2): the CDF of the correlation between CPU rate and assigned memory usage within a task, GCUT."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.correlation import correlation
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import distributions

PAPER = Paper(
    name="Figure 8",
    section="5.2",
    claim="DoppelGANger mirrors the distribution of the correlation much more closely than any baseline",
)
claims = distributions.claims
EDGES = np.linspace(-1, 1, 101)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Shares of samples by their correlation; the dataset's config names the two measurements.

    As in the paper, models that do not generate lengths are left out: the correlation is over a task's own records.
    """
    first, second = runs[0].config.dataset.correlated
    return distributions.shares(runs, partial(correlation, first=first, second=second), EDGES, needs=("lengths",))


def render(frame: pd.DataFrame) -> Figure:
    """The CDFs of all models."""
    return distributions.cumulative(frame, "Pearson correlation of CPU and memory within a sample")


def table(frame: pd.DataFrame) -> str:
    """The distances between the CDFs; samples of one record, or with a constant measurement, have no correlation."""
    return distributions.distances(frame, "Wasserstein-1 of correlations")
