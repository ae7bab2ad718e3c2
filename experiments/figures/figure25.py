"""Figure 25 (Appendix D): the ranking of event-type prediction algorithms on real and on generated data, GCUT."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from experiments.paper.artifact import Paper
from experiments.paper.published import TABLE5
from experiments.runs.run import Run
from experiments.studies import rankings
from experiments.studies.downstream import classified

PAPER = Paper(name="Figure 25", section="D", claim=rankings.CLAIM)
render = partial(rankings.render, label="accuracy: A on A′, B on B′")
table = partial(rankings.page, paper=TABLE5["gcut"])
claims = rankings.claims


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Scores and ranks, as experiments.studies.rankings describes them."""
    return rankings.compute(classified(runs), "accuracy")
