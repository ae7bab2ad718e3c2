"""Figure 21 (Appendix C): three generated samples and their nearest training samples, WWT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import memorization

PAPER = Paper(
    name="Figure 21",
    section="C",
    claim="generated samples differ from their nearest training samples: DoppelGANger does not memorise",
)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Distances to training samples, and the series that are drawn."""
    return memorization.compute(runs)


def render(frame: pd.DataFrame) -> Figure:
    """The samples of the first model."""
    return memorization.render(frame, "daily page views, normalized")


def table(frame: pd.DataFrame) -> str:
    """The statistic of memorisation."""
    return memorization.table(frame, PAPER.claim)
