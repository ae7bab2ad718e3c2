"""Table 8 (Appendix A): the schema of MBA."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dg.datasets.mba import SCHEMA
from experiments.paper.artifact import Paper
from experiments.runs.run import Run
from experiments.studies import schemas

PAPER = Paper(name="Table 8", section="A", claim="the metadata and measurements of MBA")


def compute(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per field; no run is needed."""
    return schemas.describe(SCHEMA)


def render(frame: pd.DataFrame) -> str:
    """The schema as a table."""
    return frame.fillna("").to_markdown(index=False, disable_numparse=True)
