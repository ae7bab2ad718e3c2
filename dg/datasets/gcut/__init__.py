"""Google Cluster Usage Traces (§5.1.1, Table 6): a sample is a task, a record five minutes of it."""

from __future__ import annotations

from pathlib import Path

from dg.dataset import TimeSeriesDataset
from dg.datasets.gcut.reader import read
from dg.datasets.gcut.schema import SCHEMA
from dg.datasets.gcut.simulator import simulate

__all__ = ["SCHEMA", "load", "simulate"]
SIMULATED = 3_000  # samples, unless the caller says how many
DRAWN = 112_372  # tasks that the paper draws, to be left with 100,000


def load(
    raw: str | Path | None = None,
    *,
    samples: int | None = None,
    seed: int = 0,
    drawn: int = DRAWN,
    cache: str | Path = "outputs/cache",
) -> TimeSeriesDataset:
    """`samples` tasks of the trace in `raw`; of the simulator where `raw` is None.

    raw: a folder with the folders task_events and task_usage, and their parts as they are published in those
    samples: chosen without replacement by `seed`; all tasks that are left, or 3,000 simulated ones, unless named
        and fewer
    drawn: about so many tasks are drawn from the trace before the filters of Appendix A (always the same ones)
    cache: where what is left of them is kept; it is used again for parts of the same content
    Raises FileNotFoundError, or ValueError naming the part, the line or task, and the remedy.
    """
    if raw is None:
        return simulate(SIMULATED if samples is None else samples, seed)
    return read(raw, samples, seed, drawn=drawn, cache=cache)
