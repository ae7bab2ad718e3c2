"""Figure 26 (Appendix D): the ranking of traffic forecasting algorithms on real and on generated data, WWT."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from experiments.figures.figure24 import LOWEST
from experiments.paper.artifact import Paper
from experiments.paper.published import TABLE5
from experiments.runs.run import Run
from experiments.studies import rankings
from experiments.studies.downstream import forecasted

PAPER = Paper(name="Figure 26", section="D", claim=rankings.CLAIM)
render = partial(rankings.render, label="R²: A on A′, B on B′", lowest=LOWEST)
table = partial(rankings.page, paper=TABLE5["wwt"])
claims = rankings.claims


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Scores and ranks, as experiments.studies.rankings describes them."""
    return rankings.compute(forecasted(runs), "R²")
