"""The rows of a table, sample by sample in the order of time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from dg.clocks import clocks, counted
from dg.files import short
from dg.frames.source import Source


class NothingLeft(ValueError):
    """Of the rows that are looked at no sample is left; of a table that is read in parts another one may have some."""


class Rows(NamedTuple):
    """A table's rows, sample by sample in the order of time; samples are in the order of their first rows.

    where: what errors call the table
    numbers: of the rows in the table, counted from 1; a record that was added has that of the one before it
    begin, lengths: each sample's first place among the rows, and how many it has
    """

    frame: pd.DataFrame
    where: str
    numbers: NDArray[np.int64]
    begin: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @property
    def sample(self) -> NDArray[np.int64]:
        """Of each row the number of its sample."""
        return np.arange(len(self.begin)).repeat(self.lengths)

    @property
    def place(self) -> NDArray[np.int64]:
        """Of each row its place in its sample."""
        return np.arange(len(self.frame)) - self.begin[self.sample]

    def first(self, missing: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Of each sample the place of its first row that is not `missing`; where all are, the number of rows."""
        return np.minimum.reduceat(np.where(missing, len(missing), np.arange(len(missing))), self.begin)

    def steady(self, column: str) -> NDArray[np.bool_]:
        """Of each row whether its value is that of its sample's first row with one, or missing."""
        codes, _ = pd.factorize(self.frame[column])
        first = self.first(codes < 0)[self.sample]
        same = codes == codes[np.minimum(first, len(codes) - 1)]
        return np.asarray(same | (codes < 0), dtype=bool)

    def told(self, column: str, sample: int, step: int | None) -> str:
        """What errors call a sample's value at a step, or its metadata."""
        return f"{self.where}: column {column!r} of row {self.numbers[self.begin[sample] + (step or 0)]:,}"

    def keep(self, samples: NDArray[np.bool_]) -> Rows:
        """The rows of some samples."""
        kept = samples[self.sample]
        lengths = self.lengths[samples]
        return Rows(self.frame[kept], self.where, self.numbers[kept], lengths.cumsum() - lengths, lengths)

    def cut(self, window: int) -> tuple[Rows, NDArray[np.bool_]]:
        """Windows of so many records for samples, one after the other, and which rows are in one.

        What is left over at the end of a sample is in none. Raises ValueError where no sample is as long as a window.
        """
        inside = self.place < (self.lengths // window * window)[self.sample]
        if not inside.any():
            raise NothingLeft(
                f"{self.where}: the longest sample has {self.lengths.max():,} records, fewer than a window of "
                f"{window:,}; ask for shorter windows"
            )
        begin = np.arange(0, inside.sum(), window)
        return Rows(self.frame[inside], self.where, self.numbers[inside], begin, np.full(len(begin), window)), inside


def in_order(source: Source, sample: str, time: str) -> Rows:
    """The rows of a table by sample and time; without a `sample` they are all of one.

    Raises ValueError for a time column that is none.
    """
    frame, where = source.frame, source.where
    codes = pd.factorize(frame[sample])[0] if sample else np.zeros(len(frame), dtype=np.int64)
    if time:
        _refuse_untimely(frame, time, where)
        order = np.lexsort((counted(frame[time], clocks(frame[time])[0]), codes))
    else:
        order = np.argsort(codes, kind="stable")
    begin = np.flatnonzero(np.diff(codes[order], prepend=-1))
    numbers = frame.index.to_numpy()[order] + 1
    return Rows(frame.iloc[order], where, numbers, begin, np.diff(np.append(begin, len(order))))


def _refuse_untimely(frame: pd.DataFrame, time: str, where: str) -> None:
    kind, missing = frame[time].dtype, frame[time].isna().to_numpy()
    if is_bool_dtype(kind) or not (is_numeric_dtype(kind) or is_datetime64_any_dtype(kind)):
        raise ValueError(
            f"{where}: the time column {time!r} is {kind}, and should be numbers or dates; "
            f"{short(frame[time].iloc[0])} in row 1 is neither"
        )
    if missing.any():
        raise ValueError(
            f"{where}: the time column {time!r} has no value in row {frame.index[missing.argmax()] + 1:,}; fill it, or "
            "leave this row out"
        )
