"""Google Cluster Usage Traces (§5.1.1, Table 6): clusterdata-2011-2 as it is published, cleaned by Appendix A's rules.

A sample is a task, a record five minutes of it. The trace has 500 parts of `task_events` and 500 of `task_usage`, over
40 GB in gzip; any number of them will do. https://github.com/google/cluster-data
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from dg.dataset import TimeSeriesDataset
from dg.datasets.trace import ingest
from dg.schema import Categorical, Continuous, Schema

LARGEST_MACHINE = "of the largest machine"
SCHEMA = Schema(
    name="gcut",
    metadata=(Categorical("end event type", ("EVICT", "FAIL", "FINISH", "KILL")),),
    measurements=(
        Continuous("CPU rate", unit=LARGEST_MACHINE, low=0.0),
        Continuous("maximum CPU rate", unit=LARGEST_MACHINE, low=0.0),
        Continuous("sampled CPU usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("canonical memory usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("assigned memory usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("maximum memory usage", unit=LARGEST_MACHINE, low=0.0),
        Continuous("unmapped page cache", unit=LARGEST_MACHINE, low=0.0),
        Continuous("total page cache", unit=LARGEST_MACHINE, low=0.0),
        Continuous("local disk space usage", unit=LARGEST_MACHINE, low=0.0),
    ),
    max_length=2500,  # the paper's longest task has 2,497 records
    period="5 minutes",
)
SIMULATED = 3_000  # samples, unless the caller says how many
DRAWN = 112_372  # tasks that the paper draws, to be left with 100,000
PASS = 50  # records; a trace with longer tasks has a max_length of whole fifties

log = logging.getLogger(__name__)


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
    cache: where what is left of them is kept; it is used again while the parts stay as they are
    Raises FileNotFoundError, or ValueError naming the part, the line or task, and the remedy.
    """
    if raw is None:
        from dg.datasets.simulators.gcut import simulate  # which needs this module's SCHEMA

        return simulate(SIMULATED if samples is None else samples, seed)
    tasks = _dataset(ingest(Path(raw), Path(cache), drawn))
    if samples is None or samples >= len(tasks):
        return tasks
    if samples < 1:
        raise ValueError(f"{raw}: {samples} samples were asked for; ask for at least 1")
    return tasks.take(np.sort(np.random.default_rng(seed).choice(len(tasks), samples, replace=False)))


def _dataset(parquet: Path) -> TimeSeriesDataset:
    """The tasks of the file, whose rows are records in order."""
    names = [field.name for field in SCHEMA.measurements]
    rows = pq.read_table(parquet, columns=["task", "end event type", *names])
    task = rows["task"].to_numpy()
    first = np.flatnonzero(np.diff(task, prepend=-1))
    lengths = np.diff(first, append=len(task))
    longest = max(SCHEMA.max_length, -(-int(lengths.max()) // PASS) * PASS)
    step = np.arange(len(task)) - np.repeat(first, lengths)
    measurements = np.zeros((len(first), longest, len(names)), dtype=np.float32)
    for column, name in enumerate(names):
        measurements[task, step, column] = rows[name].to_numpy()
    ends = rows["end event type"].to_pandas().iloc[first].reset_index(drop=True)
    return TimeSeriesDataset(replace(SCHEMA, max_length=longest), pd.DataFrame(ends), measurements, lengths)
