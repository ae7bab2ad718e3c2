"""Figure 20 (Appendix C): the CDF of the total bandwidth of DSL and of cable homes, MBA; Table 2 in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.statistics.total import gigabytes
from dg.dataset import TimeSeriesDataset
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import distributions
from experiments.tables.table2 import TECHNOLOGIES

PAPER = Paper(
    name="Figure 20",
    section="C",
    claim="most baselines know that cable homes use more than DSL homes; DoppelGANger's distributions are the closest",
)
claims = distributions.claims
EDGES = np.linspace(0, 80, 161)  # GB in two weeks; the last bin holds the rest


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Shares of homes by their total of the 56 values in GB, for each technology."""
    parts = {technology: partial(_homes, technology=technology) for technology in TECHNOLOGIES}
    return distributions.shares(runs, gigabytes, EDGES, parts=parts, needs=("metadata",))


def render(frame: pd.DataFrame) -> Figure:
    """The CDFs of all models, one panel per technology."""
    return distributions.cumulative(
        frame, "total traffic in two weeks (GB, the sum of the 56 values; the last step: all above 79.5)"
    )


def table(frame: pd.DataFrame) -> str:
    """The distances, the same as in Table 2."""
    return distributions.distances(frame, "Wasserstein-1, GB")


def _homes(dataset: TimeSeriesDataset, technology: str) -> TimeSeriesDataset:
    return dataset.where(technology=technology)
