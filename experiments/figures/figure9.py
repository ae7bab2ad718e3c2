"""Figure 9 (§5.2): the histogram of task durations, GCUT, DoppelGANger and RNN."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from experiments.figures import figure18
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import distributions

PAPER = Paper(
    name="Figure 9",
    section="5.2",
    claim="DoppelGANger captures both modes of the durations, the RNN misses the second",
)
claims = partial(distributions.claims, claim="DoppelGANger is closer than the RNN")


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """As in Figure 18, which has all models."""
    return figure18.compute(runs)


def render(frame: pd.DataFrame) -> Figure:
    """One panel per model."""
    return figure18.render(frame)


def table(frame: pd.DataFrame) -> str:
    """The distances between the distributions."""
    return figure18.table(frame) + "\n\nFigure 18 has the other models."
