"""Figure 14's statistic (§5.3) on GCUT, because IBM's data are not public: each sample's maximum CPU rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.maximum import maximum
from dg.datasets.gcut_jobs import SCHEMA
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import distributions

PAPER = Paper(
    name="Figure 14",
    section="5.3",
    claim="on IBM's containers, which are not public, DoppelGANger captures the maxima even in the heavy tail",
)
claims = distributions.claims


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Shares of samples by the maximum of the first measurement, between the extremes of A′ on a log scale; its unit.

    As in Figure 8, models that do not generate lengths are left out.
    """
    real = np.concatenate([maximum(run.real.held_out) for run in runs])
    positive = real[real > 0]
    edges = np.geomspace(np.quantile(positive, 0.001), positive.max(), 41)
    unit = getattr(runs[0].real.held_out.schema.measurements[0], "unit", "")
    return distributions.shares(runs, maximum, edges, needs=("lengths",)).assign(unit=unit)


def render(frame: pd.DataFrame) -> Figure:
    """One panel per model."""
    label = f"maximum CPU rate ({_unit(frame)}); GCUT, not IBM\nouter bins: what lies beyond, too"
    return distributions.histograms(frame, label, log_x=True, log_y=True)


def table(frame: pd.DataFrame) -> str:
    """The distances between the distributions of maxima."""
    return distributions.distances(frame, f"Wasserstein-1 of maxima, {_unit(frame)}")


def _unit(frame: pd.DataFrame) -> str:
    """That of job-days, of which all older numbers are that do not say it."""
    return str(frame["unit"].iloc[0] if "unit" in frame else getattr(SCHEMA.measurements[0], "unit", ""))
