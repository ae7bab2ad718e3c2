"""Figure 13 (§5.2): accuracy of classifiers trained on generated and tested on real samples; the paper: of GCUT."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from benchmarks.downstream.features import padded, summary
from experiments.ink.models import label_of
from experiments.paper.artifact import Paper
from experiments.paper.claims import Verdict
from experiments.paper.published import FIGURE13
from experiments.runs.run import Run
from experiments.studies import transfer
from experiments.studies.capabilities import left_out
from experiments.studies.downstream import classified

PAPER = Paper(
    name="Figure 13",
    section="5.2",
    claim="DoppelGANger's samples train all five classifiers better than any baseline's",
)


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """Accuracies on both choices of features (D39), as experiments.studies.downstream describes them."""
    frames = [classified(runs, features) for features in (summary, padded)]
    return pd.concat(frames, ignore_index=True).drop(columns="resampled").drop_duplicates(ignore_index=True)


def render(frame: pd.DataFrame) -> Figure:
    """Accuracy and balanced accuracy, one group of bars per classifier, on the first choice of features."""
    return transfer.bars(frame[frame["task"] == frame["task"].iloc[0]], "accuracy", "balanced accuracy")


def table(frame: pd.DataFrame) -> str:
    """Accuracies and balanced accuracies of all classifiers, and the paper's ratios."""
    parts = []
    for task in frame["task"].dropna().unique():
        for score in ("accuracy", "balanced accuracy"):
            parts.append(f"{score.capitalize()}, {task}:\n\n{transfer.table(frame[frame['task'] == task], score)}")
    first = frame[frame["task"] == frame["task"].iloc[0]]
    lines = [
        *_ratios(first),
        "- The majority class is what a classifier gets that sees nothing: that of the samples it was trained on.",
    ]
    return "\n\n".join([*parts, "\n".join(lines + left_out(frame))])


def claims(frame: pd.DataFrame) -> list[Verdict]:
    """On the first choice of features."""
    return transfer.claims(frame[frame["task"] == frame["task"].iloc[0]], "accuracy", "balanced accuracy")


def _ratios(frame: pd.DataFrame) -> list[str]:
    tested = frame[(frame["predictor"] == "MLP") & (frame["tested"] == "A′")]
    accuracy = tested.groupby("model")["accuracy"].median()
    return [
        f"- MLP, DoppelGANger's accuracy over {label_of(other)}'s: {accuracy['doppelganger'] / accuracy[other]:.2f}; "
        f"the paper: {ratio:.2f}."
        for other, ratio in FIGURE13.items()
        if {"doppelganger", other} <= set(accuracy.index)
    ]
