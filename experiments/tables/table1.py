"""Table 1 (§5): the properties that make each dataset hard, read off its schema and its simulator."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import pandas as pd

from dg.dataset import TimeSeriesDataset
from experiments.paper.artifact import Paper
from experiments.paper.published import TABLE1
from experiments.runs.run import Run

PAPER = Paper(name="Table 1", section="5", claim="the three datasets combine challenges differently")
LOOKED_AT = 200  # simulated samples of each


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per dataset and property: dataset, property, ours, paper; no run is needed."""
    loaded = {name: import_module(f"dg.datasets.{name}").load(samples=LOOKED_AT) for name in TABLE1}
    rows = []
    for name, dataset in loaded.items():
        for challenge, holds in challenges(dataset).items():
            rows.append({"dataset": name, "property": challenge, "ours": holds, "paper": challenge in TABLE1[name]})
    return pd.DataFrame(rows)


def render(frame: pd.DataFrame) -> str:
    """One row per dataset, one column per property, and whether all agree with the paper."""
    table = frame.pivot(index="dataset", columns="property", values="ours").loc[list(TABLE1), list(TABLE1["gcut"])]
    same = bool((frame["ours"] == frame["paper"]).all())
    marks = table.map(lambda holds: "x" if holds else "")
    marks.index = marks.index.str.upper()
    return f"{marks.to_markdown()}\n\n- As in the paper: {'yes' if same else 'no'}."


def challenges(dataset: TimeSeriesDataset) -> dict[str, bool]:
    """The columns of Table 1. Correlation in time and with metadata: there is more than one record, and metadata."""
    schema = dataset.schema
    return {
        "correlated in time and metadata": schema.max_length > 1 and bool(schema.metadata),
        "multi-dimensional measurements": len(schema.measurements) > 1,
        "variable-length signals": bool((dataset.lengths != dataset.lengths[0]).any()),
    }
