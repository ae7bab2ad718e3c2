"""Figure 25 (Appendix D): the ranking of event-type prediction algorithms on real and on generated data, GCUT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.paper.artifact import Paper
from experiments.paper.published import TABLE5
from experiments.runs.run import Run
from experiments.studies import rankings
from experiments.studies.downstream import classified

PAPER = Paper(
    name="Figure 25",
    section="D",
    claim="DoppelGANger and AR are best at keeping the algorithms' ranking",
)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Scores and ranks, as experiments.studies.rankings describes them."""
    return rankings.compute(classified(runs), "accuracy")


def render(frame: pd.DataFrame) -> Figure:
    """One group of bars per model, with ranks."""
    return rankings.render(frame, "accuracy: A on A′, B on B′")


def table(frame: pd.DataFrame) -> str:
    """Scores with ranks, and the rank correlations."""
    lines = "\n".join([f"- The paper: {PAPER.claim}.", *rankings.remarks(frame)])
    return f"{rankings.placed(frame)}\n\n{rankings.table(frame, TABLE5['gcut'])}\n\n{lines}"
