"""Your own table as a dataset beside those of the paper: read as `read_long` reads, loaded as they are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dg.dataset import TimeSeriesDataset
from dg.datasets import sampling
from dg.frames import read_long


def load(
    raw: str | Path | None = None,
    *,
    sample: str | None = None,
    samples: int | None = None,
    seed: int = 0,
    **reading: Any,
) -> TimeSeriesDataset:
    """`samples` samples of the table `raw`, a CSV or Parquet file with a row a record.

    sample: the column that says to which sample a record belongs
    samples: chosen without replacement by `seed`; all, unless named and fewer
    reading: what else `read_long` is told: time, metadata, measurements, name …
    Raises ValueError as `read_long` does.
    """
    if raw is None:
        raise ValueError("dataset=custom is your own table: name a CSV or Parquet file by data=, a row a record")
    if not sample:
        raise ValueError(f"{raw}: name the column that says to which sample a row belongs, by dataset.load.sample=")
    sampling.check(samples, raw)
    dataset = read_long(raw, sample=sample, **reading)
    chosen = sampling.choose(len(dataset), samples, seed, "samples")
    return dataset if chosen is None else dataset.take(np.sort(chosen))
