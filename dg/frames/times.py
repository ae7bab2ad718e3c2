"""Timestamps (§4.1): equally spaced, a start and a step; or irregular, a start and the steps between records."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pandas.api.types import is_datetime64_any_dtype

from dg.clocks import SECOND, Clock, clocks, counted
from dg.frames.rows import Rows

Spacing: TypeAlias = Literal["equal", "irregular"]
MOST_ADDED = 20  # records for each one that is there


class Grid(NamedTuple):
    """Where the times of a table lie that is read in parts: from `start` on, and at least a step apart."""

    clock: Clock
    start: float
    step: float


class Times(NamedTuple):
    """When records were: a sample's first is at start + first · step, the next ones so many steps `gaps` later.

    first: of each sample
    gaps: of each row, 0 for a sample's first one; None: always one step
    """

    clock: Clock
    start: float
    step: float
    first: NDArray[np.float64]
    gaps: NDArray[np.float64] | None = None

    def keep(self, samples: NDArray[np.bool_], rows: Rows) -> Times:
        """The times of some samples of `rows`."""
        gaps = None if self.gaps is None else self.gaps[samples[rows.sample]]
        return self._replace(first=self.first[samples], gaps=gaps)


def spaced(rows: Rows, time: str, *, step: float | None = None, gaps: bool = False) -> Times:
    """Equally spaced times, by the first clock by which they are.

    step: the one they have to have
    gaps: records may be whole steps apart, as `completed` mends
    Raises ValueError that names two rows that are not a step apart, or a sample that begins between two steps.
    """
    wrong: list[ValueError] = []
    for clock in clocks(rows.frame[time]):
        try:
            return _spaced(rows, time, clock, step, gaps)
        except ValueError as error:
            wrong.append(error)
    raise wrong[0]


def grids(rows: Rows, time: str) -> dict[Clock, Grid]:
    """The grid of some rows by each clock; where all samples have one record, the step is inf."""
    found: dict[Clock, Grid] = {}
    for clock in clocks(rows.frame[time]):
        numbers, inside = counted(rows.frame[time], clock), _inside(rows)
        step = np.diff(numbers)[inside].min(initial=np.inf)
        found[clock] = Grid(clock, float(numbers.min()), float(step))
    return found


def on_grid(rows: Rows, time: str, grid: Grid, *, step: float | None = None, gaps: bool = False) -> Times:
    """What `spaced` says of rows on a grid; raises ValueError as it does."""
    return _spaced(rows, time, grid.clock, step, gaps, grid)


def irregular(rows: Rows, time: str, start: float | None = None) -> Times:
    """Times as they are: dates in seconds.

    start: where they count from, unless from the first of them
    """
    dates = is_datetime64_any_dtype(rows.frame[time].dtype)
    clock: Clock = "utc" if dates else "numbers"
    found, step = counted(rows.frame[time], clock), float(SECOND if dates else 1)
    start = float(found.min()) if start is None else start
    gaps = np.diff(found, prepend=found[0]) / step
    gaps[rows.begin] = 0.0
    return Times(clock, start, step, (found[rows.begin] - start) / step, gaps)


def completed(rows: Rows, times: Times, sample: str, time: str, span: range | None = None) -> Rows:
    """The rows with those added, all of whose values are missing, that `times` leave room for.

    span: of one long series the steps that are wanted, where these are only a part of its rows
    """
    found = counted(rows.frame[time], times.clock)
    place = np.rint((found - found[rows.begin][rows.sample]) / times.step).astype(np.int64)
    lengths = np.maximum.reduceat(place, rows.begin) + 1
    if span is None:
        longest = int((lengths / rows.lengths).argmax())
        if lengths.sum() > MOST_ADDED * len(place):
            number = int(rows.numbers[rows.begin[longest]])
            refuse_sparse(rows.where, number, int(rows.lengths[longest]), int(lengths[longest]))
    else:
        place, lengths = place + int(times.first[0]) - span.start, np.array([len(span)])
    begin = lengths.cumsum() - lengths
    source = np.full(lengths.sum(), -1)
    source[begin[rows.sample] + place] = np.arange(len(place))
    before = np.maximum(np.maximum.accumulate(source), 0)
    frame = rows.frame.reset_index(drop=True)
    nullable = {name: "Int64" for name in frame.select_dtypes("integer")} | {
        name: "boolean" for name in frame.select_dtypes("bool")
    }
    filled = frame.astype(nullable).reindex(source).reset_index(drop=True)
    for column in filter(None, (sample, time)):  # of an added record, those of the one before it
        filled[column] = frame[column].take(before).reset_index(drop=True)
    return Rows(filled, rows.where, rows.numbers[before], begin, lengths)


def refuse_sparse(where: str, row: int, there: int, records: int) -> None:
    """Raises ValueError where most of the records that a sample's times leave room for are missing."""
    if records > MOST_ADDED * there:
        raise ValueError(
            f"{where}: the sample of row {row:,} has {there:,} of {records:,} records that its times leave room for; "
            "say spacing='irregular'"
        )


def _spaced(rows: Rows, time: str, clock: Clock, wanted: float | None, gaps: bool, grid: Grid | None = None) -> Times:
    found, shown = counted(rows.frame[time], clock), rows.frame[time].astype(str).to_numpy()
    steps, inside = np.diff(found), _inside(rows)
    step = float(steps[inside].min()) if inside.any() else wanted or 1.0
    step = step if grid is None else grid.step
    apart = np.rint(steps / step) if gaps and step > 0 else 1.0
    uneven = inside & ~np.isclose(steps, apart * step, rtol=1e-9)
    if step <= 0 or uneven.any():
        place = int((inside & (steps <= 0)).argmax() if step <= 0 else uneven.argmax())
        between = f"rows {rows.numbers[place]:,} and {rows.numbers[place + 1]:,} of one sample"
        if step <= 0:
            raise ValueError(f"{rows.where}: {between} have the same time, {shown[place]}; leave one out")
        raise ValueError(
            f"{rows.where}: between {between}, {shown[place]} and {shown[place + 1]}, there is a gap: times should be "
            "equally spaced; add the records that are missing, let missing= fill them, or say spacing='irregular'"
        )
    if wanted is not None and not np.isclose(step, wanted):
        raise ValueError(f"{rows.where}: {time!r} has steps of {step:g}, the schema {wanted:g}; resample it")
    start = float(found[rows.begin].min()) if grid is None else grid.start
    offsets = (found[rows.begin] - start) / step
    shifted = ~np.isclose(offsets, np.rint(offsets), atol=1e-6)
    if shifted.any():
        row = rows.numbers[rows.begin[shifted.argmax()]]
        raise ValueError(
            f"{rows.where}: the sample of row {row:,} begins between two steps of the others, at "
            f"{shown[rows.begin[shifted.argmax()]]}; shift it, say spacing='irregular', or read the table without its "
            "times"
        )
    return Times(clock, start, step, np.rint(offsets))


def _inside(rows: Rows) -> NDArray[np.bool_]:
    """Of each row but the last whether the next one is of the same sample."""
    inside = np.ones(max(0, len(rows.frame) - 1), dtype=bool)
    inside[rows.begin[1:] - 1] = False
    return inside
