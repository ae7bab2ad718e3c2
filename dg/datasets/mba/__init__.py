"""Measuring Broadband America (§5.1.1, Table 8): a sample is a home, a record six hours of it."""

from __future__ import annotations

from pathlib import Path

from dg.dataset import TimeSeriesDataset
from dg.datasets.mba.reader import read
from dg.datasets.mba.schema import SCHEMA
from dg.datasets.mba.simulator import simulate

__all__ = ["SCHEMA", "load", "simulate"]
SIMULATED = 600  # homes, unless the caller says how many


def load(
    raw: str | Path | None = None, *, samples: int | None = None, seed: int = 0, loss: str = "curr_udplatency"
) -> TimeSeriesDataset:
    """`samples` homes of the folder `raw`; of the simulator where `raw` is None.

    raw: the folder of the authors' data_train.npz; or of curr_netusage.csv, a table of losses and a unit profile
    samples: chosen without replacement by `seed`; all valid homes, or 600 simulated ones, unless named and fewer
    loss: the raw table of losses, "curr_udplatency" as the paper's text says, or "curr_ping" as its file suggests (D32)
    Raises FileNotFoundError, or ValueError naming the file, the line or unit, and the remedy.
    """
    if raw is None:
        return simulate(SIMULATED if samples is None else samples, seed)
    return read(raw, samples, seed, loss=loss)
