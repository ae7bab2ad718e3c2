"""Figure 26 (Appendix D): the ranking of traffic forecasting algorithms on real and on generated data, WWT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.figures.figure24 import LOWEST
from experiments.paper.artifact import Paper
from experiments.paper.published import TABLE5
from experiments.runs.run import Run
from experiments.studies import rankings
from experiments.studies.downstream import forecasted

PAPER = Paper(
    name="Figure 26",
    section="D",
    claim="DoppelGANger and AR are best at keeping the algorithms' ranking",
)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Scores and ranks, as experiments.studies.rankings describes them."""
    return rankings.compute(forecasted(runs), "R²")


def render(frame: pd.DataFrame) -> Figure:
    """One group of bars per model, with ranks, cut at -0.5."""
    return rankings.render(frame, "R²: A on A′, B on B′", lowest=LOWEST)


def table(frame: pd.DataFrame) -> str:
    """Scores with ranks, and the rank correlations."""
    lines = "\n".join([f"- The paper: {PAPER.claim}.", *rankings.remarks(frame)])
    return f"{rankings.placed(frame)}\n\n{rankings.table(frame, TABLE5['wwt'])}\n\n{lines}"
