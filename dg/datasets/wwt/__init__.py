"""Wikipedia Web Traffic (§5.1.1, Table 7): daily views of pages, from Kaggle's file or simulated."""

from __future__ import annotations

from pathlib import Path

from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt.reader import read_pages
from dg.datasets.wwt.schema import SCHEMA
from dg.datasets.wwt.simulator import simulate

__all__ = ["SCHEMA", "load", "simulate"]
SIMULATED = 3_000  # samples, unless the caller says how many


def load(
    raw: str | Path | None = None, *, samples: int | None = None, seed: int = 0, keep_unknown: bool = False
) -> TimeSeriesDataset:
    """`samples` pages of the file `raw`; of the simulator where `raw` is None.

    raw: train_1.csv, plain or in gzip or zip; other consecutive dates than the published make another max_length
    samples: chosen without replacement by `seed`; all complete rows, or 3,000 simulated ones, unless named
    keep_unknown: take domains, accesses and agents that Table 7 does not know as further values, after the known
    Raises FileNotFoundError, or ValueError naming the file, line and column that cannot be read.
    """
    if raw is None:
        return simulate(SIMULATED if samples is None else samples, seed)
    return read_pages(raw, samples, seed, keep_unknown=keep_unknown)
