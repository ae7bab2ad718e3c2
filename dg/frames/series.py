"""One long series that memory does not hold: its rows are put in the order of time, and a part of them is windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.clocks import clocks, counted
from dg.frames.parts import Parts
from dg.frames.rows import Rows, in_order
from dg.frames.source import Source
from dg.frames.times import Grid, refuse_sparse


def in_time(parts: Parts, time: str, window: int) -> Parts:
    """The parts of a series whose rows were in the order of the file; so many rows in the order of time are a window.

    Raises ValueError for a time column that is none.
    """
    rows = (in_order(source, "", time) for source in parts.of())
    numbered = ((part.numbers - 1, counted(part.frame[time], clocks(part.frame[time])[0])) for part in rows)
    parts.stored.number(numbered)
    return replace(parts, sizes=parts.stored.cut(f"(row_number() OVER (ORDER BY number, row) - 1) // {window}"))


def in_places(parts: Parts, time: str, window: int, grid: Grid) -> tuple[Parts, int]:
    """The same where records are missing, which have a place in a window too; and how many records there should be.

    Raises ValueError as `completed` does.
    """
    there, last, first = 0, 0, 0

    def placed() -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        nonlocal there, last, first
        for source in parts.of():
            rows = in_order(source, "", time)
            places = np.rint((counted(rows.frame[time], grid.clock) - grid.start) / grid.step)
            first = int(rows.numbers[0]) if not there else first
            there, last = there + len(places), int(places[-1])
            yield rows.numbers - 1, places

    parts.stored.number(placed())
    refuse_sparse(parts.where, first, there, last + 1)
    return replace(parts, sizes=parts.stored.cut(f"number::BIGINT // {window}")), last + 1


def joined(sources: Iterator[Source], time: str) -> Iterator[Rows]:
    """The rows of each part, behind the last row of the one before."""
    last: list[pd.DataFrame] = []
    for source in sources:
        frame = in_order(source, "", time).frame
        yield in_order(source._replace(frame=pd.concat([*last, frame])), "", time)
        last = [frame.iloc[[-1]]]
