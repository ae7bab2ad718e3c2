"""What is asked of the lengths of samples (Appendix B): one number, a range or a length each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.conditions import read_asked
from dg.files import short
from dg.schema import LONGEST

COLUMN = "length"
Asked: TypeAlias = int | np.integer | Sequence[Any] | NDArray[Any] | pd.Series | pd.DataFrame | str | Path


class Lengths:
    """The lengths of n samples: a number for all, (low, high) for uniform ones, or a length for each sample.

    Those of each sample are a sequence, an array, or a table (a DataFrame, a CSV or Parquet file) with a column
    `length`. Raises ValueError for anything else.
    """

    def __init__(self, asked: object, n: int) -> None:
        where = "lengths"
        if isinstance(asked, pd.DataFrame | str | Path):
            frame, where = read_asked(asked, where)
            if COLUMN not in frame:
                raise ValueError(f"{where} has no column {COLUMN!r}; it has {short(list(map(str, frame)))}")
            numbers = pd.to_numeric(frame[COLUMN], errors="coerce").to_numpy()
            told = numbers.astype(np.int64) if np.isfinite(numbers).all() and (numbers % 1 == 0).all() else numbers
        else:
            told = _array(asked)
        ranged = isinstance(asked, tuple) and len(asked) == 2
        shape = () if told.ndim == 0 else (2,) if ranged else (n,)
        whole = told.dtype.kind in "iu" and told.size > 0
        if told.shape != shape or not whole or told.min() < 1 or told.max() > LONGEST or (ranged and told[0] > told[1]):
            raise ValueError(
                f"{where}: one whole number, a range (low, high) or {n:,} whole numbers from 1 to {LONGEST:,} are "
                f"wanted, got {short(told.tolist())}"
            )
        self.ends = (int(told[0]), int(told[1])) if ranged else None
        self._told = told.astype(np.int64)

    @property
    def longest(self) -> int:
        """The highest length that any sample may have."""
        return int(self._told.max())

    def of(self, start: int, chunk: int, seed: int) -> NDArray[np.int64]:
        """The lengths of the chunk that begins at sample `start`; past the last sample they are 1."""
        if self.ends:
            return np.random.default_rng((seed, start, 5)).integers(*self.ends, chunk, endpoint=True)
        if not self._told.ndim:
            return np.full(chunk, self._told)
        told = self._told[start : start + chunk]
        return np.pad(told, (0, chunk - len(told)), constant_values=1)


def _array(asked: object) -> NDArray[Any]:
    try:
        return np.asarray(asked)
    except ValueError:  # lists of lists of several lengths
        return np.asarray(asked, dtype=object)
