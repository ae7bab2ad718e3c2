"""Table 5 (§5.2): rank correlation of prediction algorithms, trained and tested on generated against on real data."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict
from experiments.paper.published import TABLE5
from experiments.runs.run import Run
from experiments.studies import rankings
from experiments.studies.downstream import tasks

PAPER = Paper(
    name="Table 5",
    section="5.2",
    claim="DoppelGANger and AR keep the order of algorithms best; AR does so with poor samples",
)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Scores and ranks, as studies.rankings describes them: forecasting of WWT, classification of others."""
    ranked = [
        rankings.compute(scores, "R²" if "R²" in scores else "accuracy").assign(dataset=dataset)
        for dataset, scores in tasks(runs).items()
    ]
    return pd.concat(ranked, ignore_index=True)


def render(frame: pd.DataFrame) -> str:
    """One table per dataset; the paper's GCUT values stand beside every dataset of that cluster."""
    parts = []
    for dataset, rows in frame.groupby("dataset", sort=False):
        paper = TABLE5.get(str(dataset).removesuffix("_jobs"), {})
        what = f"{dataset}: {rows['task'].dropna().iloc[0]}"
        parts.append("\n\n".join([what, rankings.table(rows, paper), "\n".join(rankings.remarks(rows))]))
    impossible = "- The paper's GCUT value of 0.01 for HMM is impossible for five algorithms without ties."
    return "\n\n".join([*parts, impossible])


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """Of each dataset by itself."""
    return [
        Verdict(f"{dataset}: {verdict.claim}", verdict.outcome, verdict.reason)
        for dataset, rows in frame.groupby("dataset", sort=False)
        for verdict in rankings.claims(rows)
    ]
