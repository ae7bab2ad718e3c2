"""Your own table as a dataset beside those of the paper: read as you say, loaded as they are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.datasets import sampling
from dg.frames import read_long, read_wide


def read(table: pd.DataFrame | str | Path, *, wide: bool = False, **reading: Any) -> TimeSeriesDataset:
    """The samples of a table with a row a record, or a row a sample if it is `wide`.

    reading: what `read_long` or `read_wide` is told; None leaves an option to them
    """
    told = {name: value for name, value in reading.items() if value is not None}
    return (read_wide if wide else read_long)(table, **told)


def load(
    raw: str | Path | None = None, *, samples: int | None = None, seed: int = 0, **reading: Any
) -> TimeSeriesDataset:
    """`samples` samples of the table `raw`, a CSV or Parquet file.

    samples: chosen without replacement by `seed`; all, unless named and fewer
    reading: what `read` is told: sample, time, metadata, measurements, missing, wide …
    Raises ValueError as `read_long` does.
    """
    if raw is None:
        raise ValueError("dataset=custom is your own table: name a CSV or Parquet file by data=, a row a record")
    if not any(reading.get(option) for option in ("sample", "window", "wide")):
        raise ValueError(f"{raw}: name the column that says to which sample a row belongs, by dataset.load.sample=")
    sampling.check(samples, raw)
    dataset = read(raw, **reading)
    chosen = sampling.choose(len(dataset), samples, seed, "samples")
    return dataset if chosen is None else dataset.take(np.sort(chosen))
