"""Figure 19 (Appendix C): the histogram of Wikipedia domains, WWT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import distributions

PAPER = Paper(
    name="Figure 19",
    section="C",
    claim="DoppelGANger learns the distribution of domains fairly well, the naive GAN does not",
)
claims = distributions.claims


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """The share of each domain."""
    return distributions.frequencies(runs, "domain")


def render(frame: pd.DataFrame) -> Figure:
    """One bar per domain and model."""
    return distributions.bars(frame, "Wikipedia domain")


def table(frame: pd.DataFrame) -> str:
    """The divergences."""
    return distributions.distances(frame, "Jensen-Shannon divergence, bits")
