"""Reads clusterdata-2011-2 as it is published, cleaned by Appendix A's rules.

The trace has 500 parts of `task_events` and 500 of `task_usage`, over 40 GB in gzip; any number of them will do.
https://github.com/google/cluster-data
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from dg.dataset import TimeSeriesDataset
from dg.datasets import sampling
from dg.datasets.gcut.schema import SCHEMA
from dg.datasets.gcut.trace import DELETE, ingest
from dg.files import reading

PASS = 50  # records; a trace with longer tasks has a max_length of whole fifties


def read(raw: str | Path, samples: int | None, seed: int, *, drawn: int, cache: str | Path) -> TimeSeriesDataset:
    """`samples` tasks of the trace, chosen by `seed`; all of them where `samples` is None or more than there are."""
    sampling.check(samples, raw)
    made = ingest(Path(raw), Path(cache), drawn)
    with reading(made, DELETE):
        tasks = _dataset(made)
    chosen = sampling.choose(len(tasks), samples, seed, "tasks")
    return tasks if chosen is None else tasks.take(np.sort(chosen))


def _dataset(parquet: Path) -> TimeSeriesDataset:
    """The tasks of the file, whose rows are records in order."""
    names = [field.name for field in SCHEMA.measurements]
    with open(parquet, "rb") as file:  # opened here, because in a path a folder called a=b would become a column
        rows = pq.read_table(file, columns=["task", "end event type", *names])
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
