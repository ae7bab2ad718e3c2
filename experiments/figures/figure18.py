"""Figure 18 (Appendix C): the histogram of task durations, GCUT, all models that generate lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.length import length
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import distributions

PAPER = Paper(
    name="Figure 18",
    section="C",
    claim="of the distributions of durations DoppelGANger's is clearly the most faithful",
)
claims = distributions.claims
UP_TO = 50  # records, one per bin; 97 % of the paper's tasks are no longer; the last bin holds the rest
DAY = 288  # records of five minutes


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Shares of samples by their records: one per bin up to 50, or six hours per bin where samples are days long."""
    shortest = min(int(run.real.held_out.lengths.min()) for run in runs)
    longest = runs[0].real.held_out.schema.max_length
    edges = np.arange(0.5, UP_TO + 2) if shortest < DAY else np.arange(0.5, longest + DAY, DAY / 4)
    return distributions.shares(runs, length, edges, needs=("lengths",))


def render(frame: pd.DataFrame) -> Figure:
    """One panel per model."""
    last = frame["high"].max()
    note = f"\nthe last bin: {UP_TO + 1} and more" if last == UP_TO + 1.5 else ""
    return distributions.histograms(frame, f"duration (records of five minutes){note}")


def table(frame: pd.DataFrame) -> str:
    """The distances between the distributions of lengths, before binning."""
    return distributions.distances(frame, "Wasserstein-1, records")
