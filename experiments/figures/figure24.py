"""Figure 24 (Appendix D): R² of forecasting page views, trained on generated and tested on real pages, WWT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict
from experiments.runs.run import Run
from experiments.studies import transfer
from experiments.studies.downstream import forecasted

PAPER = Paper(
    name="Figure 24",
    section="D",
    claim="DoppelGANger's samples train all regressors better than any baseline's",
)
LOWEST = -0.5  # of the drawing; the paper leaves out large negative values


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """R² of every regressor, as experiments.studies.downstream describes it."""
    return forecasted(runs).drop(columns="resampled")


def render(frame: pd.DataFrame) -> Figure:
    """One group of bars per regressor, cut at -0.5."""
    return transfer.bars(frame, "R²", lowest=LOWEST)


def table(frame: pd.DataFrame) -> str:
    """R² as it is, however negative."""
    seen = "Days 1 to 500 are seen, days 501 to 550 predicted, as log(1 + views) (D41)."
    return f"{transfer.table(frame, 'R²')}\n\n{seen}"


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """By R²."""
    return transfer.claims(frame, "R²")
